"""`/desk/cohorts/`: cohorts are made, filled from a roster, invited and looked after. For support and owners.

A fresh sign-in comes before anything is changed, and before a roster is read.
"""

from collections.abc import Callable, Mapping
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import role_required
from guildmark_portal.cohorts import inviting, making, prolonging
from guildmark_portal.cohorts.models import Cohort, Invitation, Paid, Teacher
from guildmark_portal.cohorts.progress import blocks_of
from guildmark_portal.cohorts.refusals import UnknownCohort
from guildmark_portal.cohorts.wording import title_of
from guildmark_portal.web import cohort_pages, wording
from guildmark_portal.web.cohort_forms import CohortForm, ProlongForm, SeatsForm, TeacherForm
from guildmark_portal.web.cohorts import reminded

_STAFF: Final = (Role.SUPPORT, Role.OWNER)
_METHODS: Final = ["GET", "HEAD", "POST"]
_LONGEST_KEY: Final = 18


@role_required(*_STAFF)
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every cohort, the one that opens last on top."""
    found = Cohort.objects.select_related("program")
    rows = [(one, title_of(one.program), cohort_pages.saying_of(one)) for one in found]
    return render(request, "guildmark/desk_cohorts.html", {"rows": rows})


@role_required(*_STAFF)
@never_cache
@require_http_methods(_METHODS)
@fresh_sign_in_required(to_read=False)
def make(request: HttpRequest) -> HttpResponseBase:
    """What a cohort is to be; a POST makes it."""
    form = CohortForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        once = form.cleaned_data["once"]
        try:
            cohort = making.make(plan=form.plan, actor=signed_in(request), now=clock.now(), once=f"desk:{once}" if once else "")
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The cohort is made. Give it seats, and import its roster."))
            return redirect("web:desk_cohort", cohort.pk)
    return render(request, "guildmark/desk_cohort_make.html", {"form": form})


@role_required(*_STAFF)
@never_cache
@require_http_methods(_METHODS)
@fresh_sign_in_required(to_read=False)
def show(request: HttpRequest, number: int) -> HttpResponseBase:
    """One cohort with all of its people; a POST does what its `act` says."""
    cohort = cohort_or_404(number)
    forms = {"seats": SeatsForm(), "teacher": TeacherForm(), "prolong": ProlongForm(auto_id="id_prolong_%s")}
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act in forms:
            forms[act] = type(forms[act])(request.POST)
            if not forms[act].is_valid():
                return _page(request, cohort, forms)
        try:
            _ACTS.get(act, _nothing)(request, cohort, forms.get(act))
        except Refused as refusal:
            messages.error(request, wording.refusal(refusal))
        return redirect("web:desk_cohort", number)
    return _page(request, cohort, forms)


def _page(request: HttpRequest, cohort: Cohort, forms: Mapping[str, object]) -> HttpResponse:
    context = {
        **cohort_pages.shown(request, cohort),
        "blocks": blocks_of(cohort),
        "teachers": Teacher.objects.filter(cohort=cohort, withdrawn_at=None).select_related("user"),
        "forms": forms,
        "is_open": cohort.ended_at is None and clock.now() < cohort.closes_at,
        "can_be_prolonged": cohort.ended_at is None,
        "is_staff_page": True,
    }
    return render(request, "guildmark/desk_cohort.html", context)


@role_required(*_STAFF)
@never_cache
@require_safe
def sheet(request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG001 - a view takes its request
    """How far everybody is, as a CSV file."""
    return cohort_pages.download(cohort_or_404(number))


def cohort_or_404(number: int) -> Cohort:
    """The cohort with that number."""
    try:
        return making.cohort_of(number)
    except UnknownCohort as error:
        raise Http404(_("There is no such cohort.")) from error


def _nothing(_request: HttpRequest, _cohort: Cohort, _form: object) -> None:
    """What nobody knows does nothing."""


def _seats(request: HttpRequest, cohort: Cohort, form: object) -> None:
    if not isinstance(form, SeatsForm):
        return
    given = form.cleaned_data
    block = making.add_seats(
        cohort=cohort,
        count=given["count"],
        paid=Paid(given["paid"]),
        reference=given["reference"],
        actor=signed_in(request),
        now=clock.now(),
        once=f"desk:{given['once']}" if given["once"] else "",
    )
    said = ngettext("%(count)d seat is there.", "%(count)d seats are there.", block.seats) % {"count": block.seats}
    messages.success(request, said)


def _teacher(request: HttpRequest, cohort: Cohort, form: object) -> None:
    if isinstance(form, TeacherForm):
        making.appoint(cohort=cohort, email=form.cleaned_data["email"], actor=signed_in(request), now=clock.now())
        messages.success(request, _("They see this cohort at /cohorts/ now."))


def _prolong(request: HttpRequest, cohort: Cohort, form: object) -> None:
    if isinstance(form, ProlongForm):
        closes_at = form.cleaned_data["closes_at"]
        if prolonging.prolong(cohort=cohort, closes_at=closes_at, actor=signed_in(request), now=clock.now()):
            messages.success(request, _("The window is longer. Everybody who has not begun gets a letter."))


def _dismiss(request: HttpRequest, cohort: Cohort, _form: object) -> None:
    teacher = Teacher.objects.filter(cohort=cohort, pk=_number(request)).select_related("cohort").first()
    if teacher is not None and making.dismiss(teacher=teacher, actor=signed_in(request), now=clock.now()):
        messages.success(request, _("They see this cohort no more."))


def _invite(request: HttpRequest, cohort: Cohort, _form: object) -> None:
    count = inviting.invite(cohort=cohort, actor=signed_in(request), now=clock.now())
    said = ngettext("%(count)d invitation is on its way.", "%(count)d invitations are on their way.", count)
    messages.success(request, said % {"count": count} if count else _("Everybody was invited already."))


def _remind(request: HttpRequest, cohort: Cohort, _form: object) -> None:
    messages.success(request, reminded(inviting.remind(cohort=cohort, actor=signed_in(request), now=clock.now())))


def _end(request: HttpRequest, cohort: Cohort, _form: object) -> None:
    if making.end(cohort=cohort, actor=signed_in(request), now=clock.now()):
        messages.success(request, _("It is ended: nobody can accept any more."))


def _withdraw(request: HttpRequest, cohort: Cohort, _form: object) -> None:
    found, me = _invitation(request, cohort), signed_in(request)
    if found is not None and inviting.withdraw(invitation=found, actor=me, now=clock.now()):
        messages.success(request, _("The invitation is withdrawn, and a seat that was taken with it is free."))


def _again(request: HttpRequest, cohort: Cohort, _form: object) -> None:
    found, me = _invitation(request, cohort), signed_in(request)
    if found is not None and inviting.send_again(invitation=found, actor=me, now=clock.now()):
        messages.success(request, _("A new invitation is on its way. The older links work no more."))


def _invitation(request: HttpRequest, cohort: Cohort) -> Invitation | None:
    return Invitation.objects.filter(cohort=cohort, pk=_number(request)).first()


def _number(request: HttpRequest) -> int:
    written = request.POST.get("number", "")
    is_key = written.isascii() and written.isdecimal() and len(written) <= _LONGEST_KEY
    return int(written) if is_key else 0


_ACTS: Final[Mapping[str, Callable[[HttpRequest, Cohort, object], None]]] = {
    "seats": _seats,
    "teacher": _teacher,
    "prolong": _prolong,
    "dismiss": _dismiss,
    "invite": _invite,
    "remind": _remind,
    "end": _end,
    "withdraw": _withdraw,
    "again": _again,
}
