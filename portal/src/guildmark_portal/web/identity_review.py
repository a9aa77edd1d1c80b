"""`/review/`: the reviewers' queue, and one check with its papers.

An auditor reads the queue and what was decided, but sees no paper: those are for reviewers, and every look is written down.
"""

import json
import logging
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from guildmark.errors import GuildmarkError, Refused
from guildmark.rules import mrz
from guildmark.rules.identity import DocumentKind, Scope, Verdict
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import role_required
from guildmark_portal.identity import facts, queries, services, vault
from guildmark_portal.identity.documents import PARTICULARS
from guildmark_portal.identity.kind_names import KINDS
from guildmark_portal.identity.models import Check, Document, Evidence
from guildmark_portal.identity.rejecting import NOTE_MOST
from guildmark_portal.profiles import countries
from guildmark_portal.web import identity_rejection as rejection

_LATEST: Final = 20
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """A document with what is printed on it, for the reviewer who has taken the check.

    `is_readable`: what is printed on it could be opened; if not, everything of that is empty.
    """

    kind: str | Promise
    document: Document
    name: str
    latin_name: str
    address: str
    zone: mrz.Zone | None
    pages: list[Evidence]
    is_readable: bool = True


@role_required(Role.REVIEWER, readers=(Role.AUDITOR,))
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, the longest first."""
    return _queue(request)


def _queue(request: HttpRequest, *, email: str = "") -> HttpResponse:
    """The queue; `email` is one that was typed for a leave, and is no candidate's."""
    context = {"waiting": queries.queue(now=clock.now()), "me": signed_in(request), "email": email}
    return render(request, "guildmark/review_queue.html", context)


