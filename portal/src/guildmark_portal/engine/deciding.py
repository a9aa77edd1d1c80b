"""The job `decide`: write down what the rules already say, and tell the candidate.

It materialises and never decides by itself: any page computes the same outcome without it. It is asked for at the deadline,
after the grace, at the finish, and after every report of a closed attempt; most of these find nothing to do.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from guildmark.protocol import CategoryResult, ExamKind
from guildmark.rules.attempt import Phase, Timeline, accepts_uploads, decided_at, phase
from guildmark.rules.scoring import MAX_SCORE
from guildmark_portal import clock
from guildmark_portal.audit import services as audit
from guildmark_portal.credentials import services as credentials
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams.attempts import DECIDE, end, locked
from guildmark_portal.exams.changes import announce
from guildmark_portal.exams.facts import outcome, timeline
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Decision
from guildmark_portal.exams.queries import attempt_with
from guildmark_portal.exams.results import category_results
from guildmark_portal.jobs.models import Job
from guildmark_portal.jobs.services import Later, handler
from guildmark_portal.mail import services as mail

_FULL, _EMPTY = "◆", "◇"


@handler(DECIDE, attempts=None)
def decide(job: Job) -> None:
    """Write down the decision on the attempt that `job` names, if it is due."""
    now = clock.now()
    attempt = attempt_with(UUID(job.payload["attempt"]))
    facts = timeline(attempt)
    if phase(facts, now=now) is Phase.DECIDED:
        materialise(attempt=attempt, now=now)
    elif (next_look := _next_look(facts, now=now)) is not None:
        raise Later(next_look)


def _next_look(facts: Timeline, *, now: datetime) -> datetime | None:
    """When time alone may decide the attempt; None if a report or the finish will ask again."""
    if accepts_uploads(facts, now=now):
        return facts.deadline
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
    reached = outcome(fresh)
    decision, is_new = Decision.objects.get_or_create(
        attempt=fresh,
        defaults={
            "decided_at": decision_time,
            "passed": reached.passed,
            "points": reached.points,
            "recorded_at": now,
        },
    )
    if is_new:
        end(fresh, at=decision_time)
        earns_certificate = reached.passed and fresh.program.exam_kind is not ExamKind.MOCK
        certificate = credentials.issue(attempt=fresh, now=now) if earns_certificate else None
        audit.record(
            actor=audit.SYSTEM,
            action="attempt.decided",
            subject=fresh,
            detail={"passed": reached.passed, "points": reached.points, "decided_at": decision_time.isoformat()},
        )
        _mail_result(fresh, decision, certificate)
        announce(fresh.pk)
    return decision


def _mail_result(attempt: Attempt, decision: Decision, certificate: Certificate | None) -> None:
    exam = attempt.exam_version.bank.exam
    mail.send(
        to=attempt.user.email,
        key=f"result:{attempt.pk}",
        template="engine/result",
        context={
            "name": attempt.user.name,
            "exam": attempt.program.title,
            "kind": attempt.program.kind,
            "passed": decision.passed,
            "points": f"{outcome(attempt).points:g}",
            "possible": sum(exam.weights.values()),
            "pass_mark": exam.pass_mark if exam.pass_rule.value == "weighted" else None,
            "lines": [_line(result) for result in category_results(attempt, language=current())],
            "result_url": f"{settings.PORTAL_URL}/exam/{attempt.pk}/result/",
            "certificate_url": None if certificate is None else credentials.address(certificate.identifier),
        },
    )


def _line(result: CategoryResult) -> str:
    marks = _FULL * result.score + _EMPTY * (MAX_SCORE - result.score)
    return f"{marks}  {result.score}/{MAX_SCORE}  {result.number}. {result.title}"
