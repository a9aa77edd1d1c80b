"""Named reads of cases. Nothing here writes, and nothing opens what is sealed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from guildmark.packs.model import text_in
from guildmark.rules.attempt import decided_at
from guildmark.rules.case import CaseKind, MessageKind, Outcome, Standing, standing
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.accounts.roles import holds
from guildmark_portal.exams import appealing
from guildmark_portal.exams.facts import timeline
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Accommodation, Attempt
from guildmark_portal.operations.models import Case

WAITING = Q(answer=None, withdrawal=None)


@dataclass(frozen=True)
class Stands:
    """A case with where it stands, what was answered (None: nothing yet), and the title of the exam that it is about."""

    case: Case
    kind: CaseKind
    standing: Standing
    outcome: Outcome | None
    exam: str
    asks_back: bool = False
    """Whether the candidate was asked something and has sent nothing since."""

    @property
    def waits(self) -> bool:
        """Whether somebody still owes it an answer."""
        return self.standing.waits


def stands(case: Case, *, now: datetime) -> Stands:
    """Where the case stands at `now`."""
    answer = getattr(case, "answer", None)
    where = standing(due=case.answer_due, is_answered=answer is not None, is_withdrawn=hasattr(case, "withdrawal"), now=now)
    return Stands(
        case=case,
        kind=CaseKind(case.kind),
        standing=where,
        outcome=None if answer is None else Outcome(answer.outcome),
        exam=exam_of(case),
        asks_back=where.waits and _asks_back(case),
    )


def _asks_back(case: Case) -> bool:
    said = [one for one in case.messages.all() if one.kind != MessageKind.REVOKED.value]
    if not said or said[-1].kind != MessageKind.QUESTION.value:
        return False
    return not any(page.added_at > said[-1].said_at for page in case.evidence.all())


def granted_by(case: Case) -> Accommodation | None:
    """The accommodation that the answer to a case granted: written in its transaction, with its instant."""
    answer = getattr(case, "answer", None)
    if answer is None or answer.outcome != Outcome.GRANTED.value or case.kind != CaseKind.ACCOMMODATION.value:
        return None
    program = case.program or (case.attempt.program if case.attempt else None)
    return case.user.accommodations.filter(granted_at=answer.answered_at, program=program).first()


def granting(accommodation: Accommodation) -> Case | None:
    """The case whose answer granted it; None where none did, or where it is gone."""
    found = _cases().filter(
        user=accommodation.user_id, kind=CaseKind.ACCOMMODATION.value, answer__answered_at=accommodation.granted_at
    )
    return next((case for case in found if granted_by(case) == accommodation), None)


def appeal_until(attempt: Attempt, *, now: datetime) -> datetime | None:
    """Until when an appeal against the result of `attempt` is taken; None while there is no result.

    The result stands the moment it is due, and its decision is written down moments later.
    """
    return appealing.appeal_until(attempt, decided_at=decided_at(timeline(attempt), now=now))


def exam_of(case: Case) -> str:
    """The title of the exam or the program that a case is about; empty where it is about neither."""
    if case.attempt is not None:
        return text_in(case.attempt.exam_version.bank.exam.title, current())
    return "" if case.program is None else case.program.title


def _cases() -> QuerySet[Case]:
    return Case.objects.select_related(
        "user",
        "attempt__exam_version__program",
        "attempt__program",
        "program",
        "answer__by",
        "answer__words",
        "withdrawal",
        "words",
    ).prefetch_related("messages", "evidence")


def case_with(case_id: UUID) -> Case:
    """The case, whoever's it is. Raises `Case.DoesNotExist`."""
    return _cases().get(pk=case_id)


def case_of(*, user: User, case_id: UUID) -> Case:
    """The case of `user`. Raises `Case.DoesNotExist` for a stranger's."""
    return _cases().get(pk=case_id, user=user)


def cases_of(*, user: User, now: datetime) -> list[Stands]:
    """The cases of `user`, the newest first."""
    return [stands(case, now=now) for case in _cases().filter(user=user).order_by("-opened_at")]


def cases_about(attempt: Attempt, *, viewer: User, now: datetime) -> list[Stands]:
    """The cases about an attempt that `viewer`, who is of the staff, may open: the newest first."""
    found = _seen_by(viewer, _cases()).filter(attempt=attempt)
    return [stands(case, now=now) for case in found.order_by("-opened_at")]


def waiting(*, viewer: User, now: datetime) -> list[Stands]:
    """The cases that wait for an answer and that `viewer` may open: the one that is due first comes first."""
    return [stands(case, now=now) for case in _seen_by(viewer, _cases()).filter(WAITING)]


def ended(*, viewer: User, now: datetime, most: int) -> list[Stands]:
    """The newest cases that were answered or withdrawn and that `viewer` may open."""
    found = _seen_by(viewer, _cases()).exclude(WAITING).order_by("-opened_at")
    return [stands(case, now=now) for case in found[:most]]


def count_waiting(viewer: User) -> int:
    """How many cases wait for `viewer`, in one query: every page of theirs says so. Their own wait for somebody else."""
    return _seen_by(viewer, Case.objects.filter(WAITING)).exclude(user=viewer).count()


def _seen_by(viewer: User, cases: QuerySet[Case]) -> QuerySet[Case]:
    if holds(viewer, Role.EXAMINER, Role.AUDITOR):
        return cases
    return cases.filter(kind=CaseKind.INCIDENT.value) if holds(viewer, Role.SUPPORT) else cases.none()
