"""Tell those who wait in the queue of gradings that they moved up.

A grading that begins changes the place of everybody behind it, and none of their attempts changed. So whoever begins one says
`moved`, and the attempts nearest to their turn are woken: few of them, and seldom, because a place is only news. What comes
while it is too early is told together, a moment later.
"""

import threading
import time
from typing import Final
from uuid import UUID

from django.db import connection

from guildmark_portal.engine import live
from guildmark_portal.exams.models import Submission
from guildmark_portal.exams.uploads import GRADE
from guildmark_portal.jobs.models import UNFINISHED, Job

NEAREST: Final = 20
EVERY_S: Final = 0.5

_lock = threading.Lock()
_told_at = float("-inf")
_later: threading.Timer | None = None


def moved() -> None:
    """The queue moved on. From any thread; nothing happens while nobody follows an attempt."""
    global _told_at, _later  # noqa: PLW0603 - one process has one queue of news
    if not live.is_followed():
        return
    with _lock:
        if _later is not None:
            return
        early_s = _told_at + EVERY_S - time.monotonic()
        if early_s > 0:
            _later = threading.Timer(early_s, _tell_later)
            _later.daemon = True
            _later.start()
            return
        _told_at = time.monotonic()
    tell()


def _tell_later() -> None:
    global _told_at, _later
    with _lock:
        _told_at, _later = time.monotonic(), None
    try:
        tell()
    finally:
        connection.close()


def tell() -> None:
    """Wake the attempts that wait for the next gradings and are followed."""
    if live.is_followed():
        for attempt in live.followed(waiting()):
            live.notify(attempt)


def waiting() -> tuple[UUID, ...]:
    """The attempts nearest to their turn, each once, the nearest first."""
    queue = Job.objects.filter(UNFINISHED, kind=GRADE, claim="").order_by("-priority", "run_at", "pk")
    turns = [key.partition(":")[0] for key in queue.values_list("key", flat=True)[: 2 * NEAREST]]
    attempts = dict(Submission.objects.filter(pk__in=turns).values_list("pk", "attempt_id"))
    in_turn = dict.fromkeys(attempts[UUID(turn)] for turn in turns if UUID(turn) in attempts)
    return tuple(in_turn)[:NEAREST]
