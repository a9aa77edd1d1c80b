"""Finding a certificate for a page or a file: for whoever has its address, and for its holder.

Private by default: an address that cannot be guessed, no search engine, no shared cache (`unlisted`).
"""

from http import HTTPStatus
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext

from guildmark_portal import clock
from guildmark_portal.credentials.identifiers import normalised
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.web import certificate_standing
from guildmark_portal.web.ownership import signed_in

_PRIVATE: Final = "private, no-cache"


def found(identifier: str) -> Certificate:
    """The certificate with this number, however it is typed. Raises `Http404`."""
    rows = Certificate.objects.select_related("attempt__user", "attempt__exam_version").prefetch_related("events")
    certificate = rows.filter(identifier=normalised(identifier) or "").first()
    if certificate is None:
        raise Http404(gettext("There is no certificate with this number."))
    return certificate


def own(request: HttpRequest, identifier: str) -> Certificate:
    """The certificate, if it is that of who asks. Raises `Http404` otherwise."""
    certificate = Certificate.objects.select_related("attempt__user", "attempt__program").prefetch_related("events")
    row = certificate.filter(identifier=normalised(identifier) or "", attempt__user=signed_in(request)).first()
    if row is None:
        raise Http404(gettext("There is no certificate with this number in your account."))
    return row


def told(identifier: str) -> Certificate | HttpResponse:
    """The certificate, for a file of it; of one that is gone, the answer that says so. Raises `Http404`."""
    certificate = found(identifier)
    standing = certificate.standing(today=clock.now().date()).value
    if standing not in certificate_standing.GONE:
        return certificate
    says = f"{certificate_standing.SAYINGS[standing].means}\n"
    return unlisted(HttpResponse(says, content_type="text/plain; charset=utf-8", status=HTTPStatus.GONE))


def unlisted(response: HttpResponse) -> HttpResponse:
    """The answer, for whoever has the address alone: no search engine lists it, and no shared cache keeps it."""
    response["Cache-Control"] = _PRIVATE
    response["X-Robots-Tag"] = "noindex, noarchive"
    response["Referrer-Policy"] = "same-origin"
    return response
