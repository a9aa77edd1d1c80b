"""C3: on a pass, with consent, name and e-mail, and no more, go to the badge provider."""

import json
import logging
from datetime import timedelta

import pytest
from portal.tests.conftest import StoppedClock
from portal.tests.credentials.badge_providers import SECRETS, Listener, is_signed
from portal.tests.credentials.provider_fixtures import (
    TITLE,
    Certified,
    accredible,
    certificate,
    certified,
    consented,
    listener,
    work_off,
    work_off_for,
)
from pytest_django import Settings

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.accounts import personal_data
from guildmark_portal.accounts.models import User
from guildmark_portal.audit.models import Entry
from guildmark_portal.badge_provider_config import BadgeProviderConfig, secrets_of
from guildmark_portal.credentials.models import Certificate, Handover
from guildmark_portal.credentials.providers import queries, sending, services
from guildmark_portal.credentials.providers.webhook import signature
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later

pytestmark = pytest.mark.certificates

__all__ = ["accredible", "certificate", "certified", "listener"]


def withdraw(certificate: Certificate) -> bool:
    return services.withdraw_consent(certificate=certificate, now=clock.now())


def happens(certificate: Certificate, kind: str) -> None:
    certificate.events.create(kind=kind, happened_at=clock.now(), actor="tests")


def entries() -> list[str]:
    return list(Entry.objects.filter(action__startswith="handover.").order_by("pk").values_list("action", flat=True))


class TestConsent:
    @pytest.mark.usefixtures("certificate")
    def test_c3_without_consent_nothing_leaves(self, listener: Listener, stopped_clock: StoppedClock) -> None:
        work_off_for(stopped_clock, hours=24)
        assert (listener.asked, Handover.objects.count()) == ([], 0)

    def test_c3_with_consent_name_and_address_leave_and_no_more(self, certificate: Certificate, listener: Listener) -> None:
        handover = consented(certificate)
        work_off()
        (asked,) = listener.asked
        assert (asked.method, asked.path) == ("POST", "/in")
        assert asked.document == {
            "type": "certificate.issued",
            "timestamp": "2030-01-15T12:00:00Z",
            "data": {
                "name": "Ada Lovelace",
                "email": "candidate@example.org",
                "certificate": {
                    "title": TITLE,
                    "identifier": certificate.identifier,
                    "url": f"https://exam.example.org/certificates/{certificate.identifier}/",
                },
            },
        }
        assert set(asked.headers) == {
            *("Host", "Accept", "Accept-Encoding", "Connection", "Content-Length", "Content-Type", "User-Agent"),
            *("webhook-id", "webhook-timestamp", "webhook-signature"),
        }
        handover.refresh_from_db()
        assert (handover.delivered_at, handover.failures) == (clock.now(), 0)
        assert entries() == ["handover.consented", "handover.delivered"]

    def test_c3_consent_twice_is_once(self, certificate: Certificate, listener: Listener) -> None:
        first = consented(certificate)
        work_off()
        assert consented(certificate) == first
        work_off()
        assert (len(listener.asked), entries()) == (1, ["handover.consented", "handover.delivered"])

    def test_c3_nobody_else_is_handed_over_with_the_one_who_consented(
        self, certificate: Certificate, certified: Certified, stranger: User, listener: Listener
    ) -> None:
        certified(stranger)
        consented(certificate)
        work_off()
        assert [asked.document["data"]["email"] for asked in listener.asked] == ["candidate@example.org"]

    def test_without_a_provider_there_is_nothing_to_consent_to(self, certificate: Certificate, settings: Settings) -> None:
        settings.BADGE_PROVIDER = BadgeProviderConfig()
        assert services.offered(certificate) is None
        with pytest.raises(Refused, match="No badge provider"):
            consented(certificate)
        assert Job.objects.filter(kind=sending.HAND_OVER).count() == 0

    def test_a_demonstration_goes_only_where_the_operator_wants_it(
        self, certified: Certified, candidate: User, listener: Listener, settings: Settings
    ) -> None:
        shown = certified(candidate, demonstration=True)
        assert services.offered(shown) is None
        settings.BADGE_PROVIDER = BadgeProviderConfig("webhook", "Example Badges", listener.url, demonstrations=True)
        assert services.offered(shown) == "Example Badges"


