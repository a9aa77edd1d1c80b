"""`/exam/UUID/finish/`: what finishing now would mean, and doing it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark.protocol import Readiness
from guildmark.rules.attempt import Phase
from guildmark_portal import clock
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import queries, services
from guildmark_portal.exams.models import Attempt
from guildmark_portal.web import exam_name, wording
from guildmark_portal.web.ownership import own_attempt


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The readiness list, and the form of the name for the certificate; a POST finishes the attempt."""
    attempt = own_attempt(request, attempt_id)
    if request.method == "POST":
        return _finish(request, attempt)
    now = clock.now()
    state = attempt_state(attempt, now=now)
    if state.phase is not Phase.RUNNING:
        return redirect("web:exam", attempt_id)
    readiness = queries.readiness(attempt, now=now)
    context = {"attempt": attempt, "state": state, "readiness": readiness, "warned": _warns(readiness)}
    return render(request, "guildmark/finish.html", {**context, "offer": exam_name.offer_of(attempt)})


def _warns(readiness: Readiness) -> bool:
    return bool(readiness.open_uploads) or any(item.warning for item in readiness.items)


def _finish(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    now = clock.now()
    try:
        exam_name.keep(attempt, request.POST.get("name", ""), now=now)  # first: the decision may follow within moments
        services.finish(attempt=attempt, confirm=request.POST.get("confirm") == "yes", now=now)
    except Refused as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("web:finish", attempt.pk)
    return redirect("web:exam", attempt.pk)
