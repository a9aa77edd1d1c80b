"""`/desk/certificates/`: find a certificate by its number, and revoke, suspend or reinstate it, with a reason for its holder.

Examiners act, after a fresh sign-in and never on their own certificate; support and auditors read.
"""

from collections.abc import Callable
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.errors import Refused
from guildmark.packs.model import text_in
from guildmark.rules.credential import ENDS, Happening, is_suspended
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import holds, role_required
from guildmark_portal.credentials import life
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.queries import by_identifier
from guildmark_portal.exams.language import current
from guildmark_portal.web import wording
from guildmark_portal.web.certificate_standing import SAYINGS
from guildmark_portal.web.desk_forms import CertificateForm

HAPPENINGS: Final = {
    Happening.SUSPENDED: gettext_lazy("Suspended"),
    Happening.REINSTATED: gettext_lazy("Reinstated"),
    Happening.REVOKED: gettext_lazy("Revoked"),
    Happening.DECLINED: gettext_lazy("Declined by its holder"),
    Happening.REPLACED: gettext_lazy("Replaced by another one"),
    Happening.SUPERSEDED: gettext_lazy("Followed by a newer one"),
}
_ACTS: Final[dict[str, tuple[Callable[..., None], object]]] = {
    "revoke": (life.revoke, gettext_lazy("The certificate is revoked, and its holder was written to.")),
    "suspend": (life.suspend, gettext_lazy("The certificate is suspended, and its holder was written to.")),
    "reinstate": (life.reinstate, gettext_lazy("The certificate counts again, and its holder was written to.")),
}
_readers = (Role.SUPPORT, Role.AUDITOR)


@role_required(Role.EXAMINER, readers=_readers)
@never_cache
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The form that takes a number, and leads to the certificate."""
    typed = request.GET.get("identifier", "").strip()
    if not typed:
        return render(request, "guildmark/desk_certificates.html")
    try:
        return redirect("web:desk_certificate", by_identifier(typed).identifier)
    except Certificate.DoesNotExist:
        context = {"typed": typed, "fault": wording.certificate_fault(typed)}
        return render(request, "guildmark/desk_certificates.html", context, status=404)


@role_required(Role.EXAMINER, readers=_readers)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, identifier: str) -> HttpResponseBase:
    """The certificate; a POST does what its `act` says."""
    try:
        certificate = by_identifier(identifier)
    except Certificate.DoesNotExist as error:
        raise Http404(_("There is no certificate with this number.")) from error
    if request.method != "POST":
        return _show(request, certificate, CertificateForm())
    if certificate.attempt.user_id == signed_in(request).pk:
        messages.error(request, _("This is your own certificate: another examiner decides on it."))
        return redirect("web:desk_certificate", certificate.identifier)
    return _act(request, certificate)


@fresh_sign_in_required()
def _act(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    form, chosen = CertificateForm(request.POST), _ACTS.get(request.POST.get("act", ""))
    if chosen is None:
        return redirect("web:desk_certificate", certificate.identifier)
    if not form.is_valid():
        return _show(request, certificate, form)
    act, said = chosen
    try:
        act(certificate=certificate, reason=form.cleaned_data["reason"], actor=signed_in(request), now=clock.now())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, certificate, form)
    messages.success(request, str(said))
    return redirect("web:desk_certificate", certificate.identifier)


def _show(request: HttpRequest, certificate: Certificate, form: CertificateForm) -> HttpResponse:
    happened, attempt = certificate.happened, certificate.attempt
    saying = SAYINGS[certificate.standing(today=clock.now().date()).value]
    is_own = attempt.user_id == signed_in(request).pk
    context = {
        "certificate": certificate,
        "exam": text_in(attempt.exam_version.bank.exam.title, current()),
        "saying": saying,
        "events": [(HAPPENINGS[Happening(event.kind)], event) for event in certificate.events.all()],
        "may_act": holds(request.user, Role.EXAMINER) and not is_own and not any(kind in ENDS for kind in happened),
        "is_suspended": is_suspended(happened),
        "form": form,
    }
    return render(request, "guildmark/desk_certificate.html", context)
