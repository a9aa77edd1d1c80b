"""`/exam/UUID/place/`: a candidate says where they sit, before the clock starts."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark import i18n
from guildmark.packs.model import text_in
from guildmark_portal.exams.language import current
from guildmark_portal.profiles import queries, services
from guildmark_portal.web.ownership import own_attempt
from guildmark_portal.web.profile_forms import SittingForm


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The question; its answer leads back to the exam, or says why the exam cannot be sat there."""
    attempt = own_attempt(request, attempt_id)
    if attempt.started_at is not None:
        return redirect("web:exam", attempt_id)
    said = queries.sitting_place(attempt.user, attempt_id) or queries.residence(attempt.user)
    form = SittingForm(request.POST or None, initial={"country": said.country if said else ""})
    if form.is_valid():
        services.declare_sitting(user=attempt.user, attempt=attempt_id, whereabouts=form.whereabouts)
        if not queries.sitting_refusals(attempt.user, attempt_id):
            messages.success(request, gettext("It is noted where you sit. You can start the exam now."))
            return redirect("web:exam", attempt_id)
        return redirect("web:sitting_place", attempt_id)
    refusals = queries.sitting_refusals(attempt.user, attempt_id)
    title = text_in(attempt.exam_version.bank.exam.title, current())
    refused = i18n._(refusals[0].place) if refusals else ""
    context = {"attempt": attempt, "title": title, "form": form, "refused": refused}
    return render(request, "guildmark/sitting_place.html", context)
