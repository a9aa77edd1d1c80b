"""`/exam/history/`: every attempt with everything that was submitted in it, and the receipts."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildmark_portal import clock
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import queries
from guildmark_portal.web.ownership import signed_in


@login_required
@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The attempts, the newest first."""
    user, now = signed_in(request), clock.now()
    mine = queries.attempts_of(user=user, now=now)
    states = [attempt_state(queries.attempt_of(user=user, attempt_id=one.id), now=now) for one in mine]
    return render(request, "guildmark/history.html", {"attempts": states})
