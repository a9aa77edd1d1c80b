"""The desk's pages of certificates: found by number, name or address; revoked and suspended by examiners, never one's own."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from portal.tests.accounts.conftest import signed_in
from portal.tests.conftest import person_with
from portal.tests.credentials.conftest import (
    bank,
    grading_service,
    make_bank,
    passed,
    running,
    sit,
    work_off,
)
from portal.tests.directory.holding import kept

from guildmark import protocol
from guildmark.rules.credential import Standing
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.finding import PAGE
from guildmark_portal.credentials.identifiers import new_identifier
from guildmark_portal.credentials.models import Certificate, CertificateEvent, Handover
from guildmark_portal.directory import services as directory
from guildmark_portal.directory.entered import Shown
from guildmark_portal.exams.models import Attempt, Entitlement, Program
from guildmark_portal.profiles import services as profiles
from guildmark_portal.profiles.entered import FullName

from .visiting import read

__all__ = ["bank", "grading_service", "make_bank", "passed", "running", "sit", "work_off"]  # fixtures

pytestmark = pytest.mark.django_db
DESK = "/desk/certificates/"


def standing(certificate: Certificate) -> Standing:
    return Certificate.objects.get(pk=certificate.pk).standing(today=clock.now().date())


def act(browser: Client, certificate: Certificate, name: str, reason: str = "A question was raised.") -> HttpResponse:
    return browser.post(f"{DESK}{certificate.identifier}/{name}/", {"reason": reason})


def sought(browser: Client, what: str, **more: str) -> str:
    """What a search answers, in words."""
    return read(browser.post(DESK, {"sought": what, **more})).text


@pytest.fixture
def examiner(db: None) -> Client:
    return signed_in(person_with("examiner"), minutes_ago=1)


def test_an_examiner_finds_a_certificate_and_suspends_reinstates_and_revokes_it(passed: Certificate, examiner: Client) -> None:
    page = f"{DESK}{passed.identifier}/"
    assert examiner.post(DESK, {"sought": passed.identifier.lower().replace("-", " ")}).url == page
    assert examiner.post(DESK, {"sought": f"https://testserver/certificates/{passed.identifier}/"}).url == page
    assert examiner.post(DESK, {"sought": "GM-0000-0000-0000"}).status_code == 404
    for name, expected in (
        ("suspend", Standing.SUSPENDED),
        ("reinstate", Standing.VALID),
        ("revoke", Standing.REVOKED),
    ):
        assert f'href="{page}{name}/"' in examiner.get(page).content.decode()
        assert act(examiner, passed, name).url == page
        assert standing(passed) is expected
    shown = examiner.get(page).content.decode()
    assert (shown.count("A question was raised."), "Revoke it for good" in shown) == (3, False)


def test_nothing_happens_before_a_reason_is_given(passed: Certificate, examiner: Client) -> None:
    page = f"{DESK}{passed.identifier}/revoke/"
    read(examiner.get(page))
    assert "Say why." in read(examiner.post(page, {"reason": " "})).text
    assert (standing(passed), CertificateEvent.objects.count()) == (Standing.VALID, 0)


def test_the_page_says_what_will_happen_to_lists_letter_provider_and_network(passed: Certificate, examiner: Client) -> None:
    Entitlement.objects.filter(attempt=passed.attempt_id).update(email="purchase@example.org")
    said = read(examiner.get(f"{DESK}{passed.identifier}/revoke/")).text
    for sentence in (
        "Revoke this certificate for good?",
        "Ada Candidate",
        passed.identifier,
        "nobody can take this back",
        "The public status list of revocations names it at once.",
        "Its holder gets a letter with your reason, at purchase@example.org.",
        "No badge provider has it, so none is told.",
        "It is not shown in the network, and nothing changes there.",
    ):
        assert sentence in said
    now = clock.now()
    Handover.objects.create(certificate=passed, provider="webhook", consented_at=now, sent_at=now, delivered_at=now)
    Program.objects.update(kind="live")
    Certificate.objects.update(demonstration=False)
    certificate = Certificate.objects.get()
    shown = Shown(name=certificate.holder, certificates=(certificate.identifier,))
    directory.publish(user=certificate.attempt.user, shown=shown, now=now)
    said = read(examiner.get(f"{DESK}{passed.identifier}/revoke/")).text
    assert "The badge provider is asked to remove what it got." in said
    assert "Its holder vanishes from network, search and map at once" in said
    assert "is told nothing" in read(examiner.get(f"{DESK}{passed.identifier}/suspend/")).text


def test_what_cannot_be_done_leads_back_to_the_certificate(passed: Certificate, examiner: Client) -> None:
    page = f"{DESK}{passed.identifier}/"
    assert examiner.get(f"{page}reinstate/").url == page
    assert examiner.get(f"{page}burn/").status_code == 404
    act(examiner, passed, "revoke")
    assert [act(examiner, passed, name).url for name in ("suspend", "revoke")] == [page, page]
    assert CertificateEvent.objects.count() == 1


def test_a_stale_sign_in_is_asked_for_anew_before_the_reason_is_written(passed: Certificate) -> None:
    stale = signed_in(person_with("examiner"), minutes_ago=600)
    answer = stale.get(f"{DESK}{passed.identifier}/revoke/")
    assert (answer.status_code, answer.url.startswith("/accounts/reauthenticate/")) == (302, True)


@pytest.mark.parametrize("role", ["support", "auditor"])
def test_who_only_reads_cannot_act(passed: Certificate, role: str) -> None:
    reader = signed_in(person_with(role), minutes_ago=1)
    assert "Revoke it for good" not in read(reader.get(f"{DESK}{passed.identifier}/")).text
    assert "1 certificate" in sought(reader, "ada")
    assert [reader.get(f"{DESK}{passed.identifier}/revoke/").status_code, act(reader, passed, "revoke").status_code] == [
        403,
        403,
    ]
    assert standing(passed) is Standing.VALID


def test_nobody_acts_on_their_own_certificate_and_strangers_see_nothing(passed: Certificate, candidate: User) -> None:
    page = f"{DESK}{passed.identifier}/"
    for address in (page, f"{page}revoke/"):
        assert signed_in(candidate).get(address).status_code == 403
        assert Client().get(address).status_code == 302
    own = person_with("examiner")
    Attempt.objects.filter(pk=passed.attempt_id).update(user=own)
    browser = signed_in(own, minutes_ago=1)
    assert "Revoke it for good" not in read(browser.get(page)).text
    assert act(browser, passed, "revoke").url == page
    assert standing(passed) is Standing.VALID


@pytest.mark.parametrize(
    "what",
    [
        "ada",
        "CANDIDATE, Ada",
        "candidate@example.org",
        "purchase@",
        "김아다",
        "Kim Áda",
        "김아다 (kim áda)",
        "kim ÁDA purchase@example",
    ],
)
def test_the_desk_finds_by_any_form_of_the_name_and_by_address(passed: Certificate, examiner: Client, what: str) -> None:
    user = passed.attempt.user
    profiles.record_name(user=user, full_name=FullName("김아다", "Kim Áda"))
    Entitlement.objects.filter(attempt=passed.attempt_id).update(email="purchase@example.com")
    found = sought(examiner, what)
    assert ("1 certificate" in found, passed.identifier in found) == (True, True)


@pytest.mark.parametrize("what", ["ad", "eve", "ada eve", "%", "___", "' OR 1=1", "x" * 400])
def test_the_desk_finds_nobody_else_and_lists_nobody_at_large(passed: Certificate, examiner: Client, what: str) -> None:
    found = sought(examiner, what)
    assert ("No certificate was found." in found, passed.identifier in found) == (True, False)


def test_a_search_is_paged_and_takes_as_many_queries_for_many_as_for_one(passed: Certificate, examiner: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            sought(examiner, "ada")
        return len(captured)

    alone = queries()
    document = protocol.Certificate.model_validate(passed.document)
    before = passed
    for _number in range(PAGE):
        fresh = document.model_copy(update={"identifier": new_identifier()})
        before = kept(passed.attempt, fresh, now=clock.now(), replaces=before)
    assert queries() == alone
    first, second = (sought(examiner, "ada", page=page) for page in ("1", "2"))
    assert (passed.identifier in first, passed.identifier in second) == (False, True)
    assert ["26 certificates" in one and "Page" in one for one in (first, second)] == [True, True]
    assert sought(examiner, "ada", page="99") == second == sought(examiner, "ada", page="2")
