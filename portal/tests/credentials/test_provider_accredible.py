"""C3 with Accredible, as its API is documented."""

import pytest
from portal.tests.conftest import StoppedClock
from portal.tests.credentials.badge_providers import KEY, Accredible
from portal.tests.credentials.provider_fixtures import accredible, certificate, certified, consented, work_off, work_off_for
from pytest_django import Settings

from guildmark_portal import clock
from guildmark_portal.badge_provider_config import BadgeProviderConfig, BadgeProviderSecrets
from guildmark_portal.credentials.models import Certificate, Handover
from guildmark_portal.credentials.providers import services

pytestmark = pytest.mark.certificates

__all__ = ["accredible", "certificate", "certified"]


def test_c3_a_credential_is_made_of_name_address_and_group_alone(certificate: Certificate, accredible: Accredible) -> None:
    handover = consented(certificate)
    work_off()
    looked, made = accredible.asked
    own = f"handover_{handover.pk.hex}"
    assert (looked.method, looked.path, looked.body) == ("GET", f"/v1/credentials/{own}", b"")
    assert made.headers["Authorization"] == f"Token token={KEY}"
    recipient = {"name": "Ada Lovelace", "email": "candidate@example.org"}
    assert made.document == {"credential": {"id": own, "recipient": recipient, "group_id": 9549}}
    handover.refresh_from_db()
    assert (handover.reference, handover.delivered_at) == ("10000005", clock.now())


def test_an_answer_that_was_lost_makes_no_second_credential(
    certificate: Certificate, accredible: Accredible, stopped_clock: StoppedClock
) -> None:
    accredible.loses_answer = True
    handover = consented(certificate)
    work_off_for(stopped_clock, hours=1)
    assert [asked.method for asked in accredible.asked] == ["GET", "POST", "GET"]
    handover.refresh_from_db()
    assert (handover.reference, handover.failures) == ("10000005", 1)


def test_c3_withdrawn_the_credential_is_deleted_once_and_for_all(certificate: Certificate, accredible: Accredible) -> None:
    consented(certificate)
    work_off()
    services.withdraw_consent(certificate=certificate, now=clock.now())
    work_off()
    assert (accredible.asked[-1].method, accredible.asked[-1].path) == ("DELETE", "/v1/credentials/10000005")
    assert (accredible.credentials, Handover.objects.get().retracted_at) == ({}, clock.now())


def test_c3_withdrawn_after_a_lost_answer_the_credential_is_deleted_by_our_own_id(
    certificate: Certificate, accredible: Accredible
) -> None:
    accredible.loses_answer = True
    consented(certificate)
    work_off()
    services.withdraw_consent(certificate=certificate, now=clock.now())
    work_off()
    assert (accredible.asked[-1].method, accredible.credentials) == ("DELETE", {})


def test_one_that_is_gone_there_already_needs_no_deleting(certificate: Certificate, accredible: Accredible) -> None:
    consented(certificate)
    work_off()
    accredible.credentials.clear()
    services.withdraw_consent(certificate=certificate, now=clock.now())
    work_off()
    assert Handover.objects.get().retracted_at == clock.now()


def test_a_program_without_a_group_is_not_offered(certificate: Certificate, accredible: Accredible, settings: Settings) -> None:
    assert services.offered(certificate) == "Accredible"
    settings.BADGE_PROVIDER = BadgeProviderConfig("accredible", "Accredible", accredible.url, groups={"other": 1})
    assert services.offered(certificate) is None


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ((200, {}, b"[" * 60_000), "unreadable"),
        ((200, {}, b'{"credential": {"id": null}}'), "unreadable"),
        ((200, {}, b'{"credential": {"id": {"a": 1}}}'), "unreadable"),
        ((200, {}, b'{"credential": {"id": "%s"}}' % (b"x" * 201)), "unreadable"),
        ((429, {"Retry-After": "3600"}, b""), "busy"),
        ((422, {}, b"candidate@example.org"), "refused"),
    ],
)
def test_an_answer_that_means_nothing_is_a_failed_attempt(
    certificate: Certificate, accredible: Accredible, answer: tuple[int, dict[str, str], bytes], fault: str
) -> None:
    accredible.answers.append(answer)
    handover = consented(certificate)
    work_off()
    handover.refresh_from_db()
    assert (handover.fault, handover.delivered_at, handover.reference) == (fault, None, "")


def test_a_wrong_key_and_a_wrong_group_are_told_apart(
    certificate: Certificate, accredible: Accredible, settings: Settings, stopped_clock: StoppedClock
) -> None:
    settings.BADGE_PROVIDER_SECRETS = BadgeProviderSecrets(key="another")
    handover = consented(certificate)
    work_off()
    handover.refresh_from_db()
    assert (handover.fault, handover.status) == ("key", 401)
    settings.BADGE_PROVIDER_SECRETS = BadgeProviderSecrets(key=KEY)
    settings.BADGE_PROVIDER = BadgeProviderConfig("accredible", "Accredible", accredible.url, groups={"tiny-demo": 1})
    stopped_clock.advance(60)
    work_off()
    handover.refresh_from_db()
    assert (handover.fault, handover.status) == ("missing", 404)
