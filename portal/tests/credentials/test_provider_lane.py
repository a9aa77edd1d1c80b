"""A badge provider that hangs has threads of its own to hold up, and a withdrawal meanwhile is not lost."""

import time
from collections.abc import Callable, Iterator
from threading import Event

import pytest
from portal.tests.conftest import StoppedClock
from portal.tests.credentials.badge_providers import Asked, Listener
from portal.tests.credentials.provider_fixtures import certificate, certified, consented, listener

from guildmark_portal.credentials.models import Certificate, Handover
from guildmark_portal.credentials.providers import services
from guildmark_portal.credentials.providers.sending import HAND_OVER, TAKE_BACK
from guildmark_portal.jobs.handlers import _handlers
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.jobs.services import enqueue, handler

__all__ = ["certificate", "certified", "listener"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.certificates]


@pytest.fixture
def hanging(listener: Listener) -> Iterator[tuple[Event, Event]]:
    """Whether the provider hangs, and what lets it go on."""
    hangs, goes_on = Event(), Event()

    def hang(_asked: Asked) -> tuple[int, dict[str, str], bytes]:
        hangs.set()
        goes_on.wait(20)
        return 204, {}, b""

    listener.answer = hang  # type: ignore[method-assign]
    runner = Runner(lanes={"default": 1, "mail": 1, "providers": 2}, poll_s=0.05)
    runner.start()
    yield hangs, goes_on
    goes_on.set()
    assert runner.stop(timeout_s=10)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_a_provider_that_hangs_holds_up_nothing_else(certificate: Certificate, hanging: tuple[Event, Event]) -> None:
    hangs, goes_on = hanging
    before, done = dict(_handlers), Event()
    handler("tests.other")(lambda _job: done.set())
    try:
        consented(certificate)
        assert hangs.wait(10)
        enqueue(kind="tests.other", key="other")
        assert (done.wait(10), goes_on.is_set()) == (True, False)
        until(Job.objects.filter(kind="tests.other", finished_at__isnull=False).exists)
    finally:
        _handlers.clear()
        _handlers.update(before)


def test_c3_withdrawn_in_the_middle_of_an_attempt_it_is_taken_back_after_it(
    certificate: Certificate, hanging: tuple[Event, Event], listener: Listener, stopped_clock: StoppedClock
) -> None:
    hangs, goes_on = hanging
    consented(certificate)
    assert hangs.wait(10)
    services.withdraw_consent(certificate=certificate, now=stopped_clock.at)
    until(Job.objects.filter(kind=TAKE_BACK, claim="", run_at__gt=stopped_clock.at).exists)  # it waits for the attempt
    assert len(listener.asked) == 1
    goes_on.set()
    until(Job.objects.filter(kind=HAND_OVER, finished_at__isnull=False).exists)
    stopped_clock.advance(60)
    until(Handover.objects.filter(retracted_at__isnull=False).exists)
    assert [asked.document["type"] for asked in listener.asked] == ["certificate.issued", "certificate.withdrawn"]
