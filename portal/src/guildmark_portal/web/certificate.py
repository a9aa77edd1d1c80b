"""`/certificates/ID/`: a certificate that anybody can read and check; `.json` is the very document that was signed.

`/certificates/` asks for the identifier, and so does the address of a certificate that there is not.

The signature is checked over the document as it is stored, not over what this version of the portal would write, so that
a certificate outlives the portal that issued it.
"""

from datetime import date
from enum import Enum
from http import HTTPStatus
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from guildmark import protocol
from guildmark.signing import JsonObject, is_signed_by
from guildmark_portal import clock
from guildmark_portal.credentials.identifiers import normalised
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams.keyring import public_keys
from guildmark_portal.web import wording

_LONGEST: Final = 60


class Standing(str, Enum):
    """What a reader may think of a certificate."""

    VALID = "valid"
    EXPIRED = "expired"
    ALTERED = "altered"


def standing_of(document: JsonObject, *, expires_on: date, today: date) -> Standing:
    """Altered if none of our keys signed the document as it stands, else valid until the end of its last day."""
    keys = {key.key_id: key.public_key for key in public_keys()}
    public_key = keys.get(str(document.get("key_id")))
    if public_key is None or not is_signed_by(document, public_key):
        return Standing.ALTERED
    return Standing.EXPIRED if today > expires_on else Standing.VALID


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """The form that takes an identifier as somebody typed it, and leads to the certificate."""
    typed = request.GET.get("identifier", "").strip()
    if not typed:
        return render(request, "guildmark/certificate_check.html")
    meant = normalised(typed)
    if meant is None or not Certificate.objects.filter(identifier=meant).exists():
        return _unknown(request, typed)
    return redirect("web:certificate", meant)


def _unknown(request: HttpRequest, typed: str) -> HttpResponse:
    context = {"typed": typed[:_LONGEST], "fault": wording.certificate_fault(typed)}
    return render(request, "guildmark/certificate_check.html", context, status=HTTPStatus.NOT_FOUND)


@require_safe
def show(request: HttpRequest, identifier: str) -> HttpResponse:
    """The certificate, with the word whether it can be relied on."""
    try:
        document = _document(identifier)
    except Http404:
        return _unknown(request, identifier)
    certificate = protocol.Certificate.model_validate(document)
    context = {
        "certificate": certificate,
        "standing": standing_of(document, expires_on=certificate.expires_on, today=clock.now().date()).value,
        "document_url": reverse("web:certificate_document", args=[certificate.identifier]),
    }
    return render(request, "guildmark/certificate.html", context)


@require_safe
def document(request: HttpRequest, identifier: str) -> HttpResponse:  # noqa: ARG001 - a view takes its request
    """The signed document."""
    return JsonResponse(_document(identifier), json_dumps_params={"ensure_ascii": False, "indent": 2})


def _document(identifier: str) -> dict[str, object]:
    try:
        stored: dict[str, object] = Certificate.objects.get(identifier=normalised(identifier) or "").document
    except Certificate.DoesNotExist as error:
        raise Http404(gettext("There is no certificate with this number.")) from error
    return stored
