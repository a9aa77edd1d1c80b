"""Runner threads: they claim jobs, call handlers, and write down what became of it. See the package for the theory.

Kinds belong to lanes, and each lane has its own threads, so that a queue of gradings does not hold up a sign-in code. One
more thread is the heartbeat of everything that runs.
"""

import logging
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import Error, close_old_connections, connections
from django.db.models import Q

from guildmark_portal import clock
from guildmark_portal.jobs import leases
from guildmark_portal.jobs.handlers import Handler, Hopeless, Later, handler_of
from guildmark_portal.jobs.models import UNFINISHED, Job
from guildmark_portal.jobs.wakeup import Bell

log = logging.getLogger(__name__)

DEFAULT_LANE = "default"
LONGEST_ERROR = 2000


class Runner:
    """Works on jobs in threads of this process, between `start` and `stop`.

    `lanes` maps a lane to its number of threads, `kind_lanes` a kind to its lane. `lease_s`: how long a job of a dead
    runner stays with it. `poll_s`: how often an idle thread looks without being woken.
    """

    def __init__(
        self,
        *,
        lanes: Mapping[str, int] | None = None,
        kind_lanes: Mapping[str, str] | None = None,
        lease_s: float = 30,
        poll_s: float = 2,
    ) -> None:
        self._lanes = dict(settings.JOB_LANES if lanes is None else lanes)
        self._kind_lanes = dict(settings.JOB_KIND_LANES if kind_lanes is None else kind_lanes)
        self._lease, self._poll_s = timedelta(seconds=lease_s), poll_s
        self._bells = {lane: Bell(partial(self._is_of, lane)) for lane in self._lanes}
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._running: set[str] = set()  # claims held by our threads; guarded by _guard
        self._guard = threading.Lock()

    def start(self) -> None:
        """Start the threads."""
        for lane, count in self._lanes.items():
            for number in range(count):
                self._threads.append(
                    threading.Thread(target=self._work, args=(lane,), name=f"jobs-{lane}-{number}", daemon=True)
                )
        self._threads.append(threading.Thread(target=self._beat, name="jobs-heartbeat", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self, *, timeout_s: float = 5) -> bool:
        """Take no more jobs, and give the running ones `timeout_s` seconds; whether all came to an end.

        What still runs then is handed back, to be run again by whoever looks next.
        """
        self._stopping.set()
        for bell in self._bells.values():
            bell.ring(everybody=True)
        until = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        with self._guard:
            left = set(self._running)
        if left:
            log.warning("Stopped with %d job(s) still running; they will run again.", len(left))
            leases.release(tokens=left)
        return not any(thread.is_alive() for thread in self._threads)

    def run_due(self) -> int:
        """Do everything that is due, in the calling thread, whatever its lane; the number of attempts made."""
        attempts = 0
        while self._run_one(Q()):
            attempts += 1
        return attempts

    def _work(self, lane: str) -> None:
        kinds, bell = self._kinds_of(lane), self._bells[lane]
        try:
            while not self._stopping.is_set():
                heard = bell.rings
                try:
                    idle = not self._run_one(kinds)
                    wait_s = self._idle_s(kinds) if idle else 0.0
                except Error:
                    log.exception("The database failed a runner; it tries again in %s s.", self._poll_s)
                    idle, wait_s = True, self._poll_s
                close_old_connections()
                if idle and not self._stopping.is_set():
                    bell.wait(heard, wait_s)
        finally:
            connections.close_all()

    def _is_of(self, lane: str, kind: str) -> bool:
        return self._kind_lanes.get(kind, DEFAULT_LANE) == lane

    def _kinds_of(self, lane: str) -> Q:
        mine = [kind for kind, its_lane in self._kind_lanes.items() if its_lane == lane]
        if lane != DEFAULT_LANE:
            return Q(kind__in=mine)
        return ~Q(kind__in=[kind for kind, its_lane in self._kind_lanes.items() if its_lane != lane])

    def _idle_s(self, kinds: Q) -> float:
        """Seconds to sleep: until the next job is due, but no longer than the poll."""
        due = Job.objects.filter(UNFINISHED & kinds, claim="").order_by("run_at").values_list("run_at", flat=True).first()
        if due is None:
            return self._poll_s
        return min(self._poll_s, max(0.0, (due - clock.now()).total_seconds()))

    def _run_one(self, kinds: Q) -> bool:
        """Claim a job and make one attempt at it; False when none is due."""
        job = leases.claim(kinds=kinds, now=clock.now(), lease=self._lease)
        if job is None:
            return False
        with self._guard:
            self._running.add(job.claim)
        try:
            _attempt(job)
        finally:
            with self._guard:
                self._running.discard(job.claim)
        return True

    def _beat(self) -> None:
        """Extend the leases of what runs, three times a lease, so that two lost beats are forgiven."""
        try:
            while not self._stopping.wait(self._lease.total_seconds() / 3):
                with self._guard:
                    tokens = set(self._running)
                if not tokens:
                    continue
                try:
                    leases.extend(tokens=tokens, now=clock.now(), lease=self._lease)
                except Error:
                    log.exception("A heartbeat failed; the next one follows.")
                close_old_connections()
        finally:
            connections.close_all()


def _attempt(job: Job) -> None:
    """Call the job's handler once, and write down what became of it."""
    known = handler_of(job.kind)
    if known is None:
        log.error("Nobody handles jobs of kind %s; %s waits.", job.kind, job)
        held = leases.postpone(job, run_at=clock.now() + timedelta(minutes=1), error="no handler", count=False)
    elif known.attempts is not None and job.attempts > known.attempts:
        # Its runners died before they could count: whatever is in it kills them.
        held = _bury(job, "its runner died at every attempt")
    else:
        held = _call(job, known)
    if not held:
        log.warning("The lease of %s ran out before its attempt ended; another runner has it.", job)


def _call(job: Job, known: Handler) -> bool:
    try:
        known.handle(job)
    except Later as later:
        return leases.postpone(job, run_at=later.run_at, count=False)
    except Hopeless as error:
        return _bury(job, f"{type(error).__name__}: {error}"[:LONGEST_ERROR])
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is a failed attempt, logged below
        return _failed(job, known, error)
    return leases.finish(job, now=clock.now(), forget_payload=known.forget_payload)


def _failed(job: Job, known: Handler, error: Exception) -> bool:
    why = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
    if known.attempts is not None and job.attempts >= known.attempts:
        return _bury(job, why)
    wait_s = known.wait_s(job.attempts)
    log.warning("Attempt %d at %s failed (%s); again in %g s.", job.attempts, job, why, wait_s, exc_info=error)
    return leases.postpone(job, run_at=clock.now() + timedelta(seconds=wait_s), error=why)


def _bury(job: Job, why: str) -> bool:
    log.critical("GIVEN UP after %d attempts: %s (%s). It is kept; see Jobs in the administration.", job.attempts, job, why)
    return leases.bury(job, now=clock.now(), error=why)
