"""`/stipend/apply/` and `/stipend/mine/`: help with the fee is asked for, and what was decided is read."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.exams.models import Program
from guildmark_portal.identity import vault
from guildmark_portal.stipends import applying, queries
from guildmark_portal.stipends.applying import again_at, words_of
from guildmark_portal.stipends.criteria import listed
from guildmark_portal.stipends.deciding import decision_words
from guildmark_portal.stipends.queries import Standing, Stands
from guildmark_portal.vouchers.making import code_of
from guildmark_portal.web.ownership import signed_in
from guildmark_portal.web.stipend_forms import ApplicationForm
from guildmark_portal.web.wording import Saying

_LOG: Final = logging.getLogger(__name__)
SAYINGS: Final = {
    Standing.WAITING: Saying(gettext_lazy("Waits for a decision"), "waiting"),
    Standing.OVERDUE: Saying(gettext_lazy("The decision is overdue"), "caution"),
    Standing.DECLINED: Saying(gettext_lazy("Not granted"), "bad"),
    Standing.GRANTED: Saying(gettext_lazy("Granted"), "good"),
    Standing.USED: Saying(gettext_lazy("Granted and used"), "plain"),
    Standing.OVER: Saying(gettext_lazy("Granted, not used, and over"), "caution"),
}


@dataclass(frozen=True)
class Shown:
    """An application as its applicant sees it. Words are None once they were destroyed."""

    stands: Stands
    saying: Saying
    words: applying.Words | None
    answer: str | None
    is_unreadable: bool
    again: datetime | None

    @property
    def code(self) -> str:
        """The code of a voucher that can still be used; this account alone can use it."""
        voucher = None if self.stands.decision is None else self.stands.decision.voucher
        return code_of(voucher) if voucher is not None and self.stands.standing is Standing.GRANTED else ""


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The form. The query may name a `program`. A POST applies."""
    user = signed_in(request)
    if request.method != "POST":
        return _form(request, ApplicationForm(initial={"program": request.GET.get("program", "")}))
    form = ApplicationForm(request.POST)
    if not form.is_valid():
        return _form(request, form)
    try:
        applying.apply(
            user=user,
            program=form.cleaned_data["program"],
            words=form.words,
            now=clock.now(),
            application_id=form.cleaned_data["application_id"],
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return _form(request, form)
    messages.success(request, _("Your application has arrived. You get a letter once it is decided, either way."))
    return redirect("web:stipend_mine")


def _form(request: HttpRequest, form: ApplicationForm) -> HttpResponse:
    """The form with what counts; where there is one exam alone, also from when on they may apply for it."""
    slug = form.initial.get("program")
    program = Program.objects.filter(slug=slug).first() if slug else None
    again = None if program is None else again_at(user=signed_in(request), program=program, now=clock.now())
    criteria = [] if program is None else listed(program.policy.stipend_criteria)
    return render(request, "guildmark/stipend_apply.html", {"form": form, "criteria": criteria, "again": again})


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The person's own applications, with what was decided and the last day of what was granted."""
    now = clock.now()
    shown = [_shown(request, one, now=now) for one in queries.applications_of(signed_in(request), now=now)]
    return render(request, "guildmark/stipend_mine.html", {"shown": shown})


def _shown(request: HttpRequest, one: Stands, *, now: datetime) -> Shown:
    again = again_at(user=signed_in(request), program=one.application.program, now=now)
    try:
        words = words_of(one.application.words)
        answer = None if one.decision is None else decision_words(one.decision.words)
    except vault.Unreadable:
        _LOG.exception("What is sealed in the application %s cannot be opened.", one.application.pk)
        return Shown(one, SAYINGS[one.standing], None, None, is_unreadable=True, again=again)
    return Shown(one, SAYINGS[one.standing], words, answer, is_unreadable=False, again=again)
