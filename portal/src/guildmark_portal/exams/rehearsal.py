"""Rehearsing: a small practice exam that comes with the portal, sat by the way of a real one.

A practice attempt is an attempt like any other: the same page, uploads, box, receipts and events. It needs no registration and
no wait, and leaves nothing behind: no certificate, no letter, no line in lists. Where many wait, it is graded after them.
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from guildmark.packs.bundle import iter_zip
from guildmark.protocol import REHEARSAL_PROGRAM, ExamKind
from guildmark_portal.accounts.models import User
from guildmark_portal.exams import queries, storage
from guildmark_portal.exams.attempts import open_attempt, prepare
from guildmark_portal.exams.beginning import begin
from guildmark_portal.exams.facts import drawn
from guildmark_portal.exams.models import Attempt, ExamVersion, Program, Submission
from guildmark_portal.exams.publishing import publish
from guildmark_portal.exams.stages import has_live

READY_MODEL: Final = "ready.keras"
PRACTICE_BANK: Final = Path(__file__).with_name("practice_bank")


def publish_practice(*, actor: str) -> ExamVersion:
    """See to it that the practice exam of this version is there, with its files; what is there already stays as it is."""
    return publish(PRACTICE_BANK, ExamKind.REHEARSAL, actor)


def practise(*, user: User, now: datetime) -> Attempt:
    """The practice attempt of `user` that runs, or a new one; its clock begins at once, since nothing hangs on it.

    Raises `Program.DoesNotExist` where no practice exam is published.
    """
    attempt = open_attempt(user=user, program=REHEARSAL_PROGRAM, now=now)
    if attempt.started_at is None:
        prepare(attempt=attempt, now=now)
        begin(attempt=attempt, bundle_sha256=None, now=now)
    return queries.attempt_with(attempt.pk)


def ready_model(attempt: Attempt) -> bytes:
    """The trained model that the practice exam brings along. Raises `KeyError` for an attempt at an exam that brings none."""
    (category,) = attempt.exam_version.bank.exam.weights
    archive = storage.public_archive(drawn(attempt, category).entry.public.sha256)
    return {str(path): content for path, content in iter_zip(archive.read_bytes())}[READY_MODEL]


def can_practise() -> bool:
    """Whether a practice exam is published here."""
    program = Program.objects.filter(slug=REHEARSAL_PROGRAM).first()
    return program is not None and has_live(program)


def newest_practice(user: User) -> Submission | None:
    """The newest practice submission of `user`, graded or not."""
    mine = Submission.objects.filter(attempt__user=user, attempt__program__kind=ExamKind.REHEARSAL.value)
    return mine.prefetch_related("reports", "rulings").first()


def rehearsed_for(user: User) -> Attempt | None:
    """The real attempt that `user` rehearses for: the newest whose clock has not started."""
    waiting = user.attempts.filter(started_at=None, ended_at=None)
    return waiting.exclude(program__kind=ExamKind.REHEARSAL.value).first()
