"""What became of a provider's check is mailed to the candidate, as a reviewer's decision is."""

import pytest
from django.utils.translation import gettext, gettext_lazy, override
from portal.tests.identity.test_provider import begun, mine, stripe, tell
from portal.tests.platform.written_afresh import write_afresh

from guildmark.rules.identity_session import SessionStanding
from guildmark_portal import clock
from guildmark_portal.identity import facts, own_data, services
from guildmark_portal.identity.outcomes import PROVIDER_REASONS, obstacles
from guildmark_portal.identity.provider_models import ProviderSession
from guildmark_portal.identity.providers.reasons import ProviderReason
from guildmark_portal.jobs.runner import Runner

__all__ = ["begun", "mine", "stripe", "tell"]  # fixtures

GOOD, NOT_YET = "Your identity has been checked", "Your identity check needs something else"


@pytest.fixture
def letters(mailoutbox, candidate):
    """Subject and body of the candidate's letters so far."""

    def sent():
        Runner().run_due()
        assert {address for message in mailoutbox for address in message.to} <= {candidate.email}
        return [(message.subject, message.body) for message in mailoutbox]

    return sent


def test_g4_a_provider_that_approves_is_told_to_the_candidate(begun, stripe, tell, letters):
    stripe.moves("vs_1", "processing")
    tell("processing")
    assert letters() == []
    stripe.moves("vs_1", "verified")
    tell("verified")
    ((subject, body),) = letters()
    assert subject == GOOD
    assert [line for line in body.splitlines() if line] == [
        "Hello Ada Candidate,",
        "Stripe has checked your identity.",
        "Next step of your registration: Where you live. Go on here:",
        "http://127.0.0.1:8000/register/",
    ]
    write_afresh("candidate@example.org", to="candidate@example.org")
    assert letters() == [(subject, body)] * 2


@pytest.mark.parametrize("reason", [("document_expired", ProviderReason.EXPIRED), ("new_code", ProviderReason.OTHER)])
def test_g4_a_provider_that_needs_another_try_is_told_with_its_reason(begun, stripe, tell, letters, reason):
    code, known = reason
    stripe.moves("vs_1", "requires_input", error=code)
    tell("requires_input")
    ((subject, body),) = letters()
    assert (subject, str(PROVIDER_REASONS[known]) in body) == (NOT_YET, True)


@pytest.mark.parametrize(
    ("told", "changes", "stands"),
    [
        ("canceled", {}, SessionStanding.CANCELED),
        ("verified", {"name": ("Eve", "Stranger")}, SessionStanding.NAME_DIFFERS),
        ("verified", {"address": None}, SessionStanding.ADDRESS_NEEDED),
        ("verified", {"address": {"country": "CU"}}, SessionStanding.ADDRESS_EMBARGOED),
    ],
)
def test_g4_what_stood_against_it_is_told_in_the_words_of_the_page(begun, stripe, tell, letters, told, changes, stands):
    stripe.moves("vs_1", told, **changes)
    tell(told)
    ((subject, body),) = letters()
    session = ProviderSession.objects.get()
    assert facts.standing_of_session(session) is stands
    assert (subject, [str(sentence) in body for sentence in obstacles(session)]) == (NOT_YET, [True])


def test_g4_a_message_without_news_makes_no_letter(begun, stripe, tell, letters):
    tell("requires_input")  # a session that was only begun
    stripe.moves("vs_1", "requires_input", error="abandoned")
    tell("requires_input", event_id="evt_same")
    tell("requires_input", event_id="evt_same")
    stripe.moves("vs_1", "requires_input", error="document_expired")
    tell("requires_input", ago=60)  # older than what was told already
    assert [subject for subject, _body in letters()] == [NOT_YET]
    stripe.moves("vs_1", "verified")
    tell("verified")
    tell("requires_input", ago=30)
    tell("canceled", ago=20)
    assert [subject for subject, _body in letters()] == [NOT_YET, GOOD]


def test_g4_the_letter_is_in_the_language_in_which_the_check_was_begun(candidate, named, stripe, tell, letters, monkeypatch):
    monkeypatch.setitem(PROVIDER_REASONS, ProviderReason.EXPIRED, gettext_lazy("Enter a valid email address."))  # Django's
    named(candidate)
    with override("ko"):
        services.begin(user=candidate, now=clock.now())
    assert ProviderSession.objects.get().language == "ko"
    stripe.moves("vs_1", "requires_input", error="document_expired")
    tell("requires_input")
    ((_subject, body),) = letters()
    with override("ko"):
        expected = gettext("Enter a valid email address.")
    assert (expected in body, expected != "Enter a valid email address.") == (True, True)


def test_g4_who_has_left_or_whose_check_is_closed_is_not_written_to(begun, stripe, tell, letters, candidate, stopped_clock):
    services.shred(check=begun.of_check, now=stopped_clock.at)
    stripe.moves("vs_1", "canceled")
    tell("canceled")
    assert letters() == []
    own_data.erase(candidate)
    tell("canceled")
    assert letters() == []
