"""Runner threads on a real database file: nothing runs twice at once, nothing is lost, a crash is taken over once."""

import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Q
from portal.tests.at_once import in_threads

from guildmark_portal import clock
from guildmark_portal.jobs import leases
from guildmark_portal.jobs.handlers import _handlers
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.runner import Runner
from guildmark_portal.jobs.services import enqueue, handler

pytestmark = pytest.mark.django_db(transaction=True)
LEASE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _kinds():
    before = dict(_handlers)
    yield
    _handlers.clear()
    _handlers.update(before)


@pytest.fixture
def runners():
    """Runners that the test starts, stopped at its end."""
    started: list[Runner] = []

    def start(**options) -> Runner:
        runner = Runner(**{"lanes": {"default": 4}, "kind_lanes": {}, "poll_s": 0.2, **options})
        started.append(runner)
        runner.start()
        return runner

    yield start
    for runner in started:
        runner.stop(timeout_s=10)


def until(condition, timeout_s=20):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_the_database_is_a_file():
    assert Path(connection.settings_dict["NAME"]).is_file()


def test_of_many_claims_on_one_job_one_wins():
    enqueue(kind="race", key="7")
    now = clock.now()
    found = in_threads(8, lambda: leases.claim(kinds=Q(), now=now, lease=LEASE))
    assert len([job for job in found if job is not None]) == 1
    assert Job.objects.get().attempts == 1


def test_a_crashed_runners_job_is_taken_over_exactly_once():
    enqueue(kind="race", key="7")
    began = clock.now()
    crashed = leases.claim(kinds=Q(), now=began, lease=LEASE)
    assert in_threads(8, lambda: leases.claim(kinds=Q(), now=began + LEASE / 2, lease=LEASE)) == [None] * 8
    found = [job for job in in_threads(8, lambda: leases.claim(kinds=Q(), now=began + LEASE, lease=LEASE)) if job]
    assert [(job.pk, job.attempts) for job in found] == [(crashed.pk, 2)]


def test_of_many_that_ask_for_the_same_work_all_get_the_same_job():
    found = in_threads(8, lambda: enqueue(kind="race", key="7", run_at=clock.now() + timedelta(hours=1)).pk)
    assert len(set(found)) == 1
    assert Job.objects.get().requests == 8


def test_two_runners_share_the_work_and_do_everything_once(runners):
    done, guard = Counter[str](), threading.Lock()

    def work(job):
        with guard:
            done[job.key] += 1

    handler("share")(work)
    for number in range(60):
        enqueue(kind="share", key=str(number))
    runners()
    runners()
    until(lambda: Job.objects.filter(finished_at=None).count() == 0)
    assert done == Counter({str(number): 1 for number in range(60)})


def test_a_commit_wakes_an_idle_runner(runners):
    done = threading.Event()
    handler("quick")(lambda _job: done.set())
    runners(poll_s=30)
    time.sleep(0.3)
    began = time.monotonic()
    enqueue(kind="quick", key="7")
    assert done.wait(5)
    assert time.monotonic() - began < 2


def test_a_commit_wakes_one_runner_of_its_kind_and_no_other(runners, monkeypatch):
    looked, claim = [], leases.claim

    def counted(**how):
        looked.append(threading.current_thread().name)
        return claim(**how)

    done = threading.Event()
    handler("quick")(lambda _job: done.set())
    runners(poll_s=30, lanes={"mail": 3, "default": 3}, kind_lanes={"letter": "mail"})
    time.sleep(0.5)
    monkeypatch.setattr(leases, "claim", counted)
    enqueue(kind="quick", key="7")
    assert done.wait(5)
    until(lambda: Job.objects.filter(finished_at=None).count() == 0)
    time.sleep(0.2)
    assert len(set(looked)) == 1
    assert looked[0].startswith("jobs-default")


def test_without_being_woken_the_poll_finds_it(runners):
    done = threading.Event()
    handler("quiet")(lambda _job: done.set())
    runners(poll_s=0.2)
    Job.objects.create(kind="quiet", key="7", run_at=clock.now())
    assert done.wait(5)


def test_a_job_that_outlives_its_lease_is_kept_by_the_heartbeat(runners):
    begun = []

    def slow(job):
        begun.append(job.key)
        time.sleep(1.5)

    handler("slow")(slow)
    enqueue(kind="slow", key="7")
    runners(lease_s=0.6)
    runners(lease_s=0.6)
    until(lambda: Job.objects.filter(finished_at=None).count() == 0)
    assert begun == ["7"]


def test_a_queue_in_one_lane_does_not_hold_up_the_other(runners):
    release, quick = threading.Event(), threading.Event()
    handler("heavy")(lambda _job: release.wait(10))
    handler("light")(lambda _job: quick.set())
    for number in range(5):
        enqueue(kind="heavy", key=str(number))
    runners(lanes={"grade": 1, "default": 1}, kind_lanes={"heavy": "grade"})
    enqueue(kind="light", key="7")
    assert quick.wait(5)
    assert Job.objects.filter(kind="heavy", finished_at=None).count() == 5
    release.set()
    until(lambda: Job.objects.filter(finished_at=None).count() == 0)


def test_stopping_hands_back_what_still_runs(runners):
    release, begun = threading.Event(), threading.Event()

    def stuck(job):
        begun.set()
        release.wait(20)

    handler("stuck", attempts=3)(stuck)
    enqueue(kind="stuck", key="7")
    runner = runners()
    assert begun.wait(5)
    began = time.monotonic()
    assert runner.stop(timeout_s=0.3) is False
    assert time.monotonic() - began < 2
    job = Job.objects.get()
    assert (job.claim, job.attempts, job.finished_at) == ("", 0, None)
    release.set()
    assert runner.stop(timeout_s=10) is True
    assert Job.objects.get().finished_at is None  # the lease was gone: its end no longer counts


def test_stopping_an_idle_runner_takes_no_time(runners):
    runner = runners(poll_s=30)
    time.sleep(0.2)
    began = time.monotonic()
    assert runner.stop() is True
    assert time.monotonic() - began < 1
