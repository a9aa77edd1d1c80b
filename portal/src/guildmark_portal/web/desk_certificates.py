"""`/desk/certificates/`: find a certificate by number, name or address, and see what happened to it.

Examiners, support and auditors read; what examiners do stands in `desk_certificate_act`.
"""

import re
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.packs.model import text_in
from guildmark.rules.credential import Happening
from guildmark_portal import clock
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import holds, role_required
from guildmark_portal.credentials import finding
from guildmark_portal.credentials.identifiers import in_text, normalised
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.queries import by_identifier
from guildmark_portal.exams.language import current
from guildmark_portal.web import wording
from guildmark_portal.web.certificate_standing import SAYINGS
from guildmark_portal.web.desk_certificate_act import ACTS, open_acts

HAPPENINGS: Final = {
    Happening.SUSPENDED: gettext_lazy("Suspended"),
    Happening.REINSTATED: gettext_lazy("Reinstated"),
    Happening.REVOKED: gettext_lazy("Revoked"),
    Happening.DECLINED: gettext_lazy("Declined by its holder"),
    Happening.REPLACED: gettext_lazy("Replaced by another one"),
    Happening.SUPERSEDED: gettext_lazy("Followed by a newer one"),
}
_IS_A_NUMBER: Final = re.compile(r"(?i)gm[\s_-]")
_LONGEST_PAGE: Final = 6
_READERS: Final = (Role.EXAMINER, Role.SUPPORT, Role.AUDITOR)


@role_required(*_READERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """The form. A POST finds certificates, page by page: addresses and names stay out of the log so."""
    sought = request.POST.get("sought", "").strip()[: finding.LONGEST]
    context = {"sought": sought, "shortest": finding.SHORTEST, "longest": finding.LONGEST}
    if not sought:
        return render(request, "guildmark/desk_certificates.html", context)
    page = finding.certificates(sought, page=_number(request.POST.get("page", "")))
    if page.found == 1 and page.certificates[0].identifier == normalised(in_text(sought)):
        return redirect("web:desk_certificate", page.certificates[0].identifier)
    if not page.found and (_IS_A_NUMBER.match(sought) or normalised(sought)):
        context["fault"] = wording.certificate_fault(sought)
        return render(request, "guildmark/desk_certificates.html", context, status=404)
    today = clock.now().date()
    rows = [(one, SAYINGS[one.standing(today=today).value]) for one in page.certificates]
    return render(request, "guildmark/desk_certificates.html", {**context, "page": page, "rows": rows})


@role_required(*_READERS)
@never_cache
@require_safe
def show(request: HttpRequest, identifier: str) -> HttpResponse:
    """The certificate, what happened to it, and what an examiner can do."""
    try:
        certificate = by_identifier(identifier)
    except Certificate.DoesNotExist as error:
        raise Http404(_("There is no certificate with this number.")) from error
    attempt = certificate.attempt
    may_act = holds(request.user, Role.EXAMINER) and attempt.user_id != signed_in(request).pk
    context = {
        "certificate": certificate,
        "exam": text_in(attempt.exam_version.bank.exam.title, current()),
        "saying": SAYINGS[certificate.standing(today=clock.now().date()).value],
        "events": [(HAPPENINGS[Happening(event.kind)], event) for event in certificate.events.all()],
        "acts": [(name, ACTS[name]) for name in open_acts(certificate)] if may_act else [],
    }
    return render(request, "guildmark/desk_certificate.html", context)


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= _LONGEST_PAGE else 1
