"""`/desk/certificates/ID/ACT/`: what revoking, suspending or reinstating a certificate brings about; with a reason, doing it.

Nothing is done by opening the page. Examiners act, after a fresh sign-in and never on their own certificate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark.packs.model import text_in
from guildmark.rules.credential import ENDS, Happening, is_suspended
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import role_required
from guildmark_portal.credentials import life
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.exams.language import current
from guildmark_portal.web import certificate_consequences
from guildmark_portal.web.certificate_lookup import found
from guildmark_portal.web.desk_forms import CertificateForm

Words = str | Promise


@dataclass(frozen=True)
class Act:
    """What can be done: the question, the words of the button, and what is said when it was done."""

    happening: Happening
    do: Callable[..., None]
    question: Words
    button: Words
    said: Words


ACTS: Final = {
    "revoke": Act(
        Happening.REVOKED,
        life.revoke,
        gettext_lazy("Revoke this certificate for good?"),
        gettext_lazy("Revoke it for good"),
        gettext_lazy("The certificate is revoked, and its holder was written to."),
    ),
    "suspend": Act(
        Happening.SUSPENDED,
        life.suspend,
        gettext_lazy("Suspend this certificate?"),
        gettext_lazy("Suspend it"),
        gettext_lazy("The certificate is suspended, and its holder was written to."),
    ),
    "reinstate": Act(
        Happening.REINSTATED,
        life.reinstate,
        gettext_lazy("Reinstate this certificate?"),
        gettext_lazy("Reinstate it"),
        gettext_lazy("The certificate counts again, and its holder was written to."),
    ),
}


def open_acts(certificate: Certificate) -> tuple[str, ...]:
    """The names of what can be done with it as it stands."""
    happened = certificate.happened
    if any(kind in ENDS for kind in happened):
        return ()
    return ("reinstate", "revoke") if is_suspended(happened) else ("suspend", "revoke")


@role_required(Role.EXAMINER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, identifier: str, act: str) -> HttpResponseBase:
    """What it brings about, and the form that asks for the reason; a POST does it."""
    certificate = found(identifier)
    if act not in ACTS:
        raise Http404(_("There is no such page of a certificate."))
    if certificate.attempt.user_id == signed_in(request).pk:
        messages.error(request, _("This is your own certificate: another examiner decides on it."))
        return redirect("web:desk_certificate", certificate.identifier)
    if act not in open_acts(certificate):
        messages.info(request, _("This cannot be done any more: see what happened to the certificate."))
        return redirect("web:desk_certificate", certificate.identifier)
    return _confirmed(request, certificate, ACTS[act])


@fresh_sign_in_required()
def _confirmed(request: HttpRequest, certificate: Certificate, act: Act) -> HttpResponse:
    form = CertificateForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _show(request, certificate, act, form)
    try:
        act.do(certificate=certificate, reason=form.cleaned_data["reason"], actor=signed_in(request), now=clock.now())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _show(request, certificate, act, form)
    messages.success(request, str(act.said))
    return redirect("web:desk_certificate", certificate.identifier)


def _show(request: HttpRequest, certificate: Certificate, act: Act, form: CertificateForm) -> HttpResponse:
    context = {
        "certificate": certificate,
        "exam": text_in(certificate.attempt.exam_version.bank.exam.title, current()),
        "act": act,
        "consequences": certificate_consequences.of(certificate, act.happening, today=clock.now().date()),
        "form": form,
    }
    return render(request, "guildmark/desk_certificate_act.html", context)
