"""`/desk/attempts/UUID/`: what happened in an attempt, every submission with its reports side by side, and what can be mended.

Examiners order regrades, rule which report stands, add time, and let somebody sit again; support and auditors read. All but a
regrade ask for a fresh sign-in. Each form is shown with a key of its own, so that what was sent twice is done once.
"""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark.packs.model import text_in
from guildmark.rules.attempt import Phase, phase
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import holds, role_required
from guildmark_portal.engine.deciding import foreseen, rule
from guildmark_portal.engine.sitting_again import let_sit_again
from guildmark_portal.exams.credits import grant_credit
from guildmark_portal.exams.facts import submissions, timeline
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Report, Revision, Submission
from guildmark_portal.exams.queries import attempt_with
from guildmark_portal.exams.regrading import order_regrade
from guildmark_portal.exams.results import result_of
from guildmark_portal.exams.retakes import waiver_of
from guildmark_portal.exams.waiving import can_waive
from guildmark_portal.operations import queries
from guildmark_portal.web import wording
from guildmark_portal.web.desk_forms import CreditForm, RegradeForm, RulingForm
from guildmark_portal.web.desk_reports import REGRADE, RULING, Tried, by_category
from guildmark_portal.web.desk_timeline import moments

_MINUTE: Final = 60
_MOVING: Final = (Phase.RUNNING, Phase.GRADING)
_CREDIT: Final = "credit"


@role_required(Role.EXAMINER, readers=(Role.SUPPORT, Role.AUDITOR))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, attempt_id: UUID) -> HttpResponseBase:
    """The attempt; a POST does what its `act` says."""
    try:
        attempt = attempt_with(attempt_id)
        prefetch_related_objects([attempt], "submissions__regrades", "submissions__rulings", "submissions__reports__regrade")
    except Attempt.DoesNotExist as error:
        raise Http404(_("There is no such attempt.")) from error
    if request.method != "POST":
        return _show(request, attempt)
    if attempt.user_id == signed_in(request).pk:
        messages.error(request, _("This is your own attempt: another examiner decides on it."))
        return redirect("web:desk_attempt", attempt_id)
    act = {"regrade": _regrade, "rule": _rule, "credit": _credit, "again": _again}.get(request.POST.get("act", ""))
    return redirect("web:desk_attempt", attempt_id) if act is None else act(request, attempt)


def _show(request: HttpRequest, attempt: Attempt, tried: Tried | None = None) -> HttpResponse:
    now, facts, result = clock.now(), timeline(attempt), result_of(attempt)
    stands = phase(facts, now=now)
    categories = by_category(attempt, {one.submission.pk for one in result.counted.values()}, tried)
    is_graded_now = any(one.is_graded_now for _number, _title, given in categories for one in given)
    context = {
        "attempt": attempt,
        "exam": text_in(attempt.exam_version.bank.exam.title, current()),
        "saying": wording.of_attempt(stands, passed=result.passed if stands is Phase.DECIDED else None),
        "points": result.points if stands is Phase.DECIDED else None,
        "deadline": facts.deadline,
        "categories": categories,
        "follows": tried is None and (stands in _MOVING or is_graded_now),
        "moments": moments(attempt),
        "cases": queries.cases_about(attempt, viewer=signed_in(request), now=now),
        "may_act": holds(request.user, Role.EXAMINER) and attempt.user_id != signed_in(request).pk,
        "may_credit": attempt.ended_at is None and attempt.finished_at is None,
        "may_entitle": holds(request.user, Role.SUPPORT, Role.OWNER),
        "may_let_again": can_waive(attempt, now=now),
        "waiver": waiver_of(attempt),
        "credit_form": CreditForm() if tried is None or tried.at != _CREDIT else tried.form,
        "tried_form": None if tried is None else tried.form,
    }
    return render(request, "guildmark/desk_attempt.html", context)


def _regrade(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    submission = _submission(request, attempt)
    if submission is None:
        return _no_such(request, attempt)
    place = REGRADE.format(submission.pk)
    form = RegradeForm(request.POST, auto_id=f"{place}-%s")
    if not form.is_valid():
        return _show(request, attempt, Tried(form, place))
    try:
        order_regrade(submission=submission, **form.words, actor=signed_in(request), now=clock.now())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, attempt, Tried(form, place))
    said = _("It is graded once more. The new report appears beside the first, and can only raise the score.")
    return _done(request, attempt, said, at=f"#submission-{submission.pk}")


@fresh_sign_in_required()
def _rule(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """A ruling that lowers the result is shown first, and done when what was shown is what it makes."""
    report = _report_in(request, attempt)
    if report is None:
        return _no_such(request, attempt)
    place = RULING.format(report.pk)
    form = RulingForm(request.POST, auto_id=f"{place}-%s")
    if not form.is_valid():
        return _show(request, attempt, Tried(form, place))
    before, after = foreseen(report)
    takes_pass = hasattr(attempt, "decision") and before.passed and not after.passed  # refused, whatever is confirmed
    if after.points < before.points and not takes_pass and form.cleaned_data["confirmed"] != f"{after.points:g}":
        shown = RulingForm({**request.POST.dict(), "confirmed": f"{after.points:g}"}, auto_id=f"{place}-%s")
        return _show(request, attempt, Tried(shown, place, (before, after)))
    try:
        revision = rule(report=report, **form.words, actor=signed_in(request), now=clock.now())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, attempt, Tried(form, place))
    return _done(request, attempt, _told(attempt, revision), at=f"#submission-{report.submission_id}")


def _told(attempt: Attempt, revision: Revision | None) -> str:
    if revision is None or attempt.program.is_rehearsal:
        return _("This report stands now. No result that was told changed: the candidate was not written to.")
    points = f"{revision.points}".removesuffix(".0")
    return _("This report stands now. The result is {points} points, and the candidate was written to.").format(points=points)


@fresh_sign_in_required()
def _credit(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    form = CreditForm(request.POST)
    if not form.is_valid():
        return _show(request, attempt, Tried(form, _CREDIT))
    try:
        grant_credit(
            attempt=attempt,
            seconds=form.cleaned_data["minutes"] * _MINUTE,
            reason=form.cleaned_data["reason"],
            actor=signed_in(request),
            now=clock.now(),
            once=form.cleaned_data["once"],
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, attempt, Tried(form, _CREDIT))
    return _done(request, attempt, _("The time is added, and the candidate's page shows it."))


@fresh_sign_in_required()
def _again(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    try:
        let_sit_again(attempt=attempt, actor=signed_in(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("web:desk_attempt", attempt.pk)
    return _done(request, attempt, _("The candidate may sit again, and was written to."))


def _no_such(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    messages.error(request, _("Choose a submission or a report of this attempt."))
    return redirect("web:desk_attempt", attempt.pk)


def _done(request: HttpRequest, attempt: Attempt, said: str, *, at: str = "") -> HttpResponse:
    """Say so, and go back to the page, `at` the place that it was about."""
    messages.success(request, said)
    return redirect(reverse("web:desk_attempt", args=[attempt.pk]) + at)


def _submission(request: HttpRequest, attempt: Attempt) -> Submission | None:
    return next((one for one in submissions(attempt) if str(one.pk) == request.POST.get("submission")), None)


def _report_in(request: HttpRequest, attempt: Attempt) -> Report | None:
    sought = request.POST.get("report", "")
    found = (report for one in submissions(attempt) for report in one.reports.all() if str(report.pk) == sought)
    return next(found, None)
