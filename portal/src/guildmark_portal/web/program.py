"""`/`: what the certification is, how an exam flows, and what is open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guildmark_portal import clock
from guildmark_portal.web.offers import attempts_of, invitations_of, offers_to, refusals_of, waits_of


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The public page of the program."""
    now = clock.now()
    user = request.user
    stands = waits_of(user, now=now), refusals_of(user, now=now)
    offers = offers_to(attempts_of(user, now=now), *stands, invitations=invitations_of(user))
    has_levels = len({offer.policy.level_number for offer in offers}) > 1
    return render(request, "guildmark/program.html", {"offers": offers, "has_levels": has_levels})
