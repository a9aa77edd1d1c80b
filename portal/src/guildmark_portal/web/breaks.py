"""`/exam/UUID/break/`: take one of the breaks that were granted. Its minutes are added to the time left."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.exams import services
from guildmark_portal.web import wording
from guildmark_portal.web.ownership import own_attempt


@login_required
@require_POST
def take(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Take a break, and go back to the exam."""
    attempt = own_attempt(request, attempt_id)
    try:
        services.take_break(attempt=attempt, now=clock.now())
    except Refused as refusal:
        messages.error(request, wording.refusal(refusal))
    return redirect("web:exam", attempt_id)
