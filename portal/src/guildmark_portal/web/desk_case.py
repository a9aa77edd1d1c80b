"""`/desk/UUID/`: one case, for whoever answers it. What may be medical is opened by examiners alone, and each look is kept."""

import logging
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from guildmark.errors import GuildmarkError, Refused
from guildmark.rules.case import CaseKind
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import holds, role_required
from guildmark_portal.exams.models import Accommodation
from guildmark_portal.identity import vault
from guildmark_portal.operations import granting, looking, people, queries, services, shredding
from guildmark_portal.operations.conversation import ask
from guildmark_portal.operations.finding import attempts_of
from guildmark_portal.operations.models import Case, Evidence
from guildmark_portal.operations.refusals import CaseOver
from guildmark_portal.web.desk_forms import (
    AccommodationAnswerForm,
    AnswerForm,
    QuestionForm,
    RevokeForm,
    answer_form,
    outcome_of,
    question_form,
    revoke_form,
)
from guildmark_portal.web.sealed_text import opened, sealed

_LOOKS: Final = 20
_LONGEST_KEY: Final = 18
_ATTEMPTS: Final = 10
_LOG: Final = logging.getLogger(__name__)


@role_required(Role.EXAMINER, Role.SUPPORT, readers=(Role.AUDITOR,))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, case_id: UUID) -> HttpResponseBase:
    """The case; a POST answers it, after a fresh sign-in, which keeps the form meanwhile without a plain word."""
    try:
        return _done(request, _case(request, case_id))
    except ObjectDoesNotExist as error:  # its candidate deletes their account meanwhile
        raise Http404(_("There is no such case.")) from error


def _done(request: HttpRequest, case: Case) -> HttpResponseBase:
    if request.method != "POST":
        return _show(request, case)
    request.POST = sealed(request.POST, "text")  # type: ignore[assignment] # the stubs know no request whose form was made anew
    if "revoke" in request.POST:
        return _revoke(request, case)
    return _ask(request, case) if "ask" in request.POST else _answer(request, case)


@fresh_sign_in_required()
def _answer(request: HttpRequest, case: Case) -> HttpResponse:
    form = answer_form(CaseKind(case.kind), opened(request.POST, "text"))
    if not form.is_valid():
        return _show(request, case, answer=form)
    try:
        services.answer(
            case=case,
            by=signed_in(request),
            outcome=outcome_of(form),
            text=form.cleaned_data["text"],
            **({"accommodated": form.accommodated} if isinstance(form, AccommodationAnswerForm) else {}),
            now=clock.now(),
        )
    except CaseOver:
        return _show(request, _case(request, case.pk), unsent=form.cleaned_data["text"])
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, _case(request, case.pk), answer=form)
    messages.success(request, _("It is answered, and the candidate was written to."))
    return redirect("web:desk")


@fresh_sign_in_required()
def _ask(request: HttpRequest, case: Case) -> HttpResponse:
    """Ask the candidate something before there is an answer."""
    form = question_form(opened(request.POST, "text"))
    if not form.is_valid():
        return _show(request, case, question=form)
    try:
        ask(case=case, by=signed_in(request), text=form.cleaned_data["text"], now=clock.now())
    except CaseOver:
        return _show(request, _case(request, case.pk), unsent=form.cleaned_data["text"])
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, _case(request, case.pk), question=form)
    messages.success(request, _("The candidate was asked. The case goes on waiting."))
    return redirect("web:desk_case", case.pk)


@fresh_sign_in_required()
def _revoke(request: HttpRequest, case: Case) -> HttpResponse:
    """Take back an accommodation of the candidate, for attempts that begin from now on, with the reason."""
    number = request.POST["revoke"]
    key = int(number) if number.isascii() and number.isdecimal() and len(number) <= _LONGEST_KEY else 0
    form = revoke_form(key, opened(request.POST, "text"))
    if not form.is_valid():
        return _show(request, case, revoking={key: form})
    try:
        is_done = granting.take_back(
            case=case, number=key, reason=form.cleaned_data["text"], actor=signed_in(request), now=clock.now()
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, _case(request, case.pk), revoking={key: form})
    said = _("It is revoked for attempts that begin from now on.") if is_done else _("It had ended already.")
    messages.success(request, said)
    return redirect("web:desk_case", case.pk)