@role_required(Role.REVIEWER, readers=(Role.AUDITOR,))
@never_cache
@require_safe
def show(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """One check; its papers for the reviewer who has taken it. Meanwhile it may be decided, or its candidate may leave."""
    check = get_object_or_404(Check.objects.select_related("user"), pk=check_id)
    try:
        return _show(request, check)
    except (Refused, vault.Shredded, ObjectDoesNotExist, IntegrityError):
        messages.info(request, _("This check has changed since you opened it, and its papers are out of reach."))
        return redirect("web:review")


def _show(request: HttpRequest, check: Check) -> HttpResponse:
    me = signed_in(request)
    found = queries.waiting_of(check, now=clock.now())
    is_mine = found is not None and found.reviewer == me
    is_address_only = found is not None and found.scope is Scope.ADDRESS
    documents = facts.documents_in(check.rounds.latest("number")) if is_mine else []
    context = {
        "check": check,
        "waiting": found,
        "me": me,
        "is_mine": is_mine,
        "may_take": found is not None and found.may_be_taken_by(me),
        "is_address_only": is_address_only,
        "standing": facts.standing_of(check).value,
        "legal_name": queries.stated_name(check) if is_mine else None,
        "residence": queries.stated_residence(check) if is_mine else None,
        "documents": [_opened(one, check, me) for one in documents],
        "photo": facts.photo_of(check) if is_mine and not is_address_only else None,
        **(_of_decision(check, documents, found.scope) if is_mine and found else {}),
        "looks": [(look, _seen(look.what)) for look in check.looks.select_related("viewer")[:_LATEST]],
    }
    return render(request, "guildmark/review_check.html", context)


def _of_decision(check: Check, documents: list[Document], scope: Scope) -> dict[str, Any]:
    """What whoever decides needs beside the papers: what was said before, what is new, and the reasons to choose from."""
    photo = facts.photo_of(check) if scope is Scope.PAPERS else None
    return {
        "earlier": rejection.earlier(check),
        "news": rejection.news(check),
        "reason_groups": rejection.groups(documents, photo, scope),
        "note_most": NOTE_MOST,
    }


@role_required(Role.REVIEWER)
@never_cache
@require_GET
def image(request: HttpRequest, check_id: UUID, evidence_id: UUID) -> HttpResponse:
    """One picture. That it was looked at is written down before it is sent."""
    check = get_object_or_404(Check, pk=check_id)
    evidence = queries.evidence_of(check, evidence_id)
    if evidence is None:
        raise Http404(_("There is no such picture on this check."))
    what = f"{evidence.document.kind} {evidence.page}" if evidence.document else "photo"
    try:
        content = services.look(check=check, sealed=evidence.sealed, what=what, viewer=signed_in(request), now=clock.now())
    except GuildmarkError as refusal:
        return HttpResponse(str(refusal), status=403, content_type="text/plain; charset=utf-8")
    return HttpResponse(
        content, content_type="image/jpeg", headers={"Content-Disposition": "inline", "Cache-Control": "no-store"}
    )


@role_required(Role.REVIEWER)
@require_POST
def act(request: HttpRequest, check_id: UUID) -> HttpResponseBase:
    """Take a check, give it back, or decide: the form's `act` says which. A decision asks for a fresh sign-in."""
    check, me, now = get_object_or_404(Check, pk=check_id), signed_in(request), clock.now()
    try:
        if request.POST.get("act") == "take":
            services.assign(check=check, reviewer=me, now=now)
            return redirect("web:review_check", check_id)
        if request.POST.get("act") == "give_back":
            services.release(check=check, reviewer=me, now=now)
            return redirect("web:review")
        if request.POST.get("act") == "approve":
            services.refuse_blind_approval(check=check, reviewer=me)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("web:review_check", check_id)
    # A fresh sign-in may come first, and keeps the form meanwhile. The stubs know no request whose form was made anew.
    request.POST = rejection.without_plain_note(request.POST)  # type: ignore[assignment]
    return _decide(request, check)


@fresh_sign_in_required()
def _decide(request: HttpRequest, check: Check) -> HttpResponse:
    """Keep the decision. Where a fresh sign-in comes first, the form waits in the session, and is taken up again after it."""
    reasons, of_things = rejection.chosen(request.POST, check)
    verdict = Verdict.APPROVED if request.POST.get("act") == "approve" else Verdict.REJECTED
    try:
        services.decide(
            check=check,
            reviewer=signed_in(request),
            verdict=verdict,
            reasons=reasons,
            of_things=of_things,
            note=rejection.note_in(request.POST),
            number=rejection.round_in(request.POST),
            now=clock.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("web:review_check", check.pk)
    messages.success(request, _("Your decision is kept. Thank you."))
    return redirect("web:review")


@role_required(Role.REVIEWER)
@require_POST
@fresh_sign_in_required()
def leave(request: HttpRequest) -> HttpResponse:
    """Let a candidate send the photo as a file, once."""
    email = request.POST.get("email", "").strip()
    check = Check.objects.filter(user__email__iexact=email, closed_at=None).first()
    if check is None:
        return _queue(request, email=email)
    try:
        if services.grant_leave(check=check, reviewer=signed_in(request), now=clock.now()):
            messages.success(request, _("%(email)s may now send the photo as a file, once.") % {"email": email})
        else:
            messages.info(request, _("%(email)s has this leave already.") % {"email": email})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("web:review")


def _seen(what: str) -> str:
    """What was looked at, in words; `what` is as `image` and `_opened` wrote it."""
    kind, _space, part = what.partition(" ")
    if kind not in {known.value for known in DocumentKind}:
        return _("Photo")
    words = {"kind": KINDS[DocumentKind(kind)], "number": part}
    if part == PARTICULARS:
        return _("%(kind)s, what is printed on it") % words
    return _("%(kind)s, picture %(number)s") % words


def _opened(document: Document, check: Check, me: User) -> Opened:
    what = f"{document.kind} {PARTICULARS}"
    kind, pages = KINDS[DocumentKind(document.kind)], list(document.pages.all())
    try:
        content = services.look(check=check, sealed=document.particulars, what=what, viewer=me, now=clock.now())
    except vault.Unreadable:  # the other papers can be looked at, and the check be rejected or given back
        _LOG.exception("The sealed record %s cannot be opened.", document.particulars_id)
        return Opened(kind, document, "", "", "", None, pages, is_readable=False)
    printed = json.loads(content)
    zone = mrz.parse(printed["zone"]) if printed["zone"].strip() else None
    address = f"{printed['address_region']} {countries.COUNTRIES.get(printed['address_country'], '')}".strip()
    return Opened(kind, document, printed["name"], printed["latin_name"], address, zone, pages)
