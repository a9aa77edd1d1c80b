"""Addresses on the provider's way (rule G5): what the document shows, and a proof of address where it shows none."""

import pytest
from portal.tests.accounts.conftest import signed_in
from portal.tests.identity.conftest import see_all
from portal.tests.identity.test_provider import begun, mine, stripe, tell
from portal.tests.identity.test_provider_page import page, policy
from portal.tests.web.conftest import bank, program

from guildmark.rules.credential import IdentityLevel
from guildmark.rules.identity import DocumentKind, Scope, Standing, Verdict
from guildmark.rules.identity_session import SessionStanding
from guildmark_portal.audit.models import Entry
from guildmark_portal.credentials.holder import name_of_holder
from guildmark_portal.exams.models import Attempt
from guildmark_portal.identity import facts, services
from guildmark_portal.identity.models import Evidence, Round
from guildmark_portal.identity.provider_models import ProviderMessage, ProviderSession
from guildmark_portal.identity.refusals import NotComplete
from guildmark_portal.identity.reviewing import Reason
from guildmark_portal.jobs.runner import Runner

__all__ = ["bank", "begun", "mine", "page", "policy", "program", "stripe", "tell"]  # fixtures


@pytest.fixture
def seen(begun, stripe, tell):
    """The provider has verified a document; where the session stands then."""

    def verified(**document):
        stripe.moves("vs_1", "verified", **document)
        tell("verified")
        Runner().run_due()
        return facts.standing_of_session(ProviderSession.objects.get())

    return verified


@pytest.fixture
def bill(give):
    """Add a proof of address, which needs no expiry and no Latin name."""

    def add(check, **changes):
        return give(check, DocumentKind.PROOF_OF_ADDRESS, expires_on=None, **changes)

    return add


@pytest.fixture
def say(reviewer, stopped_clock):
    def decide(check, verdict=Verdict.APPROVED, reasons=()):
        services.assign(check=check, reviewer=reviewer, now=stopped_clock.at)
        see_all(check, reviewer, stopped_clock.at)
        services.decide(check=check, reviewer=reviewer, verdict=verdict, reasons=reasons, now=stopped_clock.at)

    return decide


@pytest.mark.parametrize(
    ("address", "stands", "level"),
    [
        ({"country": "KR", "city": "Seoul"}, SessionStanding.VERIFIED, IdentityLevel.PROVIDER),
        ({"country": "UA", "state": "30"}, SessionStanding.VERIFIED, IdentityLevel.PROVIDER),
        ({"country": "UA", "state": "43"}, SessionStanding.ADDRESS_EMBARGOED, IdentityLevel.NONE),
        ({"country": "UA", "state": "", "city": "Sevastopol"}, SessionStanding.ADDRESS_EMBARGOED, IdentityLevel.NONE),
        ({"country": "UA", "state": ""}, SessionStanding.ADDRESS_NEEDED, IdentityLevel.NONE),
        ({"country": "cu", "city": "La Habana"}, SessionStanding.ADDRESS_EMBARGOED, IdentityLevel.NONE),
        ({"country": None, "city": "Seoul"}, SessionStanding.ADDRESS_NEEDED, IdentityLevel.NONE),
        (None, SessionStanding.ADDRESS_NEEDED, IdentityLevel.NONE),
    ],
)
def test_g5_the_address_that_the_provider_saw_counts(seen, candidate, address, stands, level):
    assert (seen(address=address), services.level_reached(candidate)) == (stands, level)


def test_g5_a_passport_carries_no_address_whatever_the_provider_read(seen):
    assert seen(kind="passport", address={"country": "KR"}) is SessionStanding.ADDRESS_NEEDED


def test_g5_nothing_of_the_address_is_kept(seen):
    seen(address={"country": "UA", "state": "43", "city": "Yalta", "line1": "Primorskaya 7"})
    kept = str(
        [*ProviderMessage.objects.values_list(), *ProviderSession.objects.values_list(), *Entry.objects.values_list("detail")]
    )
    assert [word for word in ("Yalta", "Primorskaya", "'UA'", "'43'") if word in kept] == []
    assert ProviderSession.objects.get().address == "embargoed"


def test_g5_who_lives_elsewhere_now_begins_again_with_another_document(seen, mine, stripe):
    seen(address={"country": "CU"})
    assert mine.post("/identity/provider/")["Location"] == f"{stripe.url}/start/vs_2"


def test_g5_a_proof_of_address_completes_what_a_passport_leaves_open(seen, begun, bill, say, candidate, mine, page):
    seen(kind="passport", address=None)
    assert ("shows no address" in page(), "Check my identity" in page(), "Take the photo" in page()) == (True, False, False)
    assert "Add a proof of address." in mine.post("/identity/provider/", follow=True).content.decode()
    bill(begun.of_check)
    assert "Everything is there" in page()
    mine.post("/identity/submit/")
    assert (Round.objects.get().scope, "with the reviewers" in page()) == ("address", True)
    assert services.level_reached(candidate) is IdentityLevel.NONE
    say(begun.of_check)
    assert services.level_reached(candidate) is IdentityLevel.PROVIDER
    assert "Stripe has checked your identity." in page()
    assert name_of_holder(Attempt(user=candidate, identity_check="provider")) == "Ada Candidate"


