"""`/exam/UUID/name/`: in which form the own name will stand on the certificate, chosen before a pass brings it.

Only forms are offered that the certificate may carry: where an identity is checked, those that were held against papers. The
page of Finish asks the same. Once there is a certificate, its own page issues it anew with another form.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.credentials.models import NameKey
from guildmark_portal.credentials.names import NameForm, choose, chosen_form, forms_of
from guildmark_portal.credentials.queries import certificate_of
from guildmark_portal.exams.models import Attempt
from guildmark_portal.web import wording
from guildmark_portal.web.ownership import own_attempt


@dataclass(frozen=True)
class Offer:
    """The forms that can be chosen, two or more, and the one that the certificate will carry."""

    forms: tuple[NameForm, ...]
    chosen: NameKey

    @property
    def text(self) -> str:
        """The name as the certificate will carry it."""
        return next(form.text for form in self.forms if form.key == self.chosen)


def offer_of(attempt: Attempt) -> Offer | None:
    """What can be chosen; None where a pass brings no certificate, where there is one, or where there is no choice."""
    if not attempt.certifies or certificate_of(attempt) is not None:
        return None
    forms, chosen = forms_of(attempt), chosen_form(attempt)
    return None if chosen is None or len(forms) == 1 else Offer(forms, chosen.key)


def keep(attempt: Attempt, key: str, *, now: datetime) -> None:
    """Keep what was chosen, if it is another form than before. Raises `NameRefused` for one that is not offered."""
    offer = offer_of(attempt)
    if offer is not None and key and key != offer.chosen:
        choose(attempt=attempt, key=key, now=now)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The forms; a POST with `name` chooses one. Where there is no choice it leads back to the exam."""
    attempt = own_attempt(request, attempt_id)
    offer = offer_of(attempt)
    if offer is None:
        return redirect("web:exam", attempt_id)
    if request.method != "POST":
        return render(request, "guildmark/exam_name.html", {"attempt": attempt, "offer": offer})
    try:
        keep(attempt, request.POST.get("name", ""), now=clock.now())
    except Refused as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("web:exam_name", attempt_id)
    messages.success(request, _("A certificate of this exam will carry your name like this."))
    return redirect("web:exam", attempt_id)
