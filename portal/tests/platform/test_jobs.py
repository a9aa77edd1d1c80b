"""The table of work: enqueueing, attempts, waiting, giving up. One thread here; races stand in test_job_races."""

import contextlib
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Q

from guildmark_portal.jobs import leases, queries
from guildmark_portal.jobs.handlers import _handlers
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.jobs.services import Later, enqueue, handler

LEASE = timedelta(seconds=30)


@pytest.fixture
def done():
    """What the handlers of the test have done; kinds that it registers are forgotten afterwards."""
    before = dict(_handlers)
    yield list[str]()
    _handlers.clear()
    _handlers.update(before)


@pytest.fixture
def note(done):
    handler("note")(lambda job: done.append(job.key))
    return "note"


def claim(now):
    return leases.claim(kinds=Q(), now=now, lease=LEASE)


def test_a_job_runs_once_and_is_kept(db, note, done, stopped_clock):
    enqueue(kind=note, key="7", payload={"a": 1})
    assert (Runner().run_due(), Runner().run_due(), done) == (1, 0, ["7"])
    job = Job.objects.get()
    assert (job.payload, job.attempts, job.finished_at, job.claim) == ({"a": 1}, 1, stopped_clock.at, "")


def test_a_job_exists_exactly_when_its_transaction_is_committed(db, note):
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        enqueue(kind=note, key="7")
        raise ZeroDivisionError
    assert Job.objects.count() == 0


def test_the_urgent_comes_first_then_the_oldest(db, note, done, stopped_clock):
    for key, priority in (("old", 0), ("urgent", 5), ("new", 0)):
        enqueue(kind=note, key=key, priority=priority)
        stopped_clock.advance(1)
    Runner().run_due()
    assert done == ["urgent", "old", "new"]


def test_a_job_waits_for_its_time(db, note, done, stopped_clock):
    enqueue(kind=note, key="later", run_at=stopped_clock.at + timedelta(hours=1))
    assert (Runner().run_due(), done) == (0, [])
    stopped_clock.advance(3599)
    assert Runner().run_due() == 0
    stopped_clock.advance(1)
    assert (Runner().run_due(), done) == (1, ["later"])


def test_the_same_work_is_there_once_with_the_earlier_time_and_the_higher_priority(db, note, stopped_clock):
    first = enqueue(kind=note, key="7", payload={"a": 1}, run_at=stopped_clock.at + timedelta(hours=1), priority=3)
    second = enqueue(kind=note, key="7", payload={"a": 2}, run_at=stopped_clock.at + timedelta(minutes=1), priority=1)
    third = enqueue(kind=note, key="7", payload={"a": 3}, run_at=stopped_clock.at + timedelta(hours=2))
    assert first.pk == second.pk == third.pk
    assert (third.payload, third.run_at, third.priority) == ({"a": 3}, stopped_clock.at + timedelta(minutes=1), 3)
    assert enqueue(kind=note, key="8").pk != first.pk


def test_what_is_asked_for_while_it_runs_runs_once_more(db, done):
    def work(job):
        done.append(job.payload["state"])
        if len(done) == 1:
            enqueue(kind="work", key=job.key, payload={"state": "after"})

    handler("work")(work)
    enqueue(kind="work", key="7", payload={"state": "before"})
    assert (Runner().run_due(), done) == (2, ["before", "after"])
    assert Job.objects.filter(finished_at=None).count() == 0


def test_finished_work_can_be_asked_for_again(db, note, done):
    for _time in range(2):
        enqueue(kind=note, key="7")
        Runner().run_due()
    assert done == ["7", "7"]


def test_a_failed_attempt_waits_twice_as_long_each_time_up_to_a_limit(db, done, stopped_clock):
    def fail(job):
        done.append(job.key)
        raise OSError("no route")

    handler("fails", attempts=None, longest_wait_s=5)(fail)
    enqueue(kind="fails", key="7")
    waits = []
    for _attempt in range(5):
        assert Runner().run_due() == 1
        job = Job.objects.get()
        waits.append((job.run_at - stopped_clock.at).total_seconds())
        stopped_clock.at = job.run_at
    assert (waits, job.last_error) == ([1, 2, 4, 5, 5], "OSError: no route")


