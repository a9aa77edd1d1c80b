"""`/`: what the certification is, how an exam flows, and what is open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guildmark_portal import clock
from guildmark_portal.web.offers import attempts_of, offers_to, refusals_of, waits_of


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The public page of the program."""
    now = clock.now()
    user = request.user
    offers = offers_to(attempts_of(user, now=now), waits_of(user, now=now), refusals_of(user, now=now))
    return render(request, "guildmark/program.html", {"offers": offers})
