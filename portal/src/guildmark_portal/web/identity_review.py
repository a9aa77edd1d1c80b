"""`/review/`: the reviewers' queue, and one check with its papers.

An auditor reads the queue and what was decided, but sees no paper: those are for reviewers, and every look is written down.
"""

import json
import logging
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from guildmark.errors import GuildmarkError, Refused
from guildmark.rules import mrz
from guildmark.rules.identity import DocumentKind, Verdict
from guildmark_portal import clock
from guildmark_portal.accounts.models import Role, User
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import role_required
from guildmark_portal.identity import facts, queries, services, vault
from guildmark_portal.identity.documents import PARTICULARS
from guildmark_portal.identity.models import Check, Document, Evidence
from guildmark_portal.identity.reviewing import REASONS, Reason
from guildmark_portal.profiles import countries
from guildmark_portal.web.identity_forms import KINDS

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
    me = signed_in(request)
    return render(request, "guildmark/review_queue.html", {"waiting": queries.queue(now=clock.now()), "me": me})


@role_required(Role.REVIEWER, readers=(Role.AUDITOR,))
@never_cache
@require_safe
def show(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """One check; its papers for the reviewer who has taken it."""
    check, me = get_object_or_404(Check.objects.select_related("user"), pk=check_id), signed_in(request)
    found = next((one for one in queries.queue(now=clock.now()) if one.check.pk == check.pk), None)
    is_mine = found is not None and found.reviewer == me
    context = {
        "check": check,
        "waiting": found,
        "me": me,
        "is_mine": is_mine,
        "may_take": found is not None and not is_mine and _is_free(found) and me not in found.approved_by and check.user != me,
        "standing": facts.standing_of(check).value,
        "legal_name": queries.stated_name(check) if is_mine else None,
        "residence": queries.stated_residence(check) if is_mine else None,
        "documents": [_opened(one, check, me) for one in facts.documents_of(check)] if is_mine else [],
        "photo": facts.photo_of(check) if is_mine else None,
        "reasons": [(reason.value, REASONS[reason]) for reason in Reason],
        "looks": [(look, _seen(look.what)) for look in check.looks.select_related("viewer")[:_LATEST]],
    }
    return render(request, "guildmark/review_check.html", context)


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
def act(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """Take a check, give it back, or decide: the form's `act` says which."""
    check, me, now = get_object_or_404(Check, pk=check_id), signed_in(request), clock.now()
    try:
        if request.POST.get("act") == "take":
            services.assign(check=check, reviewer=me, now=now)
            return redirect("web:review_check", check_id)
        if request.POST.get("act") == "give_back":
            services.release(check=check, reviewer=me, now=now)
        else:
            _decide(request, check, me)
            messages.success(request, _("Your decision is kept. Thank you."))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("web:review_check", check_id)
    return redirect("web:review")


@role_required(Role.REVIEWER)
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Let a candidate send the photo as a file, once."""
    email = request.POST.get("email", "").strip()
    check = Check.objects.filter(user__email__iexact=email, closed_at=None).first()
    try:
        if check is None:
            messages.error(request, _("Nobody with this address has an open identity check. Compare the address."))
        elif services.grant_leave(check=check, reviewer=signed_in(request), now=clock.now()):
            messages.success(request, _("%(email)s may now send the photo as a file, once.") % {"email": email})
        else:
            messages.info(request, _("%(email)s has this leave already.") % {"email": email})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("web:review")


def _is_free(waiting: queries.Waiting) -> bool:
    return waiting.reviewer is None or waiting.has_lapsed


def _decide(request: HttpRequest, check: Check, me: User) -> None:
    known = {reason.value: reason for reason in Reason}
    reasons = [known[code] for code in request.POST.getlist("reason") if code in known]
    verdict = Verdict.APPROVED if request.POST.get("act") == "approve" else Verdict.REJECTED
    services.decide(check=check, reviewer=me, verdict=verdict, reasons=reasons, now=clock.now())


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
