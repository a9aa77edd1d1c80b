"""`/desk/vouchers/`: batches of vouchers, who used them, the printed list, and stopping a batch. For support and owners.

A fresh sign-in comes before a batch is made or stopped, and before the codes are shown: whoever has a code can use it. That
they were read is written down.
"""

from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import holds, role_required
from guildmark_portal.vouchers import listing, making
from guildmark_portal.vouchers.listing import Listed
from guildmark_portal.vouchers.models import Batch
from guildmark_portal.vouchers.printing import Card, NoLetters, pdf
from guildmark_portal.web.voucher_forms import BatchForm
from guildmark_portal.web.wording import Saying

_STAFF: Final = (Role.SUPPORT, Role.OWNER)
_MOST_USES: Final = 500
_METHODS: Final = ["GET", "HEAD", "POST"]


def saying_of(batch: Batch) -> Saying:
    """Where a batch stands, in a word."""
    stands = batch.terms.stands(now=clock.now())
    return {
        "open": Saying(_("Can be used"), "good"),
        "early": Saying(_("Not yet"), "waiting"),
        "over": Saying(_("Over"), "caution"),
        "stopped": Saying(_("Stopped"), "bad"),
    }[stands.value]


@role_required(*_STAFF)
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every batch, the newest first."""
    rows = [(one, saying_of(one.batch)) for one in listing.batches()]
    return render(request, "guildmark/desk_vouchers.html", {"rows": rows, "reads_desk": _reads_desk(request)})


@role_required(*_STAFF)
@never_cache
@require_http_methods(_METHODS)
@fresh_sign_in_required(to_read=False)
def make(request: HttpRequest) -> HttpResponseBase:
    """What each voucher pays, how many, and until when; a POST makes them."""
    form = BatchForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        once = form.cleaned_data["once"]
        try:
            batch = making.make(plan=form.plan, actor=signed_in(request), now=clock.now(), once=f"desk:{once}" if once else "")
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The vouchers are made. Print the list, or copy the codes from it."))
            return redirect("web:desk_voucher", batch.pk)
    return render(request, "guildmark/desk_voucher_make.html", {"form": form, "reads_desk": _reads_desk(request)})


@role_required(*_STAFF)
@never_cache
@require_http_methods(_METHODS)
@fresh_sign_in_required(to_read=False)
def show(request: HttpRequest, number: int) -> HttpResponseBase:
    """One batch with its uses; a POST stops it."""
    found = _batch(number)
    if request.method == "POST":
        if making.stop(batch=found.batch, actor=signed_in(request), now=clock.now()):
            messages.success(request, _("It is stopped: nobody can use these vouchers any more."))
        return redirect("web:desk_voucher", number)
    context = {
        "found": found,
        "saying": saying_of(found.batch),
        "uses": listing.uses_of(found.batch)[:_MOST_USES],
        "reads_desk": _reads_desk(request),
    }
    return render(request, "guildmark/desk_voucher.html", context)


@role_required(*_STAFF)
@never_cache
@require_safe
@fresh_sign_in_required()
def codes(request: HttpRequest, number: int) -> HttpResponseBase:
    """The codes, as a page that prints."""
    found = _batch(number)
    context = {
        "found": found,
        "codes": listing.codes_of(found.batch, actor=signed_in(request)),
        "lines": _lines(found),
        "organisation": settings.ORGANISATION,
    }
    return render(request, "guildmark/desk_voucher_codes.html", context)


@role_required(*_STAFF)
@never_cache
@require_safe
@fresh_sign_in_required()
def printed(request: HttpRequest, number: int) -> HttpResponseBase:
    """The codes as a PDF of cards, with QR codes."""
    found = _batch(number)
    card = Card(
        language=get_language() or settings.LANGUAGE_CODE,
        title=found.batch.name,
        issuer=settings.ORGANISATION,
        heading=found.exam,
        lines=tuple(_lines(found)),
        number=_("Voucher no."),
        alt=_("QR code that leads to the page on which the voucher is used:"),
    )
    try:
        content = pdf(card, listing.codes_of(found.batch, actor=signed_in(request)), at=found.batch.made_at)
    except NoLetters:
        messages.info(request, _("The PDF has no letters for a name as it is written. Print this page instead."))
        return redirect("web:desk_voucher_codes", number)
    headers = {"Content-Disposition": f'attachment; filename="vouchers-{number}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _lines(found: Listed) -> list[str]:
    """What a voucher says of itself: what it pays, and when."""
    batch = found.batch
    said = [_("It pays {what}.").format(what=found.pays)]
    if batch.valid_from is not None:
        said.append(_("From {day} on.").format(day=date_format(batch.valid_from, "DATE_FORMAT")))
    if batch.valid_until is not None:
        said.append(_("Until the end of {day}.").format(day=date_format(batch.valid_until, "DATE_FORMAT")))
    return said


def _batch(number: int) -> Listed:
    try:
        return listing.batch_of(number)
    except Batch.DoesNotExist as error:
        raise Http404(_("There are no such vouchers.")) from error


def _reads_desk(request: HttpRequest) -> bool:
    """Whether somebody may open the desk itself: an owner need not."""
    return holds(request.user, Role.EXAMINER, Role.SUPPORT, Role.AUDITOR)
