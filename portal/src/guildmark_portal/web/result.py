"""`/exam/UUID/result/`: passed or not, why, and what now."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildmark_portal import clock
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.web.ownership import own_attempt


@login_required
@never_cache
@require_safe
def show(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The result; before there is one, the exam."""
    state = attempt_state(own_attempt(request, attempt_id), now=clock.now())
    if state.result is None:
        return redirect("web:exam", attempt_id)
    return render(request, "guildmark/result.html", {"state": state})
