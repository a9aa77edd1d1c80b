"""`/exam/UUID/result/`: passed or not, why, and what now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildmark.protocol import ExamKind, Result, SkillResult
from guildmark.rules.case import CaseKind
from guildmark_portal import clock
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import queries
from guildmark_portal.exams.models import Attempt
from guildmark_portal.operations.queries import cases_of
from guildmark_portal.web.ownership import own_attempt
from guildmark_portal.web.rehearsal import after_practice

_NAMED: Final = 5
"""So many skills to practise are named; all of them stand below."""


@dataclass(frozen=True)
class Onward:
    """The one next step. `kind` is `certificate`, `making` (it is on its way), or `ready` where a pass earns none.

    After a failure: `later` (there is a wait), `now`, `under_way` (the next `attempt` is there), or `closed`, with what to
    `practise`.
    """

    kind: str
    practise: tuple[SkillResult, ...] = ()
    attempt: UUID | None = None


@login_required
@never_cache
@require_safe
def show(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The result; before there is one, the exam."""
    attempt, now = own_attempt(request, attempt_id), clock.now()
    state = attempt_state(attempt, now=now)
    if state.result is None:
        return redirect("web:exam", attempt_id)
    if state.kind is ExamKind.REHEARSAL:
        return after_practice(request)
    until = state.result.appeal_until
    context = {
        "state": state,
        "is_pilot": attempt.is_pilot,
        "certifies": attempt.certifies,
        "onward": _onward(attempt, state.result, now=now),
        "appeal": _open_appeal(attempt, now=now),
        "may_appeal": until is not None and now <= until and attempt.program.exam_kind is not ExamKind.REHEARSAL,
    }
    return render(request, "guildmark/result.html", context)


def _open_appeal(attempt: Attempt, *, now: datetime) -> UUID | None:
    """The appeal against this result that waits for its answer."""
    cases = cases_of(user=attempt.user, now=now)
    mine = (one.case.pk for one in cases if one.case.attempt_id == attempt.pk and one.kind is CaseKind.APPEAL and one.waits)
    return next(mine, None)


def _onward(attempt: Attempt, result: Result, *, now: datetime) -> Onward:
    kind = attempt.program.exam_kind
    if kind is ExamKind.REHEARSAL or (result.passed and not attempt.certifies):
        return Onward("ready")
    if result.passed:
        return Onward("making" if result.certificate_url is None else "certificate")
    shown = {skill.id: skill for area in result.skills for skill in area.skills}
    practise = tuple(shown[skill] for skill in result.practise[:_NAMED])
    if result.retake_from is not None:
        return Onward("later", practise)
    following = queries.attempt_under_way(user=attempt.user, program=attempt.program, now=now)
    if following is not None:
        return Onward("under_way", practise, following.pk)
    return Onward("now" if attempt.program.is_open else "closed", practise)
