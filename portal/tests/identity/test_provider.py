"""Identity by a provider: Stripe Identity, against a local server that behaves as its documentation says."""

import logging
from datetime import timedelta

import pytest
from django.test import Client
from portal.tests.identity.stripe_fake import KEY, PATH, WEBHOOK_SECRET, serving, signature

from guildmark.rules.credential import IdentityLevel
from guildmark.rules.identity_session import SessionStanding
from guildmark_portal.audit.models import Entry
from guildmark_portal.credentials.holder import name_of_holder
from guildmark_portal.exams.models import Attempt
from guildmark_portal.identity import facts, outcomes, own_data, services
from guildmark_portal.identity.models import Check
from guildmark_portal.identity.provider_models import ProviderMessage, ProviderSession
from guildmark_portal.identity_provider_config import IdentityProvider, ProviderSecrets
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner

TOLD = "/identity/provider/told/"


@pytest.fixture
def stripe(settings, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as fake:
        settings.IDENTITY_PROVIDER = IdentityProvider("stripe", fake.url, fake.url)
        settings.IDENTITY_PROVIDER_SECRETS = ProviderSecrets(KEY, WEBHOOK_SECRET)
        yield fake


@pytest.fixture
def mine(candidate, named):
    named(candidate)
    made = Client()
    made.force_login(candidate, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


@pytest.fixture
def tell(stripe, stopped_clock):
    """The provider sends an event of a session; the answer's status."""

    def send(told, *, reference="vs_1", body=b"", at=None, header=None, ago=0, event_id=""):
        now = stopped_clock.at.timestamp()
        body = body or stripe.event(reference, told, created=now - ago, event_id=event_id)
        signed = signature(body, at=now if at is None else at) if header is None else header
        strict = Client(enforce_csrf_checks=True)
        return strict.post(TOLD, body, content_type="application/json", headers={"stripe-signature": signed}).status_code

    return send


@pytest.fixture
def begun(mine, stripe, stopped_clock):
    assert mine.post("/identity/provider/")["Location"] == f"{stripe.url}/start/vs_1"
    return ProviderSession.objects.get()


def where(session):
    return facts.standing_of_session(ProviderSession.objects.get(pk=session.pk))


def test_g4_a_candidate_is_sent_to_the_provider_and_its_word_counts(begun, stripe, tell, candidate):
    assert stripe.asked == [
        (
            "POST",
            PATH,
            {
                "type": "document",
                "options[document][require_matching_selfie]": "true",
                "metadata[check]": str(begun.of_check_id),
                "return_url": "http://127.0.0.1:8000/identity/",
            },
        )
    ]
    stripe.moves("vs_1", "processing")
    assert tell("processing") == 200
    assert where(begun) is SessionStanding.PROCESSING
    stripe.moves("vs_1", "verified")
    assert tell("verified") == 200
    assert (where(begun), services.level_reached(candidate)) == (SessionStanding.COMPARING, IdentityLevel.NONE)
    Runner().run_due()
    assert (where(begun), services.level_reached(candidate)) == (SessionStanding.VERIFIED, IdentityLevel.PROVIDER)
    actions = list(Entry.objects.filter(action__contains="provider").values_list("action", "actor"))
    assert sorted(actions)[1:] == [("identity.provider_told", "provider:stripe")] * 2


def test_g4_the_providers_word_is_not_the_reviewers(begun, stripe, tell, candidate):
    stripe.moves("vs_1", "verified")
    tell("verified")
    Runner().run_due()
    assert services.shows_level(candidate, IdentityLevel.PROVIDER)
    assert not services.shows_level(candidate, IdentityLevel.REVIEWED)
    assert not services.is_approved(candidate)


@pytest.mark.parametrize("name", [("Eve", "Stranger"), ("Ada Maria", "Candidate"), ("", "")])
def test_g4_a_document_of_another_name_does_not_count(begun, stripe, tell, candidate, mine, name):
    stripe.moves("vs_1", "verified", name=name)
    tell("verified")
    Runner().run_due()
    assert (where(begun), services.level_reached(candidate)) == (SessionStanding.NAME_DIFFERS, IdentityLevel.NONE)
    assert mine.post("/identity/provider/")["Location"].endswith("/start/vs_2")
    kept = [*ProviderMessage.objects.values_list(), *ProviderSession.objects.values_list(), *Entry.objects.values_list()]
    assert "Stranger" not in str(kept)


@pytest.mark.parametrize(
    "header",
    ["", "t=1,v1=00", "nonsense", "v1=aa", "t=x,v1=é", "t=99999999999999999999,v1=00", "t=1,t=2,v1=00"],
)
def test_g4_a_message_without_a_good_signature_changes_nothing(begun, stripe, tell, header):
    stripe.moves("vs_1", "verified")
    assert tell("verified", header=header) == 400
    assert ProviderMessage.objects.count() == 0


def test_g4_a_message_signed_with_another_secret_or_changed_on_the_way_is_refused(begun, stripe, tell, stopped_clock):
    now = stopped_clock.at.timestamp()
    body = stripe.event("vs_1", "verified", created=now)
    assert tell("", body=body, header=signature(body, at=now, secret="whsec_other")) == 400
    assert tell("", body=body + b" ", header=signature(body, at=now)) == 400
    both = signature(body, at=now, secret="whsec_other") + "," + signature(body, at=now).partition(",")[2]
    assert tell("", body=body, header=both) == 200


@pytest.mark.parametrize(("seconds", "status"), [(-300, 200), (-301, 400), (300, 200), (301, 400)])
def test_g4_a_signature_is_good_for_five_minutes(begun, tell, stopped_clock, seconds, status):
    assert tell("processing", at=stopped_clock.at.timestamp() + seconds) == status
    assert ProviderMessage.objects.count() == (status == 200)


def test_g4_a_message_that_comes_twice_is_kept_once(begun, tell):
    assert [tell("processing", event_id="evt_same") for _time in range(3)] == [200, 200, 200]
    assert ProviderMessage.objects.count() == 1
    assert Entry.objects.filter(action="identity.provider_told").count() == 1


def test_g4_messages_may_come_in_any_order(begun, stripe, tell, candidate):
    stripe.moves("vs_1", "verified")
    tell("verified", ago=0)
    Runner().run_due()
    tell("requires_input", ago=60)
    tell("processing", ago=30)
    tell("canceled", ago=-30)
    assert services.level_reached(candidate) is IdentityLevel.PROVIDER


def test_g4_requires_input_says_why_and_the_same_session_is_gone_on_with(begun, stripe, tell, mine, stopped_clock, candidate):
    stripe.moves("vs_1", "requires_input", error="document_expired")
    tell("requires_input")
    assert [reason.value for reason in outcomes.reasons_of(begun)] == ["expired"]
    stripe.moves("vs_1", "requires_input", error="a_code_of_tomorrow")
    stopped_clock.advance(10)
    tell("requires_input")
    assert [reason.value for reason in outcomes.reasons_of(begun)] == ["other"]
    assert mine.post("/identity/provider/")["Location"] == f"{stripe.url}/start/vs_1"
    stripe.moves("vs_1", "verified")
    tell("verified")
    Runner().run_due()
    assert services.level_reached(candidate) is IdentityLevel.PROVIDER
    assert ProviderSession.objects.count() == 1


def test_g4_a_canceled_session_is_over_and_another_begins(begun, stripe, tell, mine):
    stripe.moves("vs_1", "canceled")
    tell("canceled")
    assert where(begun) is SessionStanding.CANCELED
    assert mine.post("/identity/provider/")["Location"] == f"{stripe.url}/start/vs_2"


def test_g4_a_provider_that_is_down_is_said_and_nothing_is_lost(stripe, mine, candidate, check, give, caplog):
    document = give(check)
    stripe.is_down = True
    page = mine.post("/identity/provider/", follow=True).content.decode()
    assert "does not answer. Nothing is lost." in page
    assert "Stripe did not do what was asked: 503" in caplog.text
    assert "Try again in a few minutes" in page
    assert (ProviderSession.objects.count(), list(check.documents.all())) == (0, [document])
    stripe.is_down = False
    assert mine.post("/identity/provider/")["Location"] == f"{stripe.url}/start/vs_1"


def test_g4_a_provider_that_is_down_while_the_name_is_compared_is_asked_again(begun, stripe, tell, candidate, stopped_clock):
    stripe.moves("vs_1", "verified")
    tell("verified")
    stripe.is_down = True
    Runner().run_due()
    assert where(begun) is SessionStanding.COMPARING
    stripe.is_down = False
    stopped_clock.advance(600)
    Runner().run_due()
    assert services.level_reached(candidate) is IdentityLevel.PROVIDER


def test_g4_a_message_that_was_lost_is_found_by_asking(begun, stripe, mine, candidate):
    stripe.moves("vs_1", "verified")
    page = mine.post("/identity/provider/", follow=True).content.decode()
    assert "still looking at your document" in page
    Runner().run_due()
    assert services.level_reached(candidate) is IdentityLevel.PROVIDER
    assert "checked already" in mine.post("/identity/provider/", follow=True).content.decode()


def test_g4_what_is_unknown_is_taken_and_ignored(begun, stripe, tell, stopped_clock):
    now = stopped_clock.at.timestamp()
    stripe.sessions["vs_9"] = {"id": "vs_9", "metadata": {"check": str(begun.of_check_id)}}
    assert tell("verified", reference="vs_9") == 200
    stripe.sessions["vs_1"]["metadata"] = {"check": "another"}
    assert tell("verified") == 200
    assert tell("created") == 200
    for body in (b"{}", b"[]", b"\xff", b'{"type": 1}', b'{"type":"charge.paid"}'):
        assert tell("", body=body, header=signature(body, at=now)) == 200
    assert ProviderMessage.objects.count() == 0


def test_g4_a_session_whose_address_is_elsewhere_is_not_followed(stripe, settings, mine):
    settings.IDENTITY_PROVIDER = IdentityProvider("stripe", stripe.url, "https://verify.stripe.com")
    assert mine.post("/identity/provider/")["Location"] == "/identity/"
    assert ProviderSession.objects.count() == 0


def test_g4_without_a_provider_there_is_no_button_and_no_door(mine, db):
    assert "with Stripe" not in mine.get("/identity/").content.decode()
    assert "No provider" in mine.post("/identity/provider/", follow=True).content.decode()
    assert Client().post(TOLD, b"{}", content_type="application/json").status_code == 404
    assert Check.objects.count() == 0


def test_x16_after_the_retention_the_provider_is_asked_to_redact(begun, stripe, tell, candidate, stopped_clock, settings):
    settings.IDENTITY_RETENTION_DAYS = 30
    stripe.moves("vs_1", "verified")
    tell("verified")
    Runner().run_due()
    told_at = stopped_clock.at
    assert services.shred_due(now=told_at + timedelta(days=30, seconds=-1))[0] == 0
    stopped_clock.at = told_at + timedelta(days=30)
    assert services.shred_due(now=stopped_clock.at)[0] == 1
    stripe.is_down = True
    Runner().run_due()
    assert stripe.sessions["vs_1"]["redaction"] is None
    stripe.is_down = False
    stopped_clock.advance(3600)
    Runner().run_due()
    assert stripe.sessions["vs_1"]["redaction"] == {"status": "processing"}
    tell("redacted")
    session = ProviderSession.objects.get()
    assert session.redaction_asked_at == stopped_clock.at
    assert services.level_reached(candidate) is IdentityLevel.PROVIDER


def test_x16_who_leaves_has_the_provider_forget_them_too(begun, stripe, tell, candidate):
    stripe.moves("vs_1", "canceled")
    tell("canceled")
    assert own_data.export(candidate)[0]["provider"][0]["stands"] == "canceled"
    own_data.erase(candidate)
    assert (Check.objects.count(), ProviderSession.objects.count()) == (0, 0)
    Runner().run_due()
    assert stripe.sessions["vs_1"]["redaction"] == {"status": "processing"}
    assert "vs_1" not in str(list(Job.objects.values_list("payload", flat=True)))


def test_g4_of_one_who_leaves_it_stays_that_a_provider_verified_them(begun, stripe, tell, candidate):
    stripe.moves("vs_1", "verified")
    tell("verified")
    Runner().run_due()
    own_data.erase(candidate)
    assert services.level_reached(candidate) is IdentityLevel.PROVIDER
    assert own_data.kept(candidate) != []


def test_g4_the_certificate_carries_the_name_that_the_provider_saw(begun, stripe, tell, candidate, stopped_clock):
    from guildmark_portal.profiles.models import LegalName

    LegalName.objects.create(user=candidate, name="Ada Candidate", recorded_at=stopped_clock.at)
    stripe.moves("vs_1", "verified")
    tell("verified")
    Runner().run_due()
    stopped_clock.advance(1)
    LegalName.objects.create(user=candidate, name="Eve Stranger", recorded_at=stopped_clock.at)
    assert name_of_holder(Attempt(user=candidate, identity_check="provider")) == "Ada Candidate"


@pytest.mark.parametrize(
    ("on_the_document", "certified"), [(("Minsu", "Kim"), "Kim Minsu"), (("민수", "김"), "김민수"), (("Elon", "Musk"), None)]
)
def test_g3_the_certificate_carries_the_form_of_the_name_that_the_document_bears(
    begun, stripe, tell, candidate, named, on_the_document, certified
):
    named(candidate, "김민수", "Kim Minsu")
    stripe.moves("vs_1", "verified", name=on_the_document)
    tell("verified")
    Runner().run_due()
    if certified is None:
        assert where(begun) is SessionStanding.NAME_DIFFERS
    else:
        assert name_of_holder(Attempt(user=candidate, identity_check="provider")) == certified


def test_g3_a_false_name_in_another_script_is_never_carried_by_its_latin_form(begun, stripe, tell, candidate, named):
    named(candidate, "일론 머스크", "Ada Candidate")
    stripe.moves("vs_1", "verified")
    tell("verified")
    Runner().run_due()
    assert name_of_holder(Attempt(user=candidate, identity_check="provider")) == "Ada Candidate"


def test_g3_without_a_legal_name_no_provider_is_asked(stripe, mine, candidate):
    candidate.legal_names.all().delete()
    page = mine.post("/identity/provider/", follow=True).content.decode()
    assert "Your legal name is missing" in page
    assert "/register/name/" in page
    assert (stripe.asked, ProviderSession.objects.count()) == ([], 0)


def test_secrets_and_addresses_of_sessions_are_neither_logged_nor_kept(begun, stripe, tell, mine, caplog):
    caplog.set_level(logging.DEBUG)
    stripe.moves("vs_1", "requires_input", error="abandoned")
    tell("requires_input")
    tell("requires_input", header="t=1,v1=00")
    mine.post("/identity/provider/")
    kept = [*ProviderSession.objects.values_list(), *ProviderMessage.objects.values_list(), *Entry.objects.values_list()]
    for secret in (KEY, WEBHOOK_SECRET, "/start/"):
        assert secret not in caplog.text + str(kept)
