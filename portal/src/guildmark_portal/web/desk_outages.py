"""`/desk/outages/`: when exams could not be sat because of us, whom that touched, and declaring what nobody measured."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark.protocol import ExamKind
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import holds, role_required
from guildmark_portal.exams import outages
from guildmark_portal.exams.models import Attempt, Credit, Entitlement, Outage
from guildmark_portal.exams.refusals import OutageTooLong
from guildmark_portal.exams.retakes import source_of_waiver
from guildmark_portal.web.desk_forms import OutageForm

_SHOWN: Final = 50
_THESE_DAYS: Final = timedelta(days=14)
_AN_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Shown:
    """An outage, who got time back for it, and whose attempt was decided before: no credit helps them any more.

    Beside each of those stands what settles it; nothing while somebody has to look at it.
    """

    outage: Outage
    credited: list[Credit]
    too_late: list[tuple[Attempt, str]]

    @property
    def lasted(self) -> int | None:
        """Its seconds, while a day and a minute say too little."""
        if self.outage.ended_at is None:
            return None
        span = self.outage.ended_at - self.outage.began_at
        return math.ceil(span.total_seconds()) if span < _AN_HOUR else None


@role_required(Role.EXAMINER, readers=(Role.SUPPORT, Role.AUDITOR))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required(to_read=False)
def show(request: HttpRequest) -> HttpResponse:
    """The outages, the newest first; a POST declares one."""
    form = OutageForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            outages.declare_outage(**form.cleaned_data, actor=signed_in(request), now=clock.now())
        except OutageTooLong as refusal:
            form.ask_whether_it_is_long()
            form.add_error("is_long", str(refusal))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("The outage is declared. Every attempt that it touched gets its time back, with a letter.")
            )
            return redirect("web:desk_outages")
    context = {
        "outages": [_shown(one) for one in Outage.objects.order_by("-began_at")[:_SHOWN]],
        "form": form,
        "may_declare": holds(request.user, Role.EXAMINER),
    }
    return render(request, "guildmark/desk_outages.html", context)


def cut_short(*, now: datetime) -> int:
    """How many attempts ended in an outage of these days before it was noticed, and wait for somebody to look at them."""
    recent = Outage.objects.filter(noticed_at__gt=now - _THESE_DAYS, ended_at__isnull=False)
    return len({attempt.pk for outage in recent for attempt, settled in _shown(outage).too_late if not settled})


def _shown(outage: Outage) -> Shown:
    given = outage.credits.exclude(attempt__program__kind=ExamKind.REHEARSAL.value)
    credited = list(given.select_related("attempt__user").order_by("attempt__started_at"))
    if outage.ended_at is None:
        return Shown(outage, credited, [])
    at_once = Credit.objects.filter(outage__began_at__lt=outage.ended_at, outage__ended_at__gt=outage.began_at)
    helped = at_once.values("attempt")  # of two outages at once, either gave the time back
    too_late = (
        outages.decided_by_then(outage)
        .exclude(pk__in=helped)
        .select_related("user", "decision")
        .prefetch_related("decision__revisions")
    )
    return Shown(outage, credited, _settled(list(too_late)))


def _settled(attempts: list[Attempt]) -> list[tuple[Attempt, str]]:
    again = {right.source for right in Entitlement.objects.filter(source__in=map(source_of_waiver, attempts))}
    return [(one, _("may sit again") if source_of_waiver(one) in again else _passed(one)) for one in attempts]


def _passed(attempt: Attempt) -> str:
    decision = getattr(attempt, "decision", None)
    written = [] if decision is None else [decision, *decision.revisions.all()]
    return _("passed") if written and written[-1].passed else ""
