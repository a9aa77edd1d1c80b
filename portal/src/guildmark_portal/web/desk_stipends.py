"""`/desk/stipends/`: applications for stipends, for support and owners. Nobody decides on their own.

What an applicant wrote is sealed, and each look at it is written down. A fresh sign-in comes before a decision, and keeps the
form meanwhile without a plain word.
"""

import logging
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import holds, role_required
from guildmark_portal.identity import vault
from guildmark_portal.stipends import deciding, queries, shredding
from guildmark_portal.stipends.criteria import wording_of
from guildmark_portal.stipends.models import Application
from guildmark_portal.stipends.queries import Stands
from guildmark_portal.web.sealed_text import opened, sealed
from guildmark_portal.web.stipend_forms import DecisionForm
from guildmark_portal.web.stipends import SAYINGS

_STAFF: Final = (Role.SUPPORT, Role.OWNER)
_DECIDED: Final = 50
_LOG: Final = logging.getLogger(__name__)


@role_required(*_STAFF)
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What waits, the one that is due first on top, and what was decided."""
    now = clock.now()
    waiting, decided = queries.waiting(now=now), queries.decided(now=now, most=_DECIDED)
    context = {
        "waiting": [(one, SAYINGS[one.standing]) for one in waiting],
        "decided": [(one, SAYINGS[one.standing]) for one in decided],
        "reads_desk": _reads_desk(request),
    }
    return render(request, "guildmark/desk_stipends.html", context)


@role_required(*_STAFF)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, application_id: UUID) -> HttpResponseBase:
    """One application; a POST decides it."""
    try:
        found = queries.one(application_id, now=clock.now())
        if request.method != "POST":
            return _show(request, found)
        request.POST = sealed(request.POST, "text")  # type: ignore[assignment] # the stubs know no request whose form was made anew
        return _decide(request, found)
    except Application.DoesNotExist as error:  # the applicant deletes their account meanwhile
        raise Http404(_("There is no such application.")) from error


@fresh_sign_in_required()
def _decide(request: HttpRequest, found: Stands) -> HttpResponse:
    form = DecisionForm(opened(request.POST, "text"), program=found.application.program)
    if not form.is_valid():
        return _show(request, found, form)
    try:
        deciding.decide(
            application=found.application,
            by=signed_in(request),
            percent=form.cleaned_data["percent"],
            met=form.cleaned_data.get("met", ()),
            text=form.cleaned_data["text"],
            now=clock.now(),
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return _show(request, queries.one(found.application.pk, now=clock.now()), form)
    messages.success(request, _("It is decided, and the applicant was written to."))
    return redirect("web:desk_stipends")


def _show(request: HttpRequest, found: Stands, form: DecisionForm | None = None) -> HttpResponse:
    application, decision = found.application, found.decision
    is_own = application.user_id == signed_in(request).pk
    context = {
        "found": found,
        "saying": SAYINGS[found.standing],
        "is_own": is_own,
        "form": form or DecisionForm(program=application.program),
        "met": [] if decision is None else [(wording_of(one), one in decision.met) for one in decision.criteria],
        "kept_until": None if decision is None else shredding.due_at(decision),
        "reads_desk": _reads_desk(request),
        **({} if is_own else _words(request, found)),
    }
    return render(request, "guildmark/desk_stipend.html", context)


def _words(request: HttpRequest, found: Stands) -> dict[str, Any]:
    """What was written; what cannot be opened is said so, and the rest of the page goes on."""
    try:
        return {
            "words": deciding.looked_at(application=found.application, viewer=signed_in(request)),
            "answer": None if found.decision is None else deciding.decision_words(found.decision.words),
        }
    except vault.Unreadable:
        _LOG.exception("What is sealed in the application %s cannot be opened.", found.application.pk)
        return {"is_unreadable": True}


def _reads_desk(request: HttpRequest) -> bool:
    """Whether somebody may open the desk itself: an owner need not."""
    return holds(request.user, Role.EXAMINER, Role.SUPPORT, Role.AUDITOR)
