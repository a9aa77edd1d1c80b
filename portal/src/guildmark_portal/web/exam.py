"""`/exam/UUID/`: one attempt, in whatever phase it is, and the word that starts its clock.

The page is complete without JavaScript. With it, `exam.js` takes over the parts that are marked `data-live` as the stream of
`live` brings them; where the stream does not come through, it fetches this same page again and takes them from there.
"""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guildmark.errors import BundleDamaged, Refused
from guildmark.rules.attempt import Phase
from guildmark_portal import clock
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import services
from guildmark_portal.exams.admitting import can_be_renewed, require_entitlement, whom_to_write_to
from guildmark_portal.exams.models import Attempt
from guildmark_portal.exams.refusals import EntitlementOver, PlaceRefused, RegistrationIncomplete
from guildmark_portal.exams.registering import note_connection
from guildmark_portal.exams.windows import refusal_to_begin
from guildmark_portal.web import live, wording
from guildmark_portal.web.exam_name import offer_of
from guildmark_portal.web.ownership import own_attempt


@login_required
@never_cache
@require_safe
def show(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The attempt; once it is decided, its result."""
    attempt = own_attempt(request, attempt_id)
    state = attempt_state(attempt, now=clock.now())
    if state.phase is Phase.DECIDED and state.result is not None:
        return redirect("web:result", attempt_id)
    context = {
        **_entitled(attempt),
        "is_pilot": attempt.is_pilot,
        "certifies": attempt.certifies,
        "window_refusal": refusal_to_begin(attempt, now=clock.now()),
        "state": state,
        "seen": live.seen(state),
        "server": request.build_absolute_uri("/").rstrip("/"),
    }
    offer = offer_of(attempt) if state.started_at is None else None
    return render(request, "guildmark/exam.html", {**context, "name": "" if offer is None else offer.text})


def _entitled(attempt: Attempt) -> dict[str, object]:
    """What speaks against beginning, if the right to sit is over, and whether another one is there for the asking."""
    now = clock.now()
    try:
        require_entitlement(attempt, now=now)
    except EntitlementOver as refusal:
        again = can_be_renewed(attempt, now=now)
        return {"not_entitled": refusal, "entitled_again": again, "contact": whom_to_write_to(attempt.program)}
    return {}


@login_required
@require_POST
def begin(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Start the clock, on the candidate's explicit word. A browser that holds the sealed exam names its digest."""
    attempt = own_attempt(request, attempt_id)
    if request.POST.get("understood") != "yes":
        messages.error(
            request, gettext("The clock has not started. Tick the box to say that you understand, then start the exam.")
        )
        return redirect("web:exam", attempt_id)
    note_connection(attempt, request.headers)
    try:
        services.prepare(attempt=attempt, now=clock.now())
        services.begin(attempt=attempt, bundle_sha256=request.POST.get("bundle_sha256") or None, now=clock.now())
    except BundleDamaged:
        messages.error(
            request, gettext("The clock has not started: the sealed exam on this device is not complete. Bring it here again.")
        )
    except PlaceRefused as refusal:
        messages.info(request, refusal.message)
        return redirect("web:sitting_place", attempt_id)
    except RegistrationIncomplete as refusal:
        messages.info(request, refusal.message)
        return redirect(f"{reverse('web:register')}?{urlencode({'program': attempt.program.slug})}")
    except Refused as refusal:
        messages.error(request, wording.refusal(refusal))
    return redirect("web:exam", attempt_id)
