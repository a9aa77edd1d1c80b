"""`/network/SLUG/`: one holder, with what they chose; and the page that passes a message on to them.

Who is not listed, was, or never will be has the same answer: there is no such page.
"""

from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.errors import Refused
from guildmark_portal import clock
from guildmark_portal.directory import messages as passing
from guildmark_portal.directory.models import Listing
from guildmark_portal.directory.queries import listing_at
from guildmark_portal.web.network import UNKEPT
from guildmark_portal.web.network_card import card
from guildmark_portal.web.network_forms import MessageForm
from guildmark_portal.web.ownership import signed_in

_FOUND_BUT_NOT_COPIED: Final = "noarchive"


@require_safe
@never_cache
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """The profile; its holder may let search engines find it, never keep a copy."""
    listing = _listing(slug)
    shown = card(listing, today=clock.now().date())
    context = {"card": shown, "listing": listing, "is_own": listing.user_id == request.user.pk}
    response = render(request, "guildmark/network_profile.html", context)
    response["X-Robots-Tag"] = _FOUND_BUT_NOT_COPIED if listing.is_indexed else UNKEPT
    return response


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of a message, and passing it on."""
    user, listing = signed_in(request), _listing(slug)
    if request.method != "POST":
        return _form(request, listing, MessageForm(initial={"name": user.name}))
    form = MessageForm(request.POST)
    if form.is_valid():
        try:
            passing.send(sender=user, slug=listing.slug, letter=form.letter, now=clock.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your message is on its way. If they answer, the answer comes to you by e-mail."))
            return redirect("web:network_profile", listing.slug)
    return _form(request, listing, form)


def _form(request: HttpRequest, listing: Listing, form: MessageForm) -> HttpResponse:
    context = {
        "listing": listing,
        "form": form,
        "is_own": listing.user_id == request.user.pk,
        "days": passing.KEPT_FOR.days,
        "remembered": passing.REMEMBERED_FOR.days,
    }
    response = render(request, "guildmark/network_message.html", context)
    response["X-Robots-Tag"] = UNKEPT
    return response


def _listing(slug: str) -> Listing:
    listing = listing_at(slug)
    if listing is None:
        raise Http404(_("Nobody in the network has this address."))
    return listing
