"""The job `decide`: write down what the rules already say, and tell the candidate.

It materialises and never decides by itself: any page computes the same outcome without it. It is asked for at the deadline,
after the grace, at the finish, and after every report of a closed attempt; most of these find nothing to do. A decision
stays as it was written: what comes later is written beside it, as a revision.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from guildmark.rules.attempt import Phase, Timeline, accepts_uploads, decided_at, phase, waits_for_us
from guildmark_portal import clock
from guildmark_portal.audit import services as audit
from guildmark_portal.credentials import services as credentials
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.engine.outages import was_silent
from guildmark_portal.engine.result_mail import tell_result, tell_revision
from guildmark_portal.exams.attempts import DECIDE, end, locked
from guildmark_portal.exams.changes import announce
from guildmark_portal.exams.facts import timeline
from guildmark_portal.exams.models import Attempt, Decision, Report, Revision, Ruling
from guildmark_portal.exams.queries import attempt_with
from guildmark_portal.exams.refusals import RulingRefused
from guildmark_portal.exams.regrading import rule_on, ruling_of
from guildmark_portal.exams.results import Reached, raised, result_of, ruled
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, handler

_SOON: Final = timedelta(seconds=5)


@handler(DECIDE, attempts=None)
def decide(job: Job) -> None:
    """Write down the decision on the attempt that `job` names, if it is due, or what later reports raise of it."""
    now = clock.now()
    if was_silent(now=now):  # the host slept, or its clock jumped: the watch writes the outage down first
        raise Later(now + _SOON)
    attempt = attempt_with(UUID(job.payload["attempt"]))
    facts = timeline(attempt)
    if hasattr(attempt, "decision"):
        revise(attempt=attempt, now=now)
    elif phase(facts, now=now) is Phase.DECIDED:
        materialise(attempt=attempt, now=now)
    elif (next_look := _next_look(facts, now=now)) is not None:
        raise Later(next_look)


def _next_look(facts: Timeline, *, now: datetime) -> datetime | None:
    """When time alone may decide the attempt; None if a report, the finish or the end of an outage will ask again."""
    if facts.outage_since is not None:
        return None
    if accepts_uploads(facts, now=now):
        return facts.deadline
    if waits_for_us(facts, now=now):  # not for long: grading goes on, or this becomes an outage
        return now + _SOON
    if facts.open_uploads and facts.last_byte_at is not None and now <= facts.last_byte_at:
        return facts.last_byte_at + timedelta(seconds=1)
    return None


@transaction.atomic
def materialise(*, attempt: Attempt, now: datetime) -> Decision | None:
    """Write the decision, issue the certificate of a pass, and mail the result: once. None if it is not due."""
    fresh = locked(attempt)
    decision_time = decided_at(timeline(fresh), now=now)
    if decision_time is None:
        return None
    reached = result_of(fresh)
    decision, is_new = Decision.objects.get_or_create(
        attempt=fresh, defaults={"decided_at": decision_time, "recorded_at": now, **reached.written}
    )
    if is_new:
        end(fresh, at=decision_time)
        certificate = _certificate(fresh, passed=reached.passed, now=now)
        audit.record(
            actor=audit.SYSTEM,
            action="attempt.decided",
            subject=fresh,
            detail={"passed": reached.passed, "points": reached.points, "decided_at": decision_time.isoformat()},
        )
        if not fresh.program.is_rehearsal:
            tell_result(fresh, certificate)
        announce(fresh.pk)
    return decision


@transaction.atomic
def revise(*, attempt: Attempt, now: datetime) -> Revision | None:
    """Write down what reports that came after the decision raise, beside it; None where they raise nothing."""
    fresh = locked(attempt)
    reached = raised(fresh)
    return None if reached is None else _write_revision(fresh, reached, ruling=None, now=now)


@transaction.atomic
def rule(*, report: Report, reason: str, actor: AbstractBaseUser | str, now: datetime, once: str = "") -> Revision | None:
    """Let `report` stand for its submission, for a reason that the candidate is told; the revision that comes of it, if any.

    Unlike a regrade, this may lower a result. Raises `RulingRefused` where it would take a pass away. With the `once` of an
    earlier call, nothing is ruled, and what came of that call is answered.
    """
    submission = report.submission
    done = ruling_of(submission=submission, once=once)
    if done is not None:
        return done.revisions.first()
    ruling = rule_on(report=report, reason=reason, actor=actor, now=now, once=once)
    attempt = locked(submission.attempt)
    if not hasattr(attempt, "decision"):
        return None
    stands, reached = result_of(attempt), ruled(attempt, submission.category)
    if stands.passed and not reached.passed:
        raise RulingRefused
    return None if reached == stands else _write_revision(attempt, reached, ruling=ruling, now=now)


def foreseen(report: Report) -> tuple[Reached, Reached]:
    """The result as it stands, and what it would be if `report` stood for its submission. Nothing is kept."""
    submission = report.submission
    before = result_of(attempt_with(submission.attempt_id))
    with transaction.atomic():
        Ruling.objects.create(submission=submission, report=report, reason="-", ruled_at=clock.now())
        after = ruled(attempt_with(submission.attempt_id), submission.category)
        transaction.set_rollback(True)
    return before, after


def _write_revision(attempt: Attempt, reached: Reached, *, ruling: Ruling | None, now: datetime) -> Revision:
    """A pass that comes of it earns its certificate. The candidate is told by mail: no result changes silently."""
    before, number = result_of(attempt), attempt.decision.revisions.count() + 1
    revision = Revision.objects.create(
        decision=attempt.decision, number=number, ruling=ruling, recorded_at=now, **reached.written
    )
    fresh = attempt_with(attempt.pk)
    certificate = _certificate(fresh, passed=reached.passed, now=now)
    audit.record(
        actor=audit.SYSTEM,
        action="attempt.revised",
        subject=fresh,
        detail={"revision": number, "passed": reached.passed, "points": reached.points, "points_before": before.points},
    )
    if not fresh.program.is_rehearsal:
        tell_revision(fresh, revision, before=before, certificate=certificate)
    announce(fresh.pk)
    return revision


def _certificate(attempt: Attempt, *, passed: bool, now: datetime) -> Certificate | None:
    if not passed or not attempt.certifies:
        return None
    return credentials.issue(attempt=attempt, now=now)