def test_g5_an_approved_address_is_not_the_reviewers_word_on_papers(seen, begun, bill, say, candidate, stopped_clock):
    seen(address=None)
    bill(begun.of_check)
    services.submit(check=begun.of_check, now=stopped_clock.at, scope=Scope.ADDRESS)
    say(begun.of_check)
    assert not services.is_approved(candidate)
    assert not services.shows_level(candidate, IdentityLevel.REVIEWED)
    assert facts.standing_of(begun.of_check) is Standing.DRAFT
    with pytest.raises(NotComplete):
        services.submit(check=begun.of_check, now=stopped_clock.at, scope=Scope.ADDRESS)


def test_g5_a_proof_that_is_rejected_is_mended_and_handed_in_again(
    seen, begun, bill, say, mine, page, mailoutbox, stopped_clock
):
    seen(address=None)
    bill(begun.of_check)
    mine.post("/identity/submit/")
    say(begun.of_check, Verdict.REJECTED, [Reason.ADDRESS_MISSING])
    assert "The address cannot be seen." in page()
    Runner().run_due()
    assert "Your proof of address has been looked at. It cannot be approved yet:" in mailoutbox[-1].body
    stopped_clock.advance(60)
    bill(begun.of_check)
    mine.post("/identity/submit/")
    say(begun.of_check)
    Runner().run_due()
    assert "Your proof of address has been looked at, and it is good." in mailoutbox[-1].body


def test_g5_a_bill_alone_is_not_enough_where_no_provider_has_seen_a_document(check, bill, stopped_clock):
    bill(check)
    with pytest.raises(NotComplete):
        services.submit(check=check, now=stopped_clock.at, scope=Scope.ADDRESS)


def test_g5_where_the_program_asks_for_reviewers_a_bill_alone_is_not_enough(seen, begun, bill, policy, page, mine):
    seen(address=None)
    bill(begun.of_check)
    policy("reviewed")
    assert "Still missing" in page()
    mine.post("/identity/submit/")
    assert Round.objects.count() == 0


def test_g5_a_proof_of_address_in_an_embargoed_place_is_refused(seen, begun, mine):
    from portal.tests.identity.conftest import picture
    from portal.tests.identity.test_pages import file_of

    seen(address=None)
    form = {"kind": "proof_of_address", "issuing_country": "KR", "name": "Ada Candidate", "address_country": "CU"}
    answer = mine.post("/identity/document/", {**form, "pictures": file_of(picture())})
    assert "nationality plays no part" in answer.content.decode()


def test_g5_the_reviewer_is_asked_about_the_proof_alone(seen, begun, bill, give, mine, page, reviewer, stopped_clock):
    seen(address=None)
    give(begun.of_check, DocumentKind.PASSPORT)
    bill(begun.of_check)
    assert "Everything is there" in page()
    mine.post("/identity/submit/")
    theirs = signed_in(reviewer, minutes_ago=1)
    assert "address only" in theirs.get("/review/").content.decode()
    address = f"/review/{begun.of_check_id}/"
    theirs.post(f"{address}act/", {"act": "take"})
    shown = theirs.get(address)
    assert [one.document.kind for one in shown.context["documents"]] == ["proof_of_address"]
    pages = {page.document.kind: page for page in Evidence.objects.all()}
    looked = {kind: theirs.get(f"{address}image/{page.pk}/").status_code for kind, page in pages.items()}
    assert looked == {"passport": 403, "proof_of_address": 200}
    assert "only the address is left" in shown.content.decode()
    assert ("address_differs" in shown.content.decode(), "face_hidden" in shown.content.decode()) == (True, False)


def test_g5_the_reviewer_compares_the_proof_with_the_name_that_the_provider_saw(
    seen, begun, bill, named, mine, page, reviewer, stopped_clock, candidate
):
    seen(address=None)
    stopped_clock.advance(60)
    named(candidate, "Eve Stranger")
    bill(begun.of_check)
    page()
    mine.post("/identity/submit/")
    theirs = signed_in(reviewer, minutes_ago=1)
    theirs.post(f"/review/{begun.of_check_id}/act/", {"act": "take"})
    assert theirs.get(f"/review/{begun.of_check_id}/").context["legal_name"].name == "Ada Candidate"


def test_g5_what_was_shredded_before_a_proof_came_begins_again(seen, begun, mine, page, stopped_clock, stripe):
    seen(address=None)
    services.shred(check=begun.of_check, now=stopped_clock.at)
    assert ("shows no address" in page(), "Check my identity with Stripe" in page()) == (False, True)
    assert mine.post("/identity/provider/")["Location"] == f"{stripe.url}/start/vs_2"
