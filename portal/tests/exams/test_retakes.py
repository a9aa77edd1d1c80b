"""The wait after a failure, between attempts of one candidate at one program."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from portal.tests.conftest import StoppedClock

from guildmark_portal import clock
from guildmark_portal.accounts import deletion
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import services
from guildmark_portal.exams.models import Attempt, RememberedFailure
from guildmark_portal.exams.refusals import RetakeTooEarly
from guildmark_portal.jobs.runner import Runner

from .conftest import Sit, Sitting, WorkOff


def settle(waits: str) -> None:
    services.amend_policy(slug="tiny-demo", assignments=[f"retake_waits={waits}"], actor="tests", now=clock.now())


def fail(sitting: Sitting) -> None:
    sitting.prepare().begin().finish()


@pytest.fixture
def failed(sit: Sit, candidate: User, stopped_clock: object) -> Sitting:
    sitting = sit(candidate)
    settle("14 days, 2 months")
    fail(sitting)
    return sitting


def test_g8_a_retake_is_refused_until_the_wait_is_over_and_taken_from_that_instant_on(
    failed: Sitting, candidate: User, stopped_clock: object
) -> None:
    stopped_clock.advance(timedelta(days=14).total_seconds() - 1)  # type: ignore[attr-defined]
    with pytest.raises(RetakeTooEarly) as refused:
        Sitting(candidate, "tiny-demo")
    assert refused.value.next_step == "You can register again from 29 January 2030, 12:00 UTC on."
    stopped_clock.advance(1)  # type: ignore[attr-defined]
    assert Sitting(candidate, "tiny-demo").id != failed.id


def test_g8_the_wait_is_named_before_any_step_that_is_open(failed: Sitting, candidate: User) -> None:
    settled = failed.attempt.program
    settled.policy_document["registration"] = {**settled.policy.document["registration"], "terms": True}
    settled.save()
    with pytest.raises(RetakeTooEarly):
        Sitting(candidate, "tiny-demo")


def test_g8_the_second_wait_counts_from_the_second_failure(failed: Sitting, candidate: User, stopped_clock: object) -> None:
    stopped_clock.advance(timedelta(days=14).total_seconds())  # type: ignore[attr-defined]
    fail(Sitting(candidate, "tiny-demo"))
    stopped_clock.advance(timedelta(days=58).total_seconds())  # type: ignore[attr-defined]
    with pytest.raises(RetakeTooEarly, match="wait before the next one"):
        Sitting(candidate, "tiny-demo")
    stopped_clock.advance(timedelta(days=1).total_seconds())  # type: ignore[attr-defined]
    Sitting(candidate, "tiny-demo")


def test_g8_a_failure_that_nobody_watched_counts(sit: Sit, candidate: User, stopped_clock: object) -> None:
    sitting = sit(candidate).prepare().begin()
    settle("14 days")
    stopped_clock.advance(timedelta(hours=6).total_seconds())  # type: ignore[attr-defined]
    with pytest.raises(RetakeTooEarly):
        Sitting(candidate, "tiny-demo")
    assert sitting.attempt.ended_at is None


@pytest.mark.usefixtures("grading_service")
def test_g8_who_passed_does_not_wait(sit: Sit, candidate: User, stopped_clock: object, work_off: WorkOff) -> None:
    sitting = sit(candidate).prepare().begin()
    settle("14 days")
    for number in (1, 2, 3):
        sitting.submit(f"category{number}", f"score 5 {number}".encode())
    work_off()
    sitting.finish()
    assert Sitting(candidate, "tiny-demo").id != sitting.id


@pytest.fixture
def recorded(failed: Sitting) -> Sitting:
    """The failure, with its end written down: until then an account cannot be deleted."""
    Runner().run_due()
    return failed


def test_another_candidate_does_not_wait(failed: Sitting, stranger: User) -> None:
    assert Sitting(stranger, "tiny-demo").id != failed.id


def test_g8_deleting_the_account_does_not_end_the_wait(recorded: Sitting, candidate: User, stopped_clock: object) -> None:
    kept = " ".join(deletion.kept(candidate))
    assert ("a digest of your address" in kept, "until 29 January 2030" in kept) == (True, True)
    address = candidate.email
    deletion.delete(user=candidate)
    assert Attempt.objects.count() == 0
    assert address not in str(list(RememberedFailure.objects.values()))
    again = User.objects.create_user(address.upper(), "Somebody New")
    stopped_clock.advance(timedelta(days=14).total_seconds() - 1)  # type: ignore[attr-defined]
    with pytest.raises(RetakeTooEarly):
        Sitting(again, "tiny-demo")
    stopped_clock.advance(1)  # type: ignore[attr-defined]
    assert Sitting(again, "tiny-demo").id != recorded.id
    Runner().run_due()
    assert RememberedFailure.objects.count() == 0


def test_g8_deleting_twice_and_somebody_elses_address(recorded: Sitting, candidate: User, stranger: User) -> None:
    deletion.delete(user=candidate)
    again = User.objects.create_user(candidate.email, "Somebody New")
    deletion.delete(user=again)
    assert RememberedFailure.objects.count() == 1
    assert Sitting(stranger, "tiny-demo").id != recorded.id


@pytest.mark.usefixtures("recorded")
def test_g8_nothing_is_remembered_once_the_wait_is_over(candidate: User, stopped_clock: object) -> None:
    stopped_clock.advance(timedelta(days=14).total_seconds())  # type: ignore[attr-defined]
    assert "digest" not in " ".join(deletion.kept(candidate))
    deletion.delete(user=candidate)
    assert RememberedFailure.objects.count() == 0


def test_g8_changing_the_address_first_does_not_end_the_wait_either(
    recorded: Sitting, candidate: User, stopped_clock: object
) -> None:
    first = candidate.email
    for new in ("second@example.org", "third@example.org"):
        change_address(candidate, new)
    deletion.delete(user=candidate)
    assert [str(list(RememberedFailure.objects.values())).count(name) for name in (first, "second", "third")] == [0, 0, 0]
    stopped_clock.advance(timedelta(days=14).total_seconds() - 1)  # type: ignore[attr-defined]
    again = [User.objects.create_user(address) for address in (first, "Second@example.org", "third@example.org")]
    for user in again:
        with pytest.raises(RetakeTooEarly):
            Sitting(user, "tiny-demo")
    stopped_clock.advance(1)  # type: ignore[attr-defined]
    assert Sitting(again[0], "tiny-demo").id != recorded.id
    Runner().run_due()
    assert RememberedFailure.objects.count() == 0


def test_g8_an_account_that_comes_back_and_changes_its_address_waits_on(recorded: Sitting, candidate: User) -> None:
    deletion.delete(user=candidate)
    again = User.objects.create_user(candidate.email)
    EmailAddress.objects.create(user=again, email=again.email, verified=True, primary=True)
    change_address(again, "second@example.org")
    with pytest.raises(RetakeTooEarly):
        Sitting(again, "tiny-demo")


def change_address(user: User, new: str) -> None:
    """As the page does it once the code of the new address was entered."""
    request = RequestFactory(SERVER_NAME="testserver").post("/")
    request.user, request.session = user, SessionStore()
    with request_context(request):
        request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
        address = EmailAddress.objects.create(user=user, email=new)
        get_adapter().confirm_email(request, address)
    user.refresh_from_db()
    assert (user.email, EmailAddress.objects.filter(user=user).count()) == (new, 1)


@pytest.mark.usefixtures("sit")
def test_g8_after_three_failures_a_year_over_29_february(sit: Sit, candidate: User, stopped_clock: StoppedClock) -> None:
    stopped_clock.at = datetime(2031, 12, 3, 12, 0, tzinfo=UTC)
    sitting = sit(candidate)
    settle("14 days, 2 months, 1 year")
    for again in ("2031-12-17", "2032-02-17", "2033-02-17"):
        fail(sitting)
        opens = datetime.fromisoformat(f"{again}T12:00:00+00:00")
        stopped_clock.at = opens - timedelta(seconds=1)
        with pytest.raises(RetakeTooEarly):
            Sitting(candidate, "tiny-demo")
        stopped_clock.at = opens
        sitting = Sitting(candidate, "tiny-demo")
