"""The desk's page of a certificate: found by its number, revoked and suspended by examiners alone, never one's own."""

import pytest
from django.test import Client
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

from guildmark.rules.credential import Standing
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.models import Certificate

__all__ = ["bank", "grading_service", "make_bank", "passed", "running", "sit", "work_off"]  # fixtures

pytestmark = pytest.mark.django_db
DESK = "/desk/certificates/"


def standing(certificate: Certificate) -> Standing:
    return Certificate.objects.get(pk=certificate.pk).standing(today=clock.now().date())


def test_an_examiner_finds_a_certificate_and_suspends_reinstates_and_revokes_it(passed: Certificate) -> None:
    examiner, page = signed_in(person_with("examiner"), minutes_ago=1), f"{DESK}{passed.identifier}/"
    assert examiner.get(DESK, {"identifier": passed.identifier.lower().replace("-", " ")}).url == page
    assert examiner.get(DESK, {"identifier": "GM-0000-0000-0000"}).status_code == 404
    for act, expected in (
        ("suspend", Standing.SUSPENDED),
        ("reinstate", Standing.VALID),
        ("revoke", Standing.REVOKED),
    ):
        assert examiner.post(page, {"act": act, "reason": "A question was raised."}).url == page
        assert standing(passed) is expected
    shown = examiner.get(page).content.decode()
    assert (shown.count("A question was raised."), "Revoke it for good" in shown) == (3, False)


def test_a_reason_is_asked_for(passed: Certificate) -> None:
    answer = signed_in(person_with("examiner"), minutes_ago=1).post(
        f"{DESK}{passed.identifier}/", {"act": "revoke", "reason": ""}
    )
    assert ("Say why." in answer.content.decode(), standing(passed)) == (True, Standing.VALID)


@pytest.mark.parametrize("role", ["support", "auditor"])
def test_who_only_reads_cannot_act(passed: Certificate, role: str) -> None:
    reader = signed_in(person_with(role))
    assert "Revoke it for good" not in reader.get(f"{DESK}{passed.identifier}/").content.decode()
    assert reader.post(f"{DESK}{passed.identifier}/", {"act": "revoke", "reason": "No."}).status_code == 403
    assert standing(passed) is Standing.VALID


def test_nobody_acts_on_their_own_certificate_and_strangers_see_nothing(passed: Certificate, candidate: User) -> None:
    page = f"{DESK}{passed.identifier}/"
    assert signed_in(candidate).get(page).status_code == 403
    assert Client().get(page).status_code == 302
    examiner = person_with("examiner")
    passed.attempt.__class__.objects.filter(pk=passed.attempt_id).update(user=examiner)
    signed_in(examiner, minutes_ago=1).post(page, {"act": "revoke", "reason": "Mine."})
    assert standing(passed) is Standing.VALID