class TestWebhooks:
    def test_a_signature_is_the_one_of_the_published_example(self) -> None:
        (secret,) = secrets_of({"webhook_secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}).webhook_secrets
        found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
        assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_c3_every_attempt_has_the_same_id_and_a_signature_of_its_own_time(
        self, certificate: Certificate, listener: Listener, stopped_clock: StoppedClock
    ) -> None:
        listener.fails(500, 503)
        consented(certificate)
        for _attempt in range(3):
            work_off()
            stopped_clock.advance(10)
        assert len({asked.headers["webhook-id"] for asked in listener.asked}) == 1
        assert len({asked.body for asked in listener.asked}) == 1
        assert [int(asked.headers["webhook-timestamp"]) % 60 for asked in listener.asked] == [0, 10, 20]
        assert all(is_signed(asked, secret) for asked in listener.asked for secret in SECRETS)
        assert not is_signed(listener.asked[0], b"a secret that we never had")
        assert Handover.objects.get().failures == 2

    def test_a_job_that_runs_once_more_sends_nothing(self, certificate: Certificate, listener: Listener) -> None:
        handover = consented(certificate)
        work_off()
        sending.hand_over(Job(kind=sending.HAND_OVER, key=str(handover.pk)))
        assert len(listener.asked) == 1

    def test_what_was_sent_and_answered_is_in_no_log(
        self, certificate: Certificate, listener: Listener, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        listener.answers.append((500, {}, b"candidate@example.org is unknown"))
        consented(certificate)
        work_off()
        assert "broken 500" in caplog.text
        assert not any(word in caplog.text for word in ("candidate@", "Lovelace", "unknown", "v1,", certificate.identifier))
        kept = json.dumps(
            [list(Handover.objects.values_list("fault", "reference")), list(Job.objects.values_list("last_error"))]
        )
        assert "candidate@" not in kept


class TestWithdrawal:
    def test_c3_withdrawn_before_it_was_sent_nothing_leaves(
        self, certificate: Certificate, listener: Listener, stopped_clock: StoppedClock
    ) -> None:
        consented(certificate)
        assert (withdraw(certificate), withdraw(certificate)) == (True, False)
        work_off_for(stopped_clock, hours=1)
        assert (listener.asked, entries()) == ([], ["handover.consented", "handover.withdrawn"])

    def test_c3_withdrawn_between_two_attempts_it_is_tried_no_more_and_taken_back(
        self, certificate: Certificate, listener: Listener, stopped_clock: StoppedClock
    ) -> None:
        listener.fails(500)  # it may have been kept all the same
        consented(certificate)
        work_off()
        withdraw(certificate)
        work_off_for(stopped_clock, hours=1)
        assert [asked.document["type"] for asked in listener.asked] == ["certificate.issued", "certificate.withdrawn"]

    def test_c3_withdrawn_afterwards_the_provider_is_asked_to_remove_it_and_told_nothing_of_the_person(
        self, certificate: Certificate, listener: Listener
    ) -> None:
        consented(certificate)
        work_off()
        withdraw(certificate)
        work_off()
        issued, withdrawn = listener.asked
        assert withdrawn.document["data"] == {
            "certificate": {"identifier": certificate.identifier, "url": certificate.document["url"]}
        }
        assert is_signed(withdrawn, SECRETS[0])
        assert withdrawn.headers["webhook-id"] != issued.headers["webhook-id"]
        assert entries()[-2:] == ["handover.withdrawn", "handover.retracted"]

    def test_a_withdrawal_waits_for_the_attempt_under_way(self, certificate: Certificate, listener: Listener) -> None:
        handover = consented(certificate)
        Job.objects.filter(key=str(handover.pk)).update(claim="somebody", leased_until=clock.now() + timedelta(minutes=1))
        Handover.objects.update(sent_at=clock.now())
        withdraw(certificate)
        with pytest.raises(Later):
            sending.take_back(Job(kind=sending.TAKE_BACK, key=str(handover.pk)))
        Job.objects.filter(kind=sending.HAND_OVER).update(claim="", finished_at=clock.now())
        sending.take_back(Job(kind=sending.TAKE_BACK, key=str(handover.pk)))
        assert [asked.document["type"] for asked in listener.asked] == ["certificate.withdrawn"]

    def test_a_new_consent_waits_until_the_old_one_is_undone(
        self, certificate: Certificate, listener: Listener, stopped_clock: StoppedClock
    ) -> None:
        consented(certificate)
        work_off()
        withdraw(certificate)
        listener.fails(500)
        second = consented(certificate)
        work_off_for(stopped_clock, hours=1)
        told = [asked.document["type"].removeprefix("certificate.") for asked in listener.asked]
        assert told == ["issued", "withdrawn", "withdrawn", "issued"]
        second.refresh_from_db()
        assert second.delivered_at is not None

    def test_c3_who_deletes_the_account_withdraws(self, certificate: Certificate, candidate: User, listener: Listener) -> None:
        consented(certificate)
        work_off()
        (part,) = (part for part in personal_data.parts() if part.name == "badge_provider")
        (told,) = part.export(candidate)
        assert (told["certificate"], told["delivered_at"]) == (certificate.identifier, clock.now().isoformat())
        assert len(list(part.kept(candidate))) == 1
        part.erase(candidate)
        work_off()
        assert listener.asked[-1].document["type"] == "certificate.withdrawn"

    @pytest.mark.usefixtures("listener")
    def test_the_download_of_a_stranger_tells_nothing(self, certificate: Certificate, stranger: User) -> None:
        consented(certificate)
        (part,) = (part for part in personal_data.parts() if part.name == "badge_provider")
        assert (part.export(stranger), list(part.kept(stranger))) == ([], [])


class TestStanding:
    @pytest.mark.parametrize("kind", ["revoked", "declined", "replaced", "suspended"])
    @pytest.mark.usefixtures("listener")
    def test_c3_what_counts_no_more_is_not_offered(self, certificate: Certificate, kind: str) -> None:
        assert services.offered(certificate) == "Example Badges"
        happens(certificate, kind)
        assert services.offered(certificate) is None
        with pytest.raises(Refused):
            consented(certificate)

    @pytest.mark.parametrize("kind", ["revoked", "declined", "replaced"])
    def test_c3_what_ended_before_it_was_sent_does_not_leave(
        self, certificate: Certificate, listener: Listener, stopped_clock: StoppedClock, kind: str
    ) -> None:
        handover = consented(certificate)
        happens(certificate, kind)
        work_off_for(stopped_clock, hours=1)
        handover.refresh_from_db()
        assert (listener.asked, handover.is_withdrawn, list(queries.given_up())) == ([], True, [])

    def test_what_is_suspended_waits(self, certificate: Certificate, listener: Listener, stopped_clock: StoppedClock) -> None:
        consented(certificate)
        happens(certificate, "suspended")
        work_off_for(stopped_clock, hours=5)
        assert listener.asked == []
        happens(certificate, "reinstated")
        work_off_for(stopped_clock, hours=2)
        assert len(listener.asked) == 1


class TestGivenUp:
    def test_c3_a_provider_that_fails_for_three_days_is_given_up_and_sent_again_by_staff(
        self, certificate: Certificate, listener: Listener, stopped_clock: StoppedClock, staff: User
    ) -> None:
        listener.fails(*[500] * sending.ATTEMPTS)
        handover = consented(certificate)
        work_off_for(stopped_clock, hours=48)
        assert list(queries.given_up()) == []
        work_off_for(stopped_clock, hours=36)
        assert list(queries.given_up()) == [handover]
        assert len(listener.asked) == sending.ATTEMPTS
        assert services.replay(handover=handover, actor=staff, now=clock.now()) is True
        assert services.replay(handover=handover, actor=staff, now=clock.now()) is False
        work_off()
        assert len({asked.headers["webhook-id"] for asked in listener.asked}) == 1
        assert entries() == [f"handover.{word}" for word in ("consented", "given_up", "replayed", "delivered")]

    def test_one_that_says_never_again_is_believed_at_once(self, certificate: Certificate, listener: Listener) -> None:
        listener.fails(410)
        handover = consented(certificate)
        work_off()
        handover.refresh_from_db()
        assert (list(queries.given_up()), handover.fault, handover.dead_at) == ([handover], "gone", clock.now())

    def test_a_job_that_died_without_a_word_is_given_up_too(self, certificate: Certificate, listener: Listener) -> None:
        handover = consented(certificate)
        Job.objects.filter(key=str(handover.pk)).update(attempts=sending.ATTEMPTS)  # its runner died at every attempt
        work_off()
        assert (list(queries.given_up()), list(queries.waiting()), listener.asked) == ([handover], [], [])

    def test_a_provider_that_is_no_longer_set_up_gets_nothing(
        self, certificate: Certificate, listener: Listener, settings: Settings
    ) -> None:
        handover = consented(certificate)
        settings.BADGE_PROVIDER = BadgeProviderConfig()
        work_off()
        handover.refresh_from_db()
        assert (handover.fault, handover.sent_at is None, listener.asked) == ("not_set_up", False, [])
