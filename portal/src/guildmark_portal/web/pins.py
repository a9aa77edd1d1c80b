"""`/exam/UUID/CATEGORY/pin/`: let one submission count, whatever else is submitted; or leave it to the exam's rule again."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.exams import queries, services
from guildmark_portal.exams.models import Submission
from guildmark_portal.web import wording
from guildmark_portal.web.ownership import own_attempt, signed_in


@login_required
@require_POST
def choose(request: HttpRequest, attempt_id: UUID, category: str) -> HttpResponse:
    """Pin the submission that the form names, or take the pin back where it names none; then go back to the category."""
    attempt, wanted = own_attempt(request, attempt_id), request.POST.get("submission", "")
    try:
        submission = queries.submission_of(user=signed_in(request), submission_id=wanted) if wanted else None
        services.pin(attempt=attempt, category=category, submission=submission, now=clock.now())
    except Submission.DoesNotExist as error:
        raise Http404(gettext("There is no such submission in your account.")) from error
    except Refused as refusal:
        messages.error(request, wording.refusal(refusal))
    return HttpResponseRedirect(f"{reverse('web:exam', args=[attempt_id])}#history-{category}")
