"""`/certificates/ID/`: a certificate, for whoever has its address to read and check; `.json` is the document that was signed.

`/certificates/` leads to the page that checks one. The signature is checked over the document as it is stored, not over what
this version of the portal would write, so that a certificate outlives the portal that issued it. Of a certificate that was
declined or replaced nothing is told but that.
"""

from http import HTTPStatus
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from guildmark import protocol
from guildmark_portal import clock
from guildmark_portal.credentials import issuer
from guildmark_portal.credentials.identifiers import normalised
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.directory.models import ListedCertificate
from guildmark_portal.web import certificate_skills, certificate_standing, verify
from guildmark_portal.web.certificate_lookup import found, told, unlisted


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """The former address of the form that takes an identifier: to the certificate, or to the page that says what is wrong."""
    typed = request.GET.get("identifier", "").strip()
    meant = normalised(typed)
    if meant is not None and Certificate.objects.filter(identifier=meant).exists():
        return redirect("web:certificate", meant)
    query = f"?{urlencode({'identifier': typed})}" if typed else ""
    return redirect(f"{reverse('web:verify')}{query}")


@require_safe
def show(request: HttpRequest, identifier: str) -> HttpResponse:
    """The certificate, with the word whether it can be relied on."""
    try:
        certificate = found(identifier)
    except Http404:
        return verify.unknown(request, identifier)
    looked = certificate_standing.of(certificate, today=clock.now().date())
    if looked.is_gone:
        return unlisted(render(request, "guildmark/certificate_gone.html", {"looked": looked}, status=HTTPStatus.GONE))
    said = protocol.Certificate.model_validate(certificate.document)
    context = {
        "certificate": said,
        "skills": certificate_skills.by_area(certificate.attempt, said),
        "document_url": reverse("web:certificate_document", args=[certificate.identifier]),
        "looked": looked,
        "identity": certificate_standing.identity_beside(looked.saying, said),
        "is_mine": certificate.attempt.user == request.user,
        "newer": _newer(certificate),
        "did": issuer.did(),
    }
    return unlisted(render(request, "guildmark/certificate.html", context))


def _newer(certificate: Certificate) -> str | None:
    """The number of the one that renewed it, where its holder shows that one to everybody; else nothing is told of it."""
    listed = ListedCertificate.objects.filter(certificate__renews=certificate, counts=True, listing__newest_on__isnull=False)
    return listed.values_list("identifier", flat=True).first()


@require_safe
def document(request: HttpRequest, identifier: str) -> HttpResponse:  # noqa: ARG001 - a view takes its request
    """The signed document, in the form that was there before Open Badges."""
    certificate = told(identifier)
    if isinstance(certificate, HttpResponse):
        return certificate
    return unlisted(JsonResponse(certificate.document, json_dumps_params={"ensure_ascii": False, "indent": 2}))