def test_after_its_attempts_a_job_is_given_up_kept_and_reported_loudly(db, done, stopped_clock, caplog):
    def fail(job):
        raise OSError("no route")

    handler("fails", attempts=3)(fail)
    enqueue(kind="fails", key="7")
    for _attempt in range(5):
        Runner().run_due()
        stopped_clock.advance(600)
    job = Job.objects.get()
    assert (job.attempts, job.dead_at is not None, job.finished_at, job.last_error) == (3, True, None, "OSError: no route")
    assert [record.levelname for record in caplog.records if "GIVEN UP" in record.message] == ["CRITICAL"]


def test_a_kind_that_never_dies_is_tried_for_ever(db, done, stopped_clock):
    def fail(job):
        raise OSError

    handler("stubborn", attempts=None)(fail)
    enqueue(kind="stubborn", key="7")
    for _attempt in range(30):
        assert Runner().run_due() == 1
        stopped_clock.advance(300)
    assert (Job.objects.get().dead_at, Job.objects.get().attempts) == (None, 30)


def test_a_handler_whose_time_has_not_come_puts_it_off_without_a_failed_attempt(db, done, stopped_clock):
    def not_yet(job):
        raise Later(stopped_clock.at + timedelta(minutes=5))

    handler("patient", attempts=1)(not_yet)
    enqueue(kind="patient", key="7")
    Runner().run_due()
    job = Job.objects.get()
    assert (job.attempts, job.dead_at, job.run_at) == (0, None, stopped_clock.at + timedelta(minutes=5))


def test_a_job_that_kills_its_runner_every_time_is_given_up_too(db, note, done, stopped_clock):
    handler("deadly", attempts=2)(lambda job: done.append(job.key))
    enqueue(kind="deadly", key="7")
    for _crash in range(2):
        claim(stopped_clock.at)
        stopped_clock.advance(31)
    Runner().run_due()
    assert (done, Job.objects.get().dead_at) == ([], stopped_clock.at)


def test_a_kind_that_nobody_handles_waits(db, caplog, stopped_clock):
    enqueue(kind="unheard of", key="7")
    Runner().run_due()
    assert (Job.objects.get().attempts, Job.objects.get().finished_at) == (0, None)
    assert "Nobody handles jobs of kind unheard of" in caplog.text


def test_two_handlers_for_one_kind_are_refused(done):
    handler("one")(test_a_job_runs_once_and_is_kept)
    with pytest.raises(ValueError, match="have a handler already"):
        handler("one")(test_a_job_waits_for_its_time)


def test_a_lease_that_ran_out_is_taken_over_and_the_first_runner_can_no_longer_finish(db, note, stopped_clock):
    enqueue(kind=note, key="7")
    first = claim(stopped_clock.at)
    assert claim(stopped_clock.advance(29)) is None
    second = claim(stopped_clock.advance(1))
    assert (first.pk, first.claim != second.claim, second.attempts) == (second.pk, True, 2)
    assert leases.finish(first, now=stopped_clock.at, forget_payload=False) is False
    assert leases.postpone(first, run_at=stopped_clock.at) is False
    assert leases.bury(first, now=stopped_clock.at, error="") is False
    assert leases.finish(second, now=stopped_clock.at, forget_payload=False) is True


def test_a_heartbeat_keeps_the_lease(db, note, stopped_clock):
    enqueue(kind=note, key="7")
    mine = claim(stopped_clock.at)
    for _beat in range(5):
        assert leases.extend(tokens=[mine.claim], now=stopped_clock.advance(20), lease=LEASE) == 1
        assert claim(stopped_clock.at) is None


def test_what_is_handed_back_is_claimed_at_once_and_lost_no_attempt(db, note, stopped_clock):
    enqueue(kind=note, key="7")
    leases.release(tokens=[claim(stopped_clock.at).claim])
    assert claim(stopped_clock.at).attempts == 1
    assert leases.release_all() == 1
    assert claim(stopped_clock.at).attempts == 2


def test_the_place_in_the_queue_counts_from_one_and_what_runs_has_none(db, note, stopped_clock):
    for number, priority in enumerate((0, 0, 5)):
        enqueue(kind=note, key=str(number), priority=priority)
        stopped_clock.advance(1)
    keys = {"0", "1", "2"}
    assert queries.places(kind=note, keys=keys) == {"0": 2, "1": 3, "2": 1}
    assert claim(stopped_clock.at).key == "2"
    assert queries.places(kind=note, keys=keys) == {"0": 1, "1": 2}
    assert queries.places(kind=note, keys=set()) == {}
