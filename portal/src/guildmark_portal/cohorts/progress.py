"""How far everybody of a cohort is: what happened, row by row, for its teacher. No paper and no answer to a task is in it.

A result is shown as far as the program says (`teachers_see`): nothing of it, whether it was passed, or the points too.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from django.db.models import Count, QuerySet

from guildmark.protocol import ExamKind
from guildmark.rules.cohort import TeachersSee
from guildmark_portal.cohorts.letters import KINDS
from guildmark_portal.cohorts.models import Block, Cohort, Invitation, Seat, Taking
from guildmark_portal.cohorts.rights import rights_of
from guildmark_portal.exams.models import Attempt, Submission
from guildmark_portal.mail.models import Outcome, Refusal

_NUMBER: Final = re.compile(r"([0-9]+)")


class Reached(str, Enum):
    """How far somebody is, in the order in which one gets there."""

    IMPORTED = "imported"
    WITHDRAWN = "withdrawn"
    BOUNCED = "bounced"
    INVITED = "invited"
    ACCEPTED = "accepted"
    REHEARSED = "rehearsed"
    STARTED = "started"
    SUBMITTED = "submitted"
    FINISHED = "finished"


@dataclass(frozen=True)
class Line:
    """One person: how far, and when what happened. `passed` and `points` are None where they are not known, or not shown."""

    invitation: Invitation
    reached: Reached
    seat: int | None = None
    starts_at: datetime | None = None
    has_bounced: bool = False
    has_rehearsed: bool = False
    started_at: datetime | None = None
    submitted: int = 0
    """Categories in which something was handed in."""
    finished_at: datetime | None = None
    passed: bool | None = None
    points: float | None = None


@dataclass(frozen=True)
class Progress:
    """A cohort with all of its lines, and how many got how far."""

    cohort: Cohort
    seats: int
    taken: int
    lines: tuple[Line, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many were invited, accepted, rehearsed, started, submitted, finished and passed; each counts those beyond too."""
        standing = [line for line in self.lines if line.reached is not Reached.WITHDRAWN]
        return {
            "invited": sum(line.invitation.sent_at is not None for line in standing),
            "bounced": sum(line.has_bounced for line in standing),
            "accepted": sum(line.invitation.accepted_at is not None for line in standing),
            "rehearsed": sum(line.has_rehearsed for line in standing),
            "started": sum(line.started_at is not None for line in standing),
            "submitted": sum(line.submitted > 0 for line in standing),
            "finished": sum(line.finished_at is not None for line in standing),
            "passed": sum(bool(line.passed) for line in standing),
        }

    @property
    def tells_result(self) -> bool:
        """Whether it may be told who passed."""
        return self.cohort.program.policy.teachers_see is not TeachersSee.NOTHING

    @property
    def tells_points(self) -> bool:
        """Whether points may be told."""
        return self.cohort.program.policy.teachers_see is TeachersSee.POINTS


def progress_of(cohort: Cohort) -> Progress:
    """All of it, in a number of queries that does not grow with the cohort."""
    invitations = sorted(Invitation.objects.filter(cohort=cohort).select_related("user"), key=_place)
    takings = list(Taking.objects.filter(invitation__cohort=cohort, given_back_at=None).select_related("seat"))
    by_taking = _attempts(takings)
    attempts = {taking.invitation_id: by_taking[taking.pk] for taking in takings if taking.pk in by_taking}
    seated = {taking.invitation_id: taking for taking in takings}
    bounced, rehearsed = _bounced(invitations), _rehearsed(invitations)
    sees = cohort.program.policy.teachers_see
    lines = tuple(
        _line(
            one,
            seated.get(one.pk),
            attempts.get(one.pk) if one.email else None,  # of a deleted account, nobody learns more
            cohort=cohort,
            has_bounced=one.email in bounced and one.accepted_at is None,
            has_rehearsed=one.user_id in rehearsed,
            sees=sees,
        )
        for one in invitations
    )
    return Progress(cohort, Seat.objects.filter(cohort=cohort).count(), len(takings), lines)


