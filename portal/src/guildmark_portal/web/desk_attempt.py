"""`/desk/attempts/UUID/`: what happened in an attempt, every submission with its reports side by side, and what can be mended.

Examiners order regrades, rule which report stands, and add time; support and auditors read. A ruling and added time ask for
a fresh sign-in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark.packs.model import text_in
from guildmark.rules.attempt import Phase, phase
from guildmark.rules.wording import describe
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import holds, role_required
from guildmark_portal.engine.deciding import rule
from guildmark_portal.exams.credits import grant_credit
from guildmark_portal.exams.facts import pinned, submissions, timeline
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Attempt, Regrade, Report, Submission
from guildmark_portal.exams.queries import attempt_with
from guildmark_portal.exams.regrading import order_regrade
from guildmark_portal.exams.results import metric_view, result_of
from guildmark_portal.operations import queries
from guildmark_portal.web import wording
from guildmark_portal.web.desk_forms import CreditForm, RegradeForm, RulingForm
from guildmark_portal.web.desk_timeline import moments

_MINUTE: Final = 60
_LONGEST_KEY: Final = 18


@dataclass(frozen=True)
class ReportShown:
    """A report beside the others of its submission. `reason` says why there was a regrade, if it came of one."""

    report: Report
    verdict: wording.Saying
    metric: str
    message: str
    stands: bool


@dataclass(frozen=True)
class SubmissionShown:
    """A submission with all its reports, the first one first; `awaits` is a regrade that is under way."""

    submission: Submission
    reports: list[ReportShown]
    counts: bool
    is_pinned: bool
    awaits: Regrade | None


@role_required(Role.EXAMINER, readers=(Role.SUPPORT, Role.AUDITOR))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, attempt_id: UUID) -> HttpResponseBase:
    """The attempt; a POST does what its `act` says."""
    try:
        attempt = attempt_with(attempt_id)
        prefetch_related_objects([attempt], "submissions__regrades", "submissions__reports__regrade")
    except Attempt.DoesNotExist as error:
        raise Http404(_("There is no such attempt.")) from error
    if request.method != "POST":
        return _show(request, attempt)
    act = {"regrade": _regrade, "rule": _rule, "credit": _credit}.get(request.POST.get("act", ""))
    return redirect("web:desk_attempt", attempt_id) if act is None else act(request, attempt)


def _show(request: HttpRequest, attempt: Attempt, **forms_with_errors: forms.Form) -> HttpResponse:
    now, facts = clock.now(), timeline(attempt)
    stands = phase(facts, now=now)
    counted = {one.submission.pk for one in result_of(attempt).counted.values()}
    categories = [
        (category.number, text_in(category.title, current()), _of_category(attempt, category.id, counted))
        for category in attempt.exam_version.bank.exam.categories
    ]
    context = {
        "attempt": attempt,
        "exam": text_in(attempt.exam_version.bank.exam.title, current()),
        "saying": wording.of_attempt(stands, passed=result_of(attempt).passed if stands is Phase.DECIDED else None),
        "points": result_of(attempt).points if stands is Phase.DECIDED else None,
        "deadline": facts.deadline,
        "categories": categories,
        "moments": moments(attempt),
        "cases": queries.cases_about(attempt, viewer=signed_in(request), now=now),
        "may_act": holds(request.user, Role.EXAMINER) and attempt.user_id != signed_in(request).pk,
        "may_credit": attempt.ended_at is None and attempt.finished_at is None,
        "regrade_form": RegradeForm(auto_id="regrade_%s"),
        "ruling_form": RulingForm(auto_id="ruling_%s"),
        "credit_form": CreditForm(),
        **forms_with_errors,
    }
    return render(request, "guildmark/desk_attempt.html", context)


def _of_category(attempt: Attempt, category: str, counted: set[UUID]) -> list[SubmissionShown]:
    mine, chosen = [one for one in submissions(attempt) if one.category == category], pinned(attempt).get(category)
    return [_shown(one, counts=one.pk in counted, is_pinned=str(one.pk) == chosen) for one in mine]


def _shown(submission: Submission, *, counts: bool, is_pinned: bool) -> SubmissionShown:
    stands = submission.report
    reports = sorted(submission.reports.all(), key=lambda report: (report.recorded_at, report.pk))
    regraded = {report.regrade_id for report in reports}
    awaits = next((one for one in submission.regrades.all() if one.pk not in regraded), None)
    return SubmissionShown(submission, [_report(one, stands) for one in reports], counts, is_pinned, awaits)


def _report(report: Report, stands: Report | None) -> ReportShown:
    measured = metric_view(report)
    return ReportShown(
        report=report,
        verdict=wording.of_verdict(report.verdict),
        metric="" if measured is None else wording.metric(measured),
        message=describe(report.reason, report.params, _),
        stands=report == stands,
    )


def _regrade(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    form, submission = RegradeForm(request.POST), _submission(request, attempt)
    if submission is None or not form.is_valid():
        return _refused(request, attempt, form)
    return _done(
        request,
        attempt,
        lambda: order_regrade(
            submission=submission, reason=form.cleaned_data["reason"], actor=signed_in(request), now=clock.now()
        ),
        _("It is graded once more. The new report appears beside the first, and can only raise the score."),
    )


@fresh_sign_in_required()
def _rule(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    form, report = RulingForm(request.POST), _report_in(request, attempt)
    if report is None or not form.is_valid():
        return _refused(request, attempt, form)
    return _done(
        request,
        attempt,
        lambda: rule(report=report, reason=form.cleaned_data["reason"], actor=signed_in(request), now=clock.now()),
        _("This report stands now. If that changes the result, the candidate was written to."),
    )


@fresh_sign_in_required()
def _credit(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    form = CreditForm(request.POST)
    if not form.is_valid():
        return _refused(request, attempt, form)
    return _done(
        request,
        attempt,
        lambda: grant_credit(
            attempt=attempt,
            seconds=form.cleaned_data["minutes"] * _MINUTE,
            reason=form.cleaned_data["reason"],
            actor=signed_in(request),
            now=clock.now(),
        ),
        _("The time is added, and the candidate's page shows it."),
    )


def _refused(request: HttpRequest, attempt: Attempt, form: forms.Form) -> HttpResponse:
    problems = [f"{problem}" for errors in form.errors.values() for problem in errors]
    messages.error(request, " ".join(problems) or _("Choose a submission or a report of this attempt."))
    return redirect("web:desk_attempt", attempt.pk)


def _done(request: HttpRequest, attempt: Attempt, act: Callable[[], Any], said: str) -> HttpResponse:
    if attempt.user_id == signed_in(request).pk:
        messages.error(request, _("This is your own attempt: another examiner decides on it."))
    else:
        try:
            act()
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, said)
    return redirect("web:desk_attempt", attempt.pk)


def _submission(request: HttpRequest, attempt: Attempt) -> Submission | None:
    return next((one for one in submissions(attempt) if str(one.pk) == request.POST.get("submission")), None)


def _report_in(request: HttpRequest, attempt: Attempt) -> Report | None:
    sought = request.POST.get("report", "")
    found = (report for one in submissions(attempt) for report in one.reports.all() if str(report.pk) == sought)
    return next(found, None)
