"""`/desk/providers/`: what is on its way to the badge provider, what did not get there, and what the provider removed again."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark_portal import clock
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import holds, role_required
from guildmark_portal.credentials.provider_models import Handover
from guildmark_portal.credentials.providers import configured, queries, services
from guildmark_portal.credentials.providers.faults import FAULTS, Fault

_SHOWN: Final = 100


@dataclass(frozen=True)
class Shown:
    """A hand-over, and in words what went wrong with it; empty if nothing did."""

    handover: Handover
    trouble: str | Promise


@role_required(Role.SUPPORT, Role.OWNER, readers=(Role.EXAMINER, Role.AUDITOR))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """What was given up, what waits and, page by page, what was removed.

    A POST with `again` sends one again, with `all` every one that was given up.
    """
    if request.method == "POST":
        return _send_again(request)
    given_up, waiting = queries.given_up(), queries.waiting()
    removed = Paginator(queries.retracted(), _SHOWN).get_page(request.GET.get("page"))
    context = {
        "given_up": [_shown(one, is_given_up=True) for one in given_up[:_SHOWN]],
        "given_up_count": given_up.count(),
        "waiting": [_shown(one, is_given_up=False) for one in waiting[:_SHOWN]],
        "waiting_count": waiting.count(),
        "removed": removed,
        "delivered_count": queries.delivered(),
        "name": settings.BADGE_PROVIDER.name,
        "is_set_up": configured() is not None,
        "reads_desk": holds(request.user, Role.EXAMINER, Role.SUPPORT, Role.AUDITOR),
        "may_send": holds(request.user, Role.SUPPORT, Role.OWNER),
    }
    return render(request, "guildmark/desk_providers.html", context)


def _send_again(request: HttpRequest) -> HttpResponse:
    actor, now = signed_in(request), clock.now()
    if "all" in request.POST:
        count = services.replay_all(actor=actor, now=now)
        said = ngettext("%(count)d is on its way again.", "%(count)d are on their way again.", count) % {"count": count}
        messages.success(request, said)
        return redirect("web:desk_providers")
    handover = _named(request.POST.get("again", ""))
    if handover is not None and services.replay(handover=handover, actor=actor, now=now):
        messages.success(request, _("It is on its way again."))
    else:
        messages.info(request, _("Somebody has sent this one again already."))
    return redirect("web:desk_providers")


def _named(number: str) -> Handover | None:
    try:
        return Handover.objects.filter(pk=UUID(number)).first()
    except ValueError:
        return None


def _shown(handover: Handover, *, is_given_up: bool) -> Shown:
    if handover.fault:
        return Shown(handover, FAULTS[Fault(handover.fault)])
    return Shown(handover, _("Our own server stopped in the middle of it.") if is_given_up else "")
