"""`/network/mine/`: a holder's own place in the network: enter it, choose what is shown, look at it first, leave it at once."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.directory import messages as passing
from guildmark_portal.directory import services
from guildmark_portal.directory.holders import listable_certificates
from guildmark_portal.directory.models import Listing
from guildmark_portal.directory.refusals import SlugRefused
from guildmark_portal.profiles import queries as profiles
from guildmark_portal.web.network_card import card
from guildmark_portal.web.network_forms import HolderForm
from guildmark_portal.web.ownership import signed_in


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The form with what is shown now. A POST publishes it; with `look` it is only shown as others would see it."""
    user, now = signed_in(request), clock.now()
    certificates = listable_certificates(user, today=now.date())
    listing = Listing.objects.filter(user=user).prefetch_related("certificates").first()
    if not certificates:
        return render(request, "guildmark/network_mine.html", _context(user, listing))
    if request.method != "POST":
        form = HolderForm(user=user, listing=listing, certificates=certificates)
        return render(request, "guildmark/network_mine.html", _context(user, listing, form))
    form = HolderForm(request.POST, user=user, listing=listing, certificates=certificates)
    if "look" in request.POST and "agreed" in form.fields:
        form.fields["agreed"].required = False
    if not form.is_valid():
        return render(request, "guildmark/network_mine.html", _context(user, listing, form))
    if "look" in request.POST:
        drafted, rows = services.preview(user=user, shown=form.shown, now=now)
        look = card(drafted, today=now.date(), certificates=rows)
        return render(request, "guildmark/network_mine.html", {**_context(user, listing, form), "card": look})
    try:
        services.publish(user=user, shown=form.shown, now=now)
    except SlugRefused as refusal:
        form.add_error("slug", str(refusal))
    except Refused as refusal:
        form.add_error(None, str(refusal))
    else:
        messages.success(request, _("It is public now.") if listing is None else _("Others see it like this now."))
        return redirect("web:network_mine")
    return render(request, "guildmark/network_mine.html", _context(user, listing, form))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Ask once more, then leave."""
    user = signed_in(request)
    if request.method == "POST":
        services.take_out(user=user, actor=user)
        messages.success(request, _("You are out of the network. Nothing of your profile is left here."))
        return redirect("web:network_mine")
    listing = Listing.objects.filter(user=user).first()
    if listing is None:
        return redirect("web:network_mine")
    return render(request, "guildmark/network_leave.html", {"listing": listing})


@login_required
@require_POST
def report(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Report a message that was passed on."""
    if passing.report(holder=signed_in(request), message_id=message_id, now=clock.now()):
        messages.success(request, _("It is reported. Its sender cannot write to you again."))
    return redirect("web:network_mine")


def _context(user: User, listing: Listing | None, form: HolderForm | None = None) -> dict[str, object]:
    residence = profiles.residence(user)
    return {
        "listing": listing,
        "form": form,
        "received": passing.received(user, now=clock.now()),
        "days": passing.KEPT_FOR.days,
        "moved": listing is not None
        and bool(listing.country)
        and residence is not None
        and residence.country != listing.country,
    }
