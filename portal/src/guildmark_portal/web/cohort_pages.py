"""What the pages of a cohort's teacher and those of staff show alike: how far it is, in words, a hundred people at a time."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from guildmark.rules.cohort import WindowStands
from guildmark_portal import clock
from guildmark_portal.cohorts.inviting import to_remind, unsent
from guildmark_portal.cohorts.models import Cohort
from guildmark_portal.cohorts.progress import Progress, Reached, progress_of
from guildmark_portal.cohorts.sheet import sheet
from guildmark_portal.cohorts.wording import title_of
from guildmark_portal.web.wording import Saying

_A_PAGE: Final = 100
_REACHED: Final = {
    Reached.IMPORTED: Saying(_("Not invited yet"), "plain"),
    Reached.WITHDRAWN: Saying(_("Withdrawn"), "bad"),
    Reached.BOUNCED: Saying(_("The letter did not arrive"), "bad"),
    Reached.INVITED: Saying(_("Invited"), "waiting"),
    Reached.ACCEPTED: Saying(_("Accepted"), "plain"),
    Reached.REHEARSED: Saying(_("Rehearsed"), "plain"),
    Reached.STARTED: Saying(_("Started"), "waiting"),
    Reached.SUBMITTED: Saying(_("Has submitted"), "waiting"),
    Reached.FINISHED: Saying(_("Finished"), "good"),
}
_COUNTED: Final = {
    "invited": _("invited"),
    "bounced": _("did not get it"),
    "accepted": _("accepted"),
    "rehearsed": _("rehearsed"),
    "started": _("started"),
    "submitted": _("submitted"),
    "finished": _("finished"),
    "passed": _("passed"),
}


def saying_of(cohort: Cohort) -> Saying:
    """Where a cohort stands, in a word."""
    if cohort.ended_at is not None:
        return Saying(_("Ended"), "bad")
    return {
        WindowStands.EARLY: Saying(_("Not open yet"), "waiting"),
        WindowStands.OPEN: Saying(_("Can be begun"), "good"),
        WindowStands.OVER: Saying(_("Over"), "plain"),
    }[cohort.window.stands(now=clock.now())]


def shown(request: HttpRequest, cohort: Cohort) -> dict[str, Any]:
    """The context of a page about it."""
    found = progress_of(cohort)
    page = Paginator(found.lines, _A_PAGE).get_page(request.GET.get("page"))
    return {
        "cohort": cohort,
        "exam": title_of(cohort.program),
        "saying": saying_of(cohort),
        "progress": found,
        "counts": _counts(found),
        "page": page,
        "lines": [(line, _REACHED[line.reached]) for line in page],
        "unsent": unsent(cohort).count(),
        "to_remind": to_remind(cohort, now=clock.now()).count(),
    }


def _counts(found: Progress) -> list[tuple[object, int]]:
    hidden = {"passed"} - ({"passed"} if found.tells_result else set())
    return [(_COUNTED[name], count) for name, count in found.counts.items() if name not in hidden]


def download(cohort: Cohort) -> HttpResponse:
    """The same as a CSV file."""
    headers = {"Content-Disposition": f'attachment; filename="cohort-{cohort.pk}.csv"'}
    return HttpResponse(sheet(progress_of(cohort)), content_type="text/csv; charset=utf-8", headers=headers)