def _show(  # noqa: PLR0913 - each of its forms as it was sent, if it was
    request: HttpRequest,
    case: Case,
    *,
    answer: AnswerForm | None = None,
    question: QuestionForm | None = None,
    revoking: Mapping[int, RevokeForm] | None = None,
    unsent: str = "",
) -> HttpResponse:
    """The page. `unsent` is what was written for a case that ended meanwhile."""
    me = signed_in(request)
    may_read = people.may_read(case, me)
    context = {
        "stands": queries.stands(case, now=clock.now()),
        "form": answer or answer_form(CaseKind(case.kind)),
        "question": question or question_form(),
        "unsent": unsent,
        "me": me,
        "may_read": may_read,
        "may_look": people.may_look(case, me),
        "may_answer": people.may_answer(case, me),
        "had_part": people.had_part(case, me),
        "may_decide": holds(me, Role.EXAMINER),
        "answer": getattr(case, "answer", None),
        "granted": _granted(case, me, revoking or {}),
        "attempts": () if case.attempt_id else attempts_of(case.user)[:_ATTEMPTS],
        "pages": list(case.evidence.all()),
        "looks": case.looks.select_related("viewer")[:_LOOKS],
        "kept_until": shredding.due_at(case),
        **(_words(case, request) if may_read else {}),
    }
    return render(request, "guildmark/desk_case.html", context)


def _granted(case: Case, me: User, revoking: Mapping[int, RevokeForm]) -> list[tuple[Accommodation, RevokeForm]]:
    """What the candidate was ever granted, each with the form that revokes it."""
    if not people.may_look(case, me):
        return []
    return [(one, revoking.get(one.pk) or revoke_form(one.pk)) for one in case.user.accommodations.select_related("program")]


def _words(case: Case, request: HttpRequest) -> dict[str, Any]:
    """What was written; what cannot be opened is said so, and the rest of the page goes on."""
    answer = getattr(case, "answer", None)
    try:
        return {
            "words": looking.words_of(case=case, viewer=signed_in(request), now=clock.now()),
            "answer_words": None if answer is None else looking.own_words(answer.words),
            "said": looking.conversation(case),
        }
    except vault.Unreadable:
        _LOG.exception("What is sealed in the case %s cannot be opened.", case.pk)
        return {"is_unreadable": True}


@role_required(Role.EXAMINER)
@never_cache
@require_GET
def page(request: HttpRequest, case_id: UUID, evidence_id: UUID) -> HttpResponse:
    """One page of evidence. That it was looked at is written down before it is sent."""
    evidence = Evidence.objects.filter(pk=evidence_id, case_id=case_id).select_related("case", "sealed").first()
    if evidence is None:
        raise Http404(_("There is no such page in this case."))
    try:
        content = looking.page_of(evidence=evidence, viewer=signed_in(request), now=clock.now())
    except ObjectDoesNotExist as error:
        raise Http404(_("There is no such case.")) from error
    except GuildmarkError as refusal:
        return HttpResponse(str(refusal), status=403, content_type="text/plain; charset=utf-8")
    return HttpResponse(
        content, content_type="image/jpeg", headers={"Content-Disposition": "inline", "Cache-Control": "no-store"}
    )


def _case(request: HttpRequest, case_id: UUID) -> Case:
    try:
        case = queries.case_with(case_id)
    except Case.DoesNotExist as error:
        raise Http404(_("There is no such case.")) from error
    if not people.may_see(case, signed_in(request)):
        raise PermissionDenied(_("Examiners answer this case. Go back to the desk."))
    return case
