"""Terms are published in versions, agreed to with a date, and asked again when they change."""

from collections.abc import Callable

import pytest
from django.core import mail
from portal.tests.platform.written_afresh import write_afresh

from guildmark_portal.audit.models import Entry
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.profiles import queries, services
from guildmark_portal.profiles.models import Acceptance, TermsKind, TermsVersion
from guildmark_portal.profiles.services import TermsRefused
from guildmark_portal.profiles.shipped import ensure_terms


@pytest.fixture
def second(stopped_clock, db):
    """A version that comes an hour after the clock was stopped."""

    def publish(**texts: str) -> TermsVersion:
        stopped_clock.advance(3600)
        return services.publish_terms(kind=TermsKind.TERMS, version="2", texts=texts or {"en": "# New\n\nText"}, actor="tests")

    return publish


def test_g1_there_are_terms_from_the_first_migration(db, stopped_clock) -> None:
    assert [version.slug for version in queries.terms_in_force(now=stopped_clock.at)] == ["terms-1"]
    assert "between you and Guildmark" in queries.text_of(TermsVersion.objects.get(), "en").text


def test_g1_an_acceptance_has_its_version_date_and_language(candidate, stopped_clock) -> None:
    version = queries.terms_in_force(now=stopped_clock.at)[0]
    services.accept_terms(user=candidate, version=version, language="en")
    stopped_clock.advance(60)
    services.accept_terms(user=candidate, version=version, language="ko")
    row = Acceptance.objects.get()
    assert (row.user, row.terms, row.language, row.accepted_at.minute) == (candidate, version, "en", 0)
    entry = Entry.objects.get(action="terms.accepted")
    assert (entry.actor, entry.detail) == (f"user:{candidate.pk}", {"terms": "terms-1", "language": "en"})


def test_g1_a_new_version_is_asked_from_the_instant_that_it_is_published(candidate, stopped_clock, second) -> None:
    services.accept_terms(user=candidate, version=queries.terms_in_force(now=stopped_clock.at)[0], language="en")
    assert queries.terms_to_accept(candidate, now=stopped_clock.at) == []
    new = second()
    before, at = stopped_clock.at.replace(hour=12, minute=59), stopped_clock.at
    assert queries.terms_to_accept(candidate, now=before) == []
    assert queries.terms_to_accept(candidate, now=at) == [new]


def test_a_privacy_notice_is_asked_for_once_an_organisation_publishes_one(candidate, stopped_clock) -> None:
    services.publish_terms(kind=TermsKind.PRIVACY, version="1", texts={"en": "Notice"}, actor="tests")
    assert [version.slug for version in queries.terms_to_accept(candidate, now=stopped_clock.at)] == ["terms-1", "privacy-1"]


def test_a_version_is_published_once(second) -> None:
    second()
    with pytest.raises(TermsRefused, match="published already"):
        second()
    assert TermsVersion.objects.count() == 2


@pytest.mark.parametrize("texts", [{}, {"en": " \n"}])
def test_terms_without_a_text_are_refused(db, texts) -> None:
    with pytest.raises(TermsRefused):
        services.publish_terms(kind=TermsKind.TERMS, version="2", texts=texts, actor="tests")


@pytest.mark.parametrize(("language", "found"), [("ko", "ko"), ("en", "en"), ("zh-hans", "zh"), ("fr", "en")])
def test_the_text_is_shown_in_the_language_of_who_reads(second, language: str, found: str) -> None:
    assert queries.text_of(second(en="English", ko="한국어", zh="中文"), language).language == found


def test_terms_in_one_language_are_shown_to_all(second) -> None:
    assert queries.text_of(second(ko="한국어"), "en").text == "한국어\n"


def test_the_shipped_terms_never_replace_an_organisations_own(second) -> None:
    second()
    ensure_terms()
    assert TermsVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Terms of the exam"), ("ko", "시험 약관"), ("zh-hans", "考试条款"), ("de", "Terms of the exam")],
)
def test_the_shipped_terms_speak_the_languages_of_the_portal(db, language: str, title: str) -> None:
    text = queries.text_of(TermsVersion.objects.get(), language).text
    assert text.startswith(f"# {title}\n")
    assert ("ORGANISATION" in text, text.count("\n## ")) == (False, 7)


@pytest.mark.parametrize("version", ["1.1", "", "a" * 21, "a b", "1/2", "1\n", "\u00e9"])
def test_a_version_that_no_address_can_hold_is_refused(db, version: str) -> None:
    with pytest.raises(TermsRefused) as refused:
        services.publish_terms(kind=TermsKind.TERMS, version=version, texts={"en": "x"}, actor="tests")
    assert "for example 2030-01" in refused.value.next_step
    assert TermsVersion.objects.count() == 1


@pytest.fixture
def letters(db) -> Callable[[], list[tuple[str, str, str]]]:
    """Send what waits; address, subject and body of all letters so far."""

    def sent() -> list[tuple[str, str, str]]:
        Runner().run_due()
        return [(message.to[0], str(message.subject), str(message.body)) for message in mail.outbox]

    return sent


def test_g1_a_new_version_is_mailed_once_to_everybody_who_agreed_to_an_earlier_one(
    candidate, stranger, stopped_clock, second, letters
) -> None:
    first = queries.terms_in_force(now=stopped_clock.at)[0]
    services.accept_terms(user=candidate, version=first, language="en")
    second()
    with pytest.raises(TermsRefused):
        second()
    ((to, subject, body),) = letters()
    assert (to, subject) == (candidate.email, "The terms of Guildmark have changed")
    assert body.rstrip().endswith("/terms/terms-2/")
    assert Entry.objects.filter(action="terms.published").first().detail["letters"] == 1
    assert len(letters()) == 1
    write_afresh(candidate.email, to="new@example.org")
    assert letters()[1:] == [("new@example.org", subject, body)]


def test_a_privacy_notice_is_announced_as_one(candidate, stopped_clock, letters) -> None:
    services.accept_terms(user=candidate, version=queries.terms_in_force(now=stopped_clock.at)[0], language="en")
    services.publish_terms(kind=TermsKind.PRIVACY, version="1", texts={"en": "Notice"}, actor="tests")
    assert [subject for _to, subject, _body in letters()] == ["Guildmark has a new privacy notice"]


def test_an_account_that_is_closed_and_one_that_never_agreed_get_none(
    candidate, stranger, stopped_clock, second, letters
) -> None:
    services.accept_terms(user=candidate, version=queries.terms_in_force(now=stopped_clock.at)[0], language="en")
    candidate.is_active = False
    candidate.save()
    second()
    assert letters() == []


def test_g1_who_was_written_to_agrees_at_the_next_visit(candidate, own, stopped_clock, second) -> None:
    services.accept_terms(user=candidate, version=queries.terms_in_force(now=stopped_clock.at)[0], language="en")
    new = second()
    page = own.get("/register/terms/").content.decode()
    assert 'value="terms-2"' in page
    own.post("/register/terms/", {"terms": "terms-2", "language": "en", "accepted": "on"})
    assert queries.terms_to_accept(candidate, now=stopped_clock.at) == []
    assert Acceptance.objects.filter(terms=new).count() == 1
