"""The clock: one source, and a way to hold it."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest

from guildmark_portal import clock

NOON = datetime(2030, 1, 15, 12, 0, tzinfo=UTC)


def test_it_tells_the_time_in_utc():
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)  # noqa: TID251 - compared with the system\'s


def test_it_stands_still_for_every_thread_and_runs_on_afterwards():
    seen: list[datetime] = []
    with clock.stopped_at(NOON):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen == [NOON]
    assert clock.now() != NOON


def test_an_instant_of_another_zone_is_told_in_utc():
    with clock.stopped_at(NOON.astimezone(timezone(timedelta(hours=9)))):
        assert (clock.now(), clock.now().tzinfo) == (NOON, UTC)


def test_it_refuses_an_instant_without_a_zone():
    with pytest.raises(ValueError, match="timezone-aware"), clock.stopped_at(NOON.replace(tzinfo=None)):
        pass
