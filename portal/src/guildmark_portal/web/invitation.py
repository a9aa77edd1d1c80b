"""`/invitation/`: an invitation to a cohort is read and accepted.

`/invitation/TOKEN/` is the personal link of the letter: it is remembered, sealed, through the sign-in, and takes nothing before
somebody says so. Whoever has an account of another address says so once more.
"""

from typing import Final

from allauth.core import ratelimit
from cryptography.exceptions import InvalidTag
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.accounts import sealing
from guildmark_portal.accounts.models import User
from guildmark_portal.cohorts import accepting, sitting
from guildmark_portal.cohorts.accepting import Seen
from guildmark_portal.cohorts.links import LONGEST
from guildmark_portal.cohorts.models import Taking
from guildmark_portal.cohorts.refusals import NoSuchInvitation, OtherAddress
from guildmark_portal.cohorts.wording import title_of
from guildmark_portal.exams.refusals import RegistrationIncomplete
from guildmark_portal.web import wording

_KEPT: Final = "invitation"
_GONE: Final = 404


@never_cache
@require_safe
def bring(request: HttpRequest, token: str) -> HttpResponse:
    """Remember the link, and go on to the page that tells of it."""
    request.session[_KEPT] = sealing.seal(token[:LONGEST])
    return redirect("web:invitation")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Who invites to what, and from when to when; a POST accepts."""
    user = request.user if isinstance(request.user, User) else None
    if request.method == "POST" and user is None:
        return redirect_to_login(reverse("web:invitation"))
    if request.method == "POST" and user is not None:
        return _accept(request, user)
    return _page(request, user)


def _accept(request: HttpRequest, user: User) -> HttpResponse:
    too_many: HttpResponse | None = ratelimit.consume_or_429(request, action="invitation", user=user)
    if too_many is not None:
        return too_many
    confirms = request.POST.get("other_address") == "yes"
    try:
        accepting.accept(token=_kept(request), user=user, now=clock.now(), confirms_other_address=confirms)
    except OtherAddress:
        messages.error(request, _("Tick the box to say that you accept it with this account."))
    except RegistrationIncomplete:
        messages.info(request, _("Read the handbook first, and say that you did: then accept. Nothing is taken yet."))
    except Refused as refusal:
        messages.error(request, wording.refusal(refusal))
    else:
        messages.success(request, _("You have a seat. A letter says so, too."))
    return redirect("web:invitation")


def _page(request: HttpRequest, user: User | None) -> HttpResponse:
    now = clock.now()
    try:
        seen = accepting.seen(token=_kept(request), user=user, now=now)
    except NoSuchInvitation as refusal:
        return render(request, "guildmark/invitation.html", {"refusal": refusal}, status=_GONE)
    except Refused as refusal:
        return render(request, "guildmark/invitation.html", {"refusal": refusal})
    cohort = seen.invitation.cohort
    context = {
        "seen": seen,
        "cohort": cohort,
        "exam": title_of(cohort.program),
        "sent_to": _masked(seen.invitation.email),
        "may_know": seen.is_theirs or seen.proves_address,
        "seat": _seat(seen),
        "sees": cohort.program.policy.teachers_see.value,
    }
    return render(request, "guildmark/invitation.html", context)


def _seat(seen: Seen) -> sitting.SeatShown | None:
    if not seen.is_theirs:
        return None
    rows = Taking.objects.select_related("seat", "invitation__cohort__program")
    return sitting.shown(rows.get(invitation=seen.invitation, given_back_at=None), now=clock.now())


def _kept(request: HttpRequest) -> str:
    try:
        return sealing.unseal(request.session.get(_KEPT, ""))
    except (ValueError, InvalidTag):
        return ""


def _masked(address: str) -> str:
    """An address whose owner knows it again, and nobody else learns it."""
    local, _at, domain = address.partition("@")
    return f"{local[:1]}…@{domain}" if domain else ""
