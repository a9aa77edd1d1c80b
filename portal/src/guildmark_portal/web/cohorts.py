"""`/cohorts/`: a teacher sees how far their own cohorts are, and has those reminded who have not accepted."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.cohorts import inviting, making
from guildmark_portal.cohorts.models import Cohort
from guildmark_portal.cohorts.refusals import UnknownCohort
from guildmark_portal.cohorts.wording import title_of
from guildmark_portal.web import cohort_pages, wording
from guildmark_portal.web.ownership import signed_in


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The cohorts that they teach."""
    rows = [(one, title_of(one.program), cohort_pages.saying_of(one)) for one in making.taught_by(signed_in(request))]
    return render(request, "guildmark/cohorts.html", {"rows": rows})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, number: int) -> HttpResponse:
    """How far one is; a POST reminds."""
    cohort = _own(request, number)
    if request.method != "POST":
        return render(request, "guildmark/cohort.html", cohort_pages.shown(request, cohort))
    try:
        count = inviting.remind(cohort=cohort, actor=signed_in(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, wording.refusal(refusal))
    else:
        messages.success(request, reminded(count))
    return redirect("web:cohort", number)


def reminded(count: int) -> str:
    """What is said of so many reminders."""
    if not count:
        return _("Nobody is to be reminded today.")
    return ngettext("%(count)d reminder is on its way.", "%(count)d reminders are on their way.", count) % {"count": count}


@login_required
@never_cache
@require_safe
def sheet(request: HttpRequest, number: int) -> HttpResponse:
    """The same as a CSV file."""
    return cohort_pages.download(_own(request, number))


def _own(request: HttpRequest, number: int) -> Cohort:
    try:
        cohort = making.cohort_of(number)
    except UnknownCohort as error:
        raise Http404(_("You teach no such cohort.")) from error
    if not making.is_teacher(signed_in(request), cohort):
        raise Http404(_("You teach no such cohort."))
    return cohort
