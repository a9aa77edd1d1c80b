"""`/identity/`: the candidate's papers. What was given, what is missing, where it stands; and handing it in."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guildmark.errors import GuildmarkError, OurFault, Refused
from guildmark.rules.identity import DocumentKind, Missing, Scope, Standing, missing
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.identity import facts, queries, rejecting, resubmitting, services
from guildmark_portal.identity.intake.pages import FileUnusable
from guildmark_portal.identity.kind_names import KINDS
from guildmark_portal.identity.models import Check
from guildmark_portal.identity.refusals import (
    AddressEmbargoed,
    AddressNeeded,
    DocumentExpired,
    NotComplete,
    PictureTooSmall,
    RegionNeeded,
    ZoneDisagrees,
    ZoneDoesNotFit,
    ZoneUnreadable,
)
from guildmark_portal.profiles import queries as profiles
from guildmark_portal.web import profile_steps
from guildmark_portal.web.identity_files import files_in_memory, too_many
from guildmark_portal.web.identity_forms import DocumentForm
from guildmark_portal.web.identity_name import names_of
from guildmark_portal.web.identity_needs import needed
from guildmark_portal.web.identity_provider import part_of_page, scope_of

_FIELDS: dict[type[GuildmarkError], str] = {
    FileUnusable: "pictures",
    PictureTooSmall: "pictures",
    DocumentExpired: "expires_on",
    AddressNeeded: "address_country",
    AddressEmbargoed: "address_country",
    RegionNeeded: "address_region",
    ZoneDisagrees: "zone",
    ZoneDoesNotFit: "zone",
    ZoneUnreadable: "zone",
}


@login_required
@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Where the check stands, and what to do next."""
    check, now = queries.check_in_hand(signed_in(request)), clock.now()
    standing = facts.standing_of(check) if check else Standing.DRAFT
    current = check if check and check.closed_at is None else None  # the papers of a closed one were shredded
    scope = scope_of(request, current) if current else Scope.PAPERS
    lacks = facts.missing_of(current, now=now, scope=scope) if current else missing((), has_photo=False, today=now.date())
    decision = queries.last_decision(check) if check else None
    context = {
        "check": check,
        "standing": standing.value,
        "takes_changes": standing.takes_changes,
        "is_shredded": check is not None and current is None,
        "documents": [(KINDS[DocumentKind(one.kind)], one) for one in facts.documents_of(current)] if current else [],
        "photo": facts.photo_of(current) if current else None,
        "has_leave": current is not None and services.has_leave(current),
        "missing": needed(lacks, current, scope, profiles.legal_name(signed_in(request))),
        "is_address_only": scope is Scope.ADDRESS,
        "may_submit_address": scope is Scope.ADDRESS and not lacks,
        "needs_document": any(part is not Missing.PHOTO for part in lacks),
        "names": names_of(signed_in(request)),
        "needs_name": profiles.legal_name(signed_in(request)) is None,
        "needs_photo": Missing.PHOTO in lacks,
        "decision": decision,
        "lines": rejecting.lines_of(decision) if decision else [],
        "note": rejecting.note_of(decision) if decision else "",
        "is_unchanged": current is not None and resubmitting.is_unchanged(current),
        "days": settings.IDENTITY_RETENTION_DAYS,
        "provider": part_of_page(request, check),
        "following": profile_steps.progress(signed_in(request), profile_steps.program_of(request), now=now).following,
    }
    return render(request, "guildmark/identity.html", context)


@login_required
@files_in_memory
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest) -> HttpResponse:
    """Add a document."""
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        if refused := too_many(request, f"user:{signed_in(request).pk}"):
            return refused
        try:
            _add(form, services.open_check(user=signed_in(request), now=clock.now()))
        except (Refused, OurFault) as refusal:
            form.add_error(_FIELDS.get(type(refusal)), str(refusal))
        else:
            messages.success(request, _("The document is kept, encrypted."))
            return redirect("web:identity")
    return render(request, "guildmark/identity_document.html", {"form": form})


@login_required
@require_POST
def withdraw(request: HttpRequest, thing_id: UUID) -> HttpResponse:
    """Take a document or the photo back."""
    check = _own(signed_in(request))
    thing = queries.thing_of(check, thing_id)
    if thing is None:
        raise Http404(_("There is no such document on your identity check."))
    try:
        services.withdraw(thing=thing, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is removed, and cannot be read by anybody any more."))
    return redirect("web:identity")


@login_required
@require_POST
def submit(request: HttpRequest) -> HttpResponse:
    """Hand everything to the reviewers."""
    try:
        check = _own(signed_in(request))
        services.submit(check=check, now=clock.now(), scope=scope_of(request, check))
    except NotComplete as refusal:
        messages.error(request, refusal.next_step)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your papers are with the reviewers. A letter tells you the outcome."))
    return redirect("web:identity")


def _own(user: User) -> Check:
    check = queries.check_of(user)
    if check is None:
        raise Http404(_("Your identity check has not been opened yet."))
    return check


def _add(form: DocumentForm, check: Check) -> None:
    given = form.cleaned_data
    files: list[UploadedFile[bytes]] = given["pictures"]
    services.add_document(
        check=check,
        kind=DocumentKind(given["kind"]),
        issuing_country=given["issuing_country"],
        expires_on=given["expires_on"],
        particulars=services.Particulars(
            name=given["name"],
            latin_name=given["latin_name"],
            zone=given["zone"],
            address_country=given["address_country"],
            address_region=given["address_region"],
        ),
        files=[file.read() for file in files],
        now=clock.now(),
    )
