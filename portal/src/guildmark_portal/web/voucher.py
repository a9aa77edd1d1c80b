"""`/register/voucher/`: a code is entered and used. What pays everything grants the right to sit at once.

`/register/voucher/CODE/` is the address on a printed voucher: it remembers the code, shows it after signing in, and uses
nothing before somebody says so.
"""

from urllib.parse import urlencode

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.exams.admitting import whom_to_write_to
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.refusals import RegistrationIncomplete
from guildmark_portal.orders.opening import is_sold
from guildmark_portal.vouchers import redeeming
from guildmark_portal.vouchers.making import code_of
from guildmark_portal.vouchers.personal_data import usable_by
from guildmark_portal.vouchers.refusals import PaysAPart
from guildmark_portal.vouchers.wording import exam_of, worth_of
from guildmark_portal.web import profile_steps, voucher_kept
from guildmark_portal.web.offers import title_of
from guildmark_portal.web.ownership import signed_in
from guildmark_portal.web.voucher_forms import VoucherForm, paid_programs


@never_cache
@require_safe
def bring(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the code, and go on to the page that uses it; whoever is not signed in does so on the way."""
    voucher_kept.keep(request, code)
    return redirect("web:register_voucher")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponseBase:
    """The form; a POST uses the voucher, or tells what is left to pay."""
    program = profile_steps.program_of(request)
    if request.method != "POST":
        initial = {"code": voucher_kept.kept(request), "program": "" if program is None else program.slug}
        return _page(request, VoucherForm(initial=initial))
    too_many: HttpResponse | None = ratelimit.consume_or_429(request, action="voucher", user=signed_in(request))
    if too_many is not None:
        return too_many
    form = VoucherForm(request.POST)
    return _use(request, form) if form.is_valid() else _page(request, form)


def _use(request: HttpRequest, form: VoucherForm) -> HttpResponse:
    code, chosen = form.cleaned_data["code"], form.cleaned_data["program"]
    try:
        right = redeeming.redeem(code=code, user=signed_in(request), program=chosen, now=clock.now())
    except PaysAPart as refused:
        if is_sold(chosen):
            return _part(request, form, code, chosen)
        form.add_error("code", _nothing_sold(refused, chosen))
        return _page(request, form)
    except RegistrationIncomplete:
        return _handbook_first(request, code, chosen)
    except Refused as refused:
        form.add_error("code", str(refused))
        return _page(request, form)
    voucher_kept.forget(request)
    said = _("The voucher is used: you may sit %(exam)s.") % {"exam": title_of(chosen)}
    if right.valid_until is not None:
        said += " " + _("Begin it by the end of %(day)s.") % {"day": date_format(right.valid_until, "DATE_FORMAT")}
    messages.success(request, said)
    return redirect(f"{reverse('web:register')}?program={chosen.slug}")


def _nothing_sold(refused: PaysAPart, program: Program) -> str:
    """What to do with a voucher that pays a part where the rest cannot be paid."""
    contact = {"contact": whom_to_write_to(program)}
    step = _("The rest cannot be paid on this portal: write to %(contact)s, and keep the voucher until then.") % contact
    return f"{refused.message} {step}"


def _handbook_first(request: HttpRequest, code: str, program: Program) -> HttpResponse:
    """Remember the voucher, which is not used yet, and lead over the handbook back here."""
    voucher_kept.keep(request, code)
    messages.info(request, _("Read the handbook, and say that you have, before the voucher is used. It waits for you."))
    following = urlencode({"next": f"{reverse('web:register_voucher')}?program={program.slug}"})
    return redirect(f"{reverse('web:handbook', args=[program.slug])}?{following}")


def _part(request: HttpRequest, form: VoucherForm, code: str, program: Program) -> HttpResponse:
    """Remember a voucher that pays a part, and show what is left."""
    try:
        quote = redeeming.quote(code=code, user=signed_in(request), program=program, now=clock.now())
    except Refused as refused:  # it was used up, or stopped, at this very moment
        form.add_error("code", str(refused))
        return _page(request, form)
    voucher_kept.keep(request, code)
    return _page(request, form, quote=quote, exam=title_of(program), program=program)


def _page(request: HttpRequest, form: VoucherForm, **more: object) -> HttpResponse:
    more["takes_none"] = not paid_programs()
    mine = [(one, code_of(one), exam_of(one.batch), worth_of(one.batch)) for one in usable_by(signed_in(request))]
    return render(request, "guildmark/register_voucher.html", {"form": form, "mine": mine, **more})
