"""How far a candidate came with rehearsing, for the page before the start; and the sign that an attempt is a rehearsal."""

from typing import Any

from django import template
from django.template import Context

from guildmark.protocol import AttemptState, ExamKind
from guildmark_portal import clock
from guildmark_portal.exams.queries import attempt_of
from guildmark_portal.exams.rehearsal import rehearsed_for
from guildmark_portal.web.rehearsal import Rehearsed, rehearsed

register = template.Library()


@register.simple_tag(takes_context=True)
def rehearsal_of(context: Context, state: AttemptState) -> Rehearsed:
    """How far the reader came with rehearsing for the attempt of `state`, which is theirs."""
    return rehearsed(attempt_of(user=context["user"], attempt_id=state.id), now=clock.now())


@register.inclusion_tag("guildmark/rehearsal_notice.html", takes_context=True)
def rehearsal_notice(context: Context) -> dict[str, Any]:
    """On a page of a practice attempt: that nothing counts, and the way back to the checks; elsewhere nothing."""
    if context["state"].kind is not ExamKind.REHEARSAL:
        return {"is_rehearsal": False}
    return {"is_rehearsal": True, "state": context["state"], "real": rehearsed_for(context["user"])}
