"""A certificate as files: Open Badge as JSON and JWT, the badge as PNG and SVG, the picture of a link to it, the PDF.

All but the PDF are for whoever has the address: a verifier elsewhere reads the credential (CORS), a page elsewhere shows the
badge. The PDF, to be printed and framed, is its holder's.
"""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildmark_portal import clock
from guildmark_portal.credentials import badge, files
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.paper import NoLetters
from guildmark_portal.exams.language import current
from guildmark_portal.web.certificate_lookup import own, told, unlisted
from guildmark_portal.web.well_known import CREDENTIAL, readable_from_elsewhere

_TOKEN: Final = "application/vc+jwt"  # noqa: S105 - a media type
_PNG: Final = "image/png"
_SVG: Final = "image/svg+xml"


@require_safe
def credential(request: HttpRequest, identifier: str) -> HttpResponse:  # noqa: ARG001 - a view takes its request
    """The Open Badge, with its signature in it."""
    return _public(identifier, CREDENTIAL, "-credential.json", lambda one: badge.document_of(one, now=clock.now()))


@require_safe
def token(request: HttpRequest, identifier: str) -> HttpResponse:  # noqa: ARG001 - as above
    """The same as a signed token."""
    return _public(identifier, _TOKEN, "-credential.jwt", lambda one: badge.jwt_of(one, now=clock.now()).encode())


@require_safe
def png(request: HttpRequest, identifier: str) -> HttpResponse:  # noqa: ARG001 - as above
    """The badge with the credential in it."""
    return _public(identifier, _PNG, "-badge.png", lambda one: files.badge_png(one, now=clock.now()))


@require_safe
def svg(request: HttpRequest, identifier: str) -> HttpResponse:  # noqa: ARG001 - as above
    """As `png`, at any size."""
    return _public(identifier, _SVG, "-badge.svg", lambda one: files.badge_svg(one, now=clock.now()).encode())


@require_safe
def preview(request: HttpRequest, identifier: str) -> HttpResponse:  # noqa: ARG001 - as above
    """The picture that other sites show beside a link to the page."""
    return _public(identifier, _PNG, "-preview.png", _picture)


@login_required
@never_cache
@require_safe
def pdf(request: HttpRequest, identifier: str) -> HttpResponse:
    """The certificate to be printed, in the language of its holder, who alone gets it. Raises `Http404` for anybody else."""
    certificate = own(request, identifier)
    if isinstance(told(identifier), HttpResponse):
        raise Http404(gettext("This certificate was withdrawn or replaced."))
    try:
        content = files.pdf_of(certificate, language=current(), now=clock.now())
    except NoLetters:
        messages.error(request, gettext("No font of ours has every letter of your name, so there is no PDF."))
        return redirect("web:certificate_mine", certificate.identifier)
    return _named(HttpResponse(content, content_type="application/pdf"), certificate, ".pdf", attached=True)


def _picture(certificate: Certificate) -> bytes:
    """The picture with the holder's name; the badge, which bears none, for a name that no font of ours can write."""
    try:
        return files.preview_png(certificate, now=clock.now())
    except NoLetters:
        return files.badge_png(certificate, now=clock.now())


def _public(identifier: str, kind: str, ending: str, content: Callable[[Certificate], bytes]) -> HttpResponse:
    certificate = told(identifier)
    if isinstance(certificate, HttpResponse):
        return readable_from_elsewhere(certificate)
    response = _named(HttpResponse(content(certificate), content_type=kind), certificate, ending)
    return readable_from_elsewhere(unlisted(response))


def _named(response: HttpResponse, certificate: Certificate, ending: str, *, attached: bool = False) -> HttpResponse:
    """The answer as a file whose name tells which of the files it is: all of them may lie in one folder."""
    shown = "attachment" if attached else "inline"
    response["Content-Disposition"] = f'{shown}; filename="{certificate.identifier}{ending}"'
    return response
