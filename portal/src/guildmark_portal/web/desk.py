"""`/desk/`: what waits for an answer, what was answered, the way to any attempt, and to the other desks."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark_portal import clock
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import holds, role_required
from guildmark_portal.credentials.providers.queries import given_up
from guildmark_portal.exams.outages import open_outage
from guildmark_portal.operations import finding, queries
from guildmark_portal.web.desk_outages import cut_short

_ENDED: Final = 20
_READ_CASES: Final = (Role.EXAMINER, Role.SUPPORT, Role.AUDITOR)


@role_required(*_READ_CASES, readers=(Role.OWNER, Role.REVIEWER))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """The cases, the one that is due first on top. A POST finds attempts; addresses and names stay out of the log so.

    Whoever may read no case finds the desks that are open to them, and nothing else.
    """
    if not holds(request.user, *_READ_CASES):
        return render(request, "guildmark/desk_others.html")
    me, now = signed_in(request), clock.now()
    sought = request.POST.get("sought", "").strip()
    context = {
        "waiting": queries.waiting(viewer=me, now=now),
        "ended": queries.ended(viewer=me, now=now, most=_ENDED),
        "me": me,
        "sought": sought[: finding.LONGEST],
        "found": finding.attempts(sought, now=now) if sought else None,
        "cut_short": cut_short(now=now),
        "outage": open_outage(),
        "not_handed_over": given_up().count(),
        "shortest": finding.SHORTEST,
        "shortest_elsewhere": finding.SHORTEST_ELSEWHERE,
        "longest": finding.LONGEST,
    }
    return render(request, "guildmark/desk_queue.html", context)
