"""`/certificates/ID/mine/`: what its holder can do with a certificate: keep, show, rename or decline it, or have it sent.

Nobody else finds these pages. Nothing here happens by itself: each act is a form of its own that says what it does.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guildmark import protocol
from guildmark.errors import Refused
from guildmark.rules.credential import ENDS
from guildmark_portal import clock
from guildmark_portal.credentials import letters, life
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.names import NameForm, forms_of
from guildmark_portal.credentials.providers import queries as providers
from guildmark_portal.credentials.providers import services as handing_over
from guildmark_portal.credentials.refusals import CertificateEnded
from guildmark_portal.web import certificate_standing, wording
from guildmark_portal.web.certificate_lookup import own
from guildmark_portal.web.certificate_share import sharing
from guildmark_portal.web.ownership import signed_in


@login_required
@never_cache
@require_safe
def show(request: HttpRequest, identifier: str) -> HttpResponse:
    """The page: how it stands, and all that can be done."""
    row = own(request, identifier)
    looked = certificate_standing.of(row, today=clock.now().date())
    document = protocol.Certificate.model_validate(row.document)
    context: dict[str, Any] = {
        "certificate": document,
        "looked": looked,
        "reason": _reason(row),
        "instead": getattr(row, "replacement", None),
        "has_ended": _has_ended(row),
        "sharing": sharing(document) if looked.holds else None,
        "forms": _other_forms(row),
        "post": letters.address_of(row),
        "provider": handing_over.offered(row),
        "handover": providers.handover_of(row),
    }
    return render(request, "guildmark/certificate_mine.html", context)


@login_required
@never_cache
@require_POST
def rename(request: HttpRequest, identifier: str) -> HttpResponse:
    """Have it issued anew with another form of the name, in the place of this one."""
    row = own(request, identifier)
    try:
        fresh = _renamed(request, row)
    except Refused as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("web:certificate_mine", row.identifier)
    messages.success(request, _("This is your new certificate. It is sent to you by mail; the former one ended."))
    return redirect("web:certificate_mine", fresh.identifier)


@login_required
@never_cache
@require_POST
def send_again(request: HttpRequest, identifier: str) -> HttpResponse:
    """Send it once more, to the address of the purchase."""

    def act(row: Certificate) -> str:
        if _has_ended(row):
            raise CertificateEnded
        to = letters.send_again(certificate=row, actor=signed_in(request), now=clock.now())
        return _("Your certificate is on its way to {address}.").format(address=to)

    return _act(request, identifier, act)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, identifier: str) -> HttpResponse:
    """What declining means; a POST declines it."""
    row = own(request, identifier)
    if request.method == "POST":
        return _act(request, identifier, lambda row: _declined(request, row))
    if _has_ended(row):
        return redirect("web:certificate_mine", row.identifier)
    return render(request, "guildmark/certificate_decline.html", {"certificate": row})


@login_required
@never_cache
@require_POST
def consent(request: HttpRequest, identifier: str) -> HttpResponse:
    """Hand name and address to the badge provider, or with `withdraw` have it remove them."""

    def act(row: Certificate) -> str:
        if request.POST.get("withdraw") == "yes":
            handing_over.withdraw_consent(certificate=row, now=clock.now(), actor=signed_in(request))
            return _("You took your consent back. The provider is asked to remove what it got.")
        handing_over.consent(certificate=row, now=clock.now())
        return _("Thank you. Your name and email address go to the provider.")

    return _act(request, identifier, act)


def _act(request: HttpRequest, identifier: str, act: Callable[[Certificate], str]) -> HttpResponse:
    row = own(request, identifier)
    try:
        messages.success(request, act(row))
    except Refused as refusal:
        messages.error(request, wording.refusal(refusal))
    return redirect("web:certificate_mine", row.identifier)


def _declined(request: HttpRequest, row: Certificate) -> str:
    life.decline(certificate=row, actor=signed_in(request), now=clock.now())
    return _("You declined the certificate. It certifies nothing any more, and its page names nobody.")


def _renamed(request: HttpRequest, row: Certificate) -> Certificate:
    """A badge provider has the former name: it is asked to remove it, and consent to the new one is asked for anew."""
    return life.replace(certificate=row, key=request.POST.get("name", ""), actor=signed_in(request), now=clock.now())


def _other_forms(row: Certificate) -> tuple[NameForm, ...]:
    """The forms of the name that it does not carry, in case there is a choice."""
    return tuple(form for form in forms_of(row.attempt) if form.text != row.holder)


def _has_ended(row: Certificate) -> bool:
    return any(kind in ENDS for kind in row.happened)


def _reason(row: Certificate) -> str:
    """Why staff did what they did last to it, as its holder may know."""
    return next((event.reason for event in reversed(row.events.all()) if event.reason), "")
