"""`/desk/cohorts/NUMBER/roster/`: a roster is read with all of its problems and what it would do, and then imported.

Between the two, the file travels in the page: nothing of it is kept before somebody says so, and it is read anew.
"""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import role_required
from guildmark_portal.cohorts import importing, roster
from guildmark_portal.cohorts.importing import Does
from guildmark_portal.cohorts.models import Cohort
from guildmark_portal.web import wording
from guildmark_portal.web.cohort_forms import ImportForm, RosterForm
from guildmark_portal.web.desk_cohorts import cohort_or_404
from guildmark_portal.web.wording import Saying

_SHOWN: Final = 100
SAYINGS: Final = {
    Does.NEW: Saying(_("Will be added"), "good"),
    Does.CHANGED: Saying(_("Will be changed"), "caution"),
    Does.SAME: Saying(_("Stays as it is"), "plain"),
    Does.ACCEPTED: Saying(_("Has accepted: nothing is changed"), "plain"),
    Does.WITHDRAWN: Saying(_("Was withdrawn, and stays so"), "plain"),
}


@role_required(Role.SUPPORT, Role.OWNER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required()
def show(request: HttpRequest, number: int) -> HttpResponseBase:
    """The form; a POST with a file looks at it, one with what was looked at imports it."""
    cohort = cohort_or_404(number)
    if request.method == "POST" and "roster" in request.POST:
        return _import(request, cohort)
    form = RosterForm(request.POST or None, request.FILES or None) if request.method == "POST" else RosterForm()
    if request.method == "POST" and form.is_valid():
        return _look(request, cohort, form.content)
    return _page(request, cohort, form=form)


def _look(request: HttpRequest, cohort: Cohort, content: bytes) -> HttpResponse:
    read = roster.read(content)
    found = importing.outcome(cohort=cohort, roster=read)
    text = "" if read.problems else content.decode("utf-8-sig")
    return _page(
        request,
        cohort,
        form=RosterForm(),
        problems=read.problems,
        found=found,
        sums=[(said, found.counts[does.value]) for does, said in SAYINGS.items() if found.counts[does.value]],
        rows=[(row, SAYINGS[does]) for row, does in found.rows[:_SHOWN]],
        more=max(0, len(found.rows) - _SHOWN),
        import_form=ImportForm(initial={"roster": text}),
    )


def _import(request: HttpRequest, cohort: Cohort) -> HttpResponse:
    form = ImportForm(request.POST)
    if not form.is_valid():
        return _page(request, cohort, form=RosterForm())
    read = roster.read(form.cleaned_data["roster"].encode())
    try:
        found = importing.import_roster(cohort=cohort, roster=read, actor=signed_in(request), now=clock.now())
    except Refused as refusal:
        messages.error(request, wording.refusal(refusal))
        return _page(request, cohort, form=RosterForm(), problems=read.problems)
    said = _("The roster is imported: {new} new, {changed} changed. Nobody is mailed before you invite them.")
    messages.success(request, said.format(new=found.counts[Does.NEW.value], changed=found.counts[Does.CHANGED.value]))
    return redirect("web:desk_cohort", cohort.pk)


def _page(request: HttpRequest, cohort: Cohort, **more: object) -> HttpResponse:
    context = {"cohort": cohort, "columns": roster.COLUMNS, **more}
    return render(request, "guildmark/desk_cohort_roster.html", context)