def _place(invitation: Invitation) -> tuple[list[str | int], int]:
    """Where somebody stands in the list: by address, with the numbers in it counted, so that s2 comes before s10.

    Not in the order of the roster: whoever has that would learn whose row names nobody any more.
    """
    parts = _NUMBER.split(invitation.email)
    return [int(part) if part.isdecimal() else part for part in parts], invitation.pk


def blocks_of(cohort: Cohort) -> QuerySet[Block]:
    """The seats as they were bought or granted."""
    return Block.objects.filter(cohort=cohort)


def _line(  # noqa: PLR0913 - what is known of one
    invitation: Invitation,
    taking: Taking | None,
    attempt: Attempt | None,
    *,
    cohort: Cohort,
    has_bounced: bool,
    has_rehearsed: bool,
    sees: TeachersSee,
) -> Line:
    decision = None if attempt is None else getattr(attempt, "decision", None)
    written = decision if decision is None else next(reversed(decision.revisions.all()), decision)
    finished_at = None if attempt is None else attempt.finished_at or (None if decision is None else decision.decided_at)
    started_at = None if attempt is None else attempt.started_at
    submitted = 0 if attempt is None else vars(attempt)["submitted"]
    return Line(
        invitation,
        _reached(
            invitation,
            has_bounced=has_bounced,
            has_rehearsed=has_rehearsed,
            is_started=started_at is not None,
            has_submitted=submitted > 0,
            is_finished=finished_at is not None,
        ),
        seat=None if taking is None else taking.seat.number,
        starts_at=None if taking is None else cohort.window.starts_at(taking.seat.offset),
        has_bounced=has_bounced,
        has_rehearsed=has_rehearsed,
        started_at=started_at,
        submitted=submitted,
        finished_at=finished_at,
        passed=None if written is None or sees is TeachersSee.NOTHING else written.passed,
        points=float(written.points) if written is not None and sees is TeachersSee.POINTS else None,
    )


def _reached(  # noqa: PLR0913 - one step after the other
    invitation: Invitation,
    *,
    has_bounced: bool,
    has_rehearsed: bool,
    is_started: bool,
    has_submitted: bool,
    is_finished: bool,
) -> Reached:
    if invitation.withdrawn_at is not None:
        return Reached.WITHDRAWN
    if is_finished:
        return Reached.FINISHED
    if is_started:
        return Reached.SUBMITTED if has_submitted else Reached.STARTED
    if invitation.accepted_at is not None:
        return Reached.REHEARSED if has_rehearsed else Reached.ACCEPTED
    if has_bounced:
        return Reached.BOUNCED
    return Reached.IMPORTED if invitation.sent_at is None else Reached.INVITED


def _attempts(takings: list[Taking]) -> dict[int, Attempt]:
    """The attempt that each seat is sat with, by the number of its taking."""
    rights = {right.pk: number for number, right in rights_of(takings).items()}
    rows = Attempt.objects.filter(entitlement__in=rights).select_related("decision").prefetch_related("decision__revisions")
    counted = rows.annotate(submitted=Count("submissions__category", distinct=True))
    return {rights[attempt.entitlement_id]: attempt for attempt in counted}


def _rehearsed(invitations: Iterable[Invitation]) -> set[int | None]:
    people = {one.user_id for one in invitations if one.user_id is not None}
    practised = Submission.objects.filter(attempt__user__in=people, attempt__program__kind=ExamKind.REHEARSAL.value)
    return set(practised.values_list("attempt__user", flat=True))


def _bounced(invitations: Iterable[Invitation]) -> set[str]:
    """The addresses that did not take their newest letter about a cohort."""
    wanted = {one.email for one in invitations if one.email}
    newest = dict[str, Refusal]()
    for refusal in Refusal.objects.filter(address__in=wanted).select_related("job").order_by("refused_at", "pk"):
        if refusal.job.key.partition(":")[0] in KINDS:
            newest[refusal.address.lower()] = refusal
    return {address for address, refusal in newest.items() if refusal.outcome != Outcome.RESENT.value}
