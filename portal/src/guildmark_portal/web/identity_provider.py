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
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from guildmark.errors import Refused
from guildmark.rules.credential import IdentityLevel
from guildmark.rules.identity_session import SessionStanding
from guildmark_portal import clock
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.identity import provided, providers, services
from guildmark_portal.identity.models import Check
from guildmark_portal.identity.provider_models import ProviderSession
from guildmark_portal.identity.providers.reasons import PROVIDER_REASONS
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
        services.receive(message=message, provider=provider.kind, now=now)
    return HttpResponse(status=200)


def part_of_page(request: HttpRequest, check: Check | None) -> dict[str, Any] | None:
    """What `/identity/` shows of the provider: nothing unless one is set up, and the program takes its word."""
    provider, program, user = providers.configured(), program_of(request), signed_in(request)
    if provider is None or program is None or program.policy.identity_check is not IdentityLevel.PROVIDER:
        return None
    verified = provided.verified_of(user)
    newest = provided.newest_of(check) if check is not None else None
    where = provided.standing_of(newest) if newest is not None else SessionStanding.STARTED
    return {
        "name": provider.name,
        "is_verified": verified is not None,
        "compared_at": verified.compared_at if verified is not None else None,
        "is_at_work": where in {SessionStanding.PROCESSING, SessionStanding.COMPARING},
        "reasons": _reasons(newest, where) if newest is not None else [],
    }


def _reasons(session: ProviderSession, where: SessionStanding) -> list[str | Promise]:
    """What stood against it, and what to do."""
    if where is SessionStanding.REQUIRES_INPUT:
        return [PROVIDER_REASONS[reason] for reason in provided.reasons_of(session)]
    if where is SessionStanding.CANCELED:
        return [_("The check was cancelled. Begin again, or give your papers to our reviewers instead.")]
    if where is SessionStanding.NAME_DIFFERS:
        return [_("The name on the document differs from the one in your profile. Correct it there, then begin again.")]
    return []
