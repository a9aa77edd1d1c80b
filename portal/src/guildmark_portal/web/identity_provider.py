"""`/identity/provider/`: to the provider that checks who somebody is, and what the provider tells of it.

`told` is for the provider alone. It reads nothing before it has checked the signature, and answers 200 to whatever is signed:
what is unknown here, was told before, or means nothing is no reason to send it again.
"""

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from guildmark.errors import Refused
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.identity import Scope
from guildmark.rules.identity_session import SessionStanding
from guildmark_portal import clock
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.identity import checked_names, facts, outcomes, providers, services
from guildmark_portal.identity.models import Check
from guildmark_portal.web.profile_steps import program_of


@login_required
@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Send the candidate to the provider's page."""
    user = signed_in(request)
    refused: HttpResponse | None = ratelimit.consume_or_429(request, action="identity_provider", key=f"user:{user.pk}")
    if refused:
        return refused
    try:
        return redirect(services.begin(user=user, now=clock.now()))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("web:identity")


@csrf_exempt
@require_POST
def told(request: HttpRequest) -> HttpResponse:
    """A message of the provider: 200 if it is genuine, 400 if not, 404 if no provider is set up."""
    provider, now = providers.configured(), clock.now()
    if provider is None:
        raise Http404(_("No provider of identity checks is set up here."))
    try:
        message = provider.read(headers=request.headers, body=request.body, now=now)
    except providers.NotGenuine:
        return HttpResponse(_("The signature does not fit, or is too old.") + "\n", status=400, content_type="text/plain")
    if message is not None:
        services.receive(message=message, provider=provider, now=now)
    return HttpResponse(status=200)


def part_of_page(request: HttpRequest, check: Check | None) -> dict[str, Any] | None:
    """What `/identity/` shows of the provider: nothing unless one is set up, and the program takes its word."""
    provider, program, user = providers.configured(), program_of(request), signed_in(request)
    if provider is None or program is None or program.policy.identity_check is not IdentityLevel.PROVIDER:
        return None
    checked = checked_names.provided(user)
    verified = checked_names.verified_of(user) if checked is not None and checked.is_current else None
    newest = None if check is None or check.closed_at is not None else facts.newest_session_of(check)
    where = facts.standing_of_session(newest) if newest is not None else SessionStanding.STARTED
    return {
        "name": provider.name,
        "is_verified": verified is not None,
        "compared_at": verified.compared_at if verified is not None else None,
        "is_at_work": where in {SessionStanding.PROCESSING, SessionStanding.COMPARING},
        "needs_address": where is SessionStanding.ADDRESS_NEEDED,
        "reasons": outcomes.obstacles(newest) if newest is not None else [],
    }


def scope_of(request: HttpRequest, check: Check) -> Scope:
    """What the candidate hands in: everything, if they gave it, or the address that a provider's check leaves open."""
    provider = part_of_page(request, check)
    if provider is None or not provider["needs_address"] or not facts.missing_of(check, now=clock.now()):
        return Scope.PAPERS
    return Scope.ADDRESS
