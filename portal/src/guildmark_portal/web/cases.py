"""`/help/`: somebody's own cases, each with the day of its answer; opening one, adding to it, taking it back."""

import logging
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guildmark.errors import OurFault, Refused
from guildmark.rules.case import CaseKind
from guildmark_portal import clock
from guildmark_portal.exams.models import Attempt
from guildmark_portal.identity import vault
from guildmark_portal.operations import queries, services, shredding
from guildmark_portal.operations.admission import running_attempt
from guildmark_portal.operations.looking import conversation, own_words
from guildmark_portal.operations.models import Case
from guildmark_portal.operations.refusals import AppealNamesNone, AppealWaits
from guildmark_portal.web.certificate_lookup import own
from guildmark_portal.web.help_forms import AddingForm, CaseForm, about_attempt
from guildmark_portal.web.identity_files import files_in_memory, too_many
from guildmark_portal.web.ownership import own_attempt, signed_in

_LOG: Final = logging.getLogger(__name__)


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The cases, the newest first."""
    user = signed_in(request)
    granted = user.accommodations.filter(revoked_at=None).select_related("program")
    context = {"cases": queries.cases_of(user=user, now=clock.now()), "granted": granted}
    return render(request, "guildmark/help_cases.html", context)


@login_required
@files_in_memory
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a case. The query may name an `attempt`, or a `certificate` that it earned, and a `kind`."""
    user = signed_in(request)
    if request.method != "POST":
        return _form(request, CaseForm(user=user, initial=_initial(request)))
    form = CaseForm(request.POST, request.FILES, user=user)
    if not form.is_valid():
        return _form(request, form)
    if form.cleaned_data["pictures"] and (refused := too_many(request, f"user:{user.pk}")):
        return refused
    try:
        case = services.open_case(
            user=user,
            kind=form.case_kind,
            about=form.chosen,
            text=form.cleaned_data["text"],
            files=[file.read() for file in form.cleaned_data["pictures"]],
            case_id=form.cleaned_data["case_id"],
            now=clock.now(),
        )
    except AppealWaits as refusal:
        form.add_error(None, str(refusal))
        return _form(request, form, first=refusal.case_id)
    except (Refused, OurFault) as refusal:
        form.add_error("about" if isinstance(refusal, AppealNamesNone) else None, str(refusal))
        return _form(request, form)
    return redirect("web:help_case", case.pk)


def _form(request: HttpRequest, form: CaseForm, *, first: UUID | None = None) -> HttpResponse:
    """The form; `first` is the case in which what was asked should go on."""
    return render(request, "guildmark/help_new.html", {"form": form, "first": first})


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What is likely: an appeal against a result that can still be appealed against, else an incident in that exam.

    Without an exam in the query, it is the one whose clock runs.
    """
    kinds = {kind.value for kind in CaseKind}
    asked = {"kind": request.GET["kind"]} if request.GET.get("kind") in kinds else {}
    try:
        attempt = _named(request)
    except (ValueError, Http404):
        running = running_attempt(signed_in(request), now=clock.now())
        if running is None:
            return asked
        attempt = running
    return {"about": about_attempt(attempt.pk), "kind": _likely(attempt), **asked}


def _named(request: HttpRequest) -> Attempt:
    """The own attempt that the query names. Raises `ValueError` or `Http404` where it names none."""
    if identifier := request.GET.get("certificate", ""):
        return own(request, identifier).attempt
    return own_attempt(request, UUID(request.GET.get("attempt", "")))


def _likely(attempt: Attempt) -> str:
    now = clock.now()
    until = queries.appeal_until(attempt, now=now)
    is_open = until is not None and now <= until
    kind = CaseKind.APPEAL if is_open else CaseKind.INCIDENT
    return str(kind.value)


@login_required
@files_in_memory
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case with its answer; a POST adds words and pictures."""
    case = _own(request, case_id)
    form = AddingForm(request.POST, request.FILES) if request.method == "POST" else AddingForm()
    if form.is_valid():
        pictures = [file.read() for file in form.cleaned_data["pictures"]]
        if pictures and (refused := too_many(request, f"user:{case.user_id}")):
            return refused
        try:
            services.add(case=case, text=form.cleaned_data["text"], files=pictures, now=clock.now())
        except (Refused, OurFault) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is kept, encrypted."))
            return redirect("web:help_case", case_id)
    context = {
        "stands": queries.stands(case, now=clock.now()),
        "form": form,
        "pages": case.evidence.count(),
        "answer": getattr(case, "answer", None),
        "granted": queries.granted_by(case),
        "kept_until": shredding.due_at(case),
        **_words(case),
    }
    return render(request, "guildmark/help_case.html", context)


def _words(case: Case) -> dict[str, Any]:
    """What was written; what cannot be opened is said so, and the rest of the page goes on."""
    answer = getattr(case, "answer", None)
    try:
        return {
            "words": own_words(case.words),
            "answer_words": None if answer is None else own_words(answer.words),
            "said": conversation(case),
        }
    except vault.Unreadable:
        _LOG.exception("What is sealed in the case %s cannot be opened.", case.pk)
        return {"is_unreadable": True}


@login_required
@require_POST
def withdraw(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take a case back."""
    try:
        services.withdraw(case=_own(request, case_id), now=clock.now())
    except Refused as refusal:
        messages.info(request, str(refusal))
    else:
        messages.success(request, _("It is withdrawn. Nobody answers it any more."))
    return redirect("web:help_case", case_id)


def _own(request: HttpRequest, case_id: UUID) -> Case:
    try:
        return queries.case_of(user=signed_in(request), case_id=case_id)
    except Case.DoesNotExist as error:
        raise Http404(_("There is no such case in your account.")) from error
