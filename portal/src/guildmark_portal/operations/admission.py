"""What has to be true before something is written in a case; each refusal says what to do instead."""

from datetime import datetime, timedelta
from typing import Final

from guildmark.protocol import ExamKind
from guildmark.rules.attempt import Phase, phase
from guildmark.rules.case import CaseKind
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.facts import timeline
from guildmark_portal.exams.models import Attempt
from guildmark_portal.operations.models import Case
from guildmark_portal.operations.queries import WAITING, appeal_until, case_with, stands
from guildmark_portal.operations.refusals import (
    AccountGone,
    AppealNamesNone,
    AppealTooLate,
    AppealWaits,
    CaseOver,
    NoResultYet,
    NothingWritten,
    TooManyOpen,
    TooMuchWritten,
)

MOST_CHARACTERS: Final = 4000
MOST_OPEN: Final = 5
_A_DAY: Final = timedelta(days=1)


def waiting(case: Case, *, now: datetime) -> Case:
    """The case, locked and read afresh, if it waits for its answer. Raises `CaseOver`, also where its account is gone."""
    if Case.objects.select_for_update().filter(pk=case.pk).first() is None:
        raise CaseOver
    fresh = case_with(case.pk)
    if not stands(fresh, now=now).waits:
        raise CaseOver
    return fresh


def checked(text: str) -> str:
    """What was written, without the space around it. Raises `NothingWritten` or `TooMuchWritten`."""
    words = text.strip()
    if not words:
        raise NothingWritten
    if len(words) > MOST_CHARACTERS:
        raise TooMuchWritten(MOST_CHARACTERS)
    return words


def refuse_appeal(kind: CaseKind, attempt: Attempt | None, *, now: datetime) -> None:
    """Refuse an appeal that names no result, or one whose days are over."""
    if kind is not CaseKind.APPEAL:
        return
    if attempt is None:
        raise AppealNamesNone
    until = appeal_until(attempt, now=now)
    if until is None:
        raise NoResultYet
    if now > until:
        raise AppealTooLate(until)


def refuse_gone(user: User, attempt: Attempt | None) -> None:
    """Refuse whose account was deleted meanwhile. The caller holds a transaction, which writes one at a time."""
    if not User.objects.select_for_update().filter(pk=user.pk, is_active=True).exists():
        raise AccountGone
    if attempt is not None and not Attempt.objects.filter(pk=attempt.pk, user=user).exists():
        raise AccountGone


def refuse_second_appeal(kind: CaseKind, attempt: Attempt | None) -> None:
    """One appeal at a time against a result: who answers the first may answer no other. Within the transaction."""
    if kind is not CaseKind.APPEAL or attempt is None:
        return
    first = Case.objects.filter(WAITING, kind=kind.value, attempt=attempt).first()
    if first is not None:
        raise AppealWaits(first.pk)


def refuse_flood(user: User, kind: CaseKind, *, now: datetime) -> None:
    """Those that wait count, and those that were taken back today: else staff could be written to without end.

    An incident while the clock of an exam runs is never too many.
    """
    unanswered = Case.objects.filter(user=user, answer=None)
    taken_back = unanswered.filter(withdrawal__withdrawn_at__gt=now - _A_DAY)
    if unanswered.filter(withdrawal=None).count() + taken_back.count() < MOST_OPEN:
        return
    if kind is not CaseKind.INCIDENT or running_attempt(user, now=now) is None:
        raise TooManyOpen


def running_attempt(user: User, *, now: datetime) -> Attempt | None:
    """The attempt of `user` whose clock runs; a rehearsal is none."""
    begun = user.attempts.filter(started_at__isnull=False, finished_at=None, ended_at=None)
    real = begun.exclude(program__kind=ExamKind.REHEARSAL.value).select_related("program", "exam_version__program")
    return next((one for one in real.order_by("-started_at") if phase(timeline(one), now=now) is Phase.RUNNING), None)
