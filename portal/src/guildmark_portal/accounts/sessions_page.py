"""`/account/sessions/`: where the person is signed in, and ending it there."""

from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark_portal.accounts import sessions
from guildmark_portal.accounts.people import signed_in

_LONGEST_KEY: Final = 18


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The list; a POST ends a `browser`, a `terminal`, or with `all` everything but this very session."""
    user = signed_in(request)
    if request.method == "POST":
        return _end(request)
    return render(
        request,
        "accounts_page/sessions.html",
        {
            "browsers": sessions.browsers(user),
            "terminals": sessions.terminals(user),
            "current": request.session.session_key,
        },
    )


def _end(request: HttpRequest) -> HttpResponse:
    user, browser, terminal = signed_in(request), request.POST.get("browser", ""), request.POST.get("terminal", "")
    if "all" in request.POST:
        sessions.end_all(user=user, but=request.session.session_key)
        messages.success(request, _("You are signed out everywhere but here."))
    elif _is_key(browser) and sessions.end_browser(user=user, key=int(browser)):
        messages.success(request, _("The session is ended."))
    elif _is_key(terminal) and sessions.end_terminal(user=user, key=int(terminal)):
        messages.success(request, _("The terminal is signed out. An exam that runs goes on; it can be signed in again."))
    else:
        messages.info(request, _("It had ended already."))
    return redirect("account_sessions")


def _is_key(text: str) -> bool:
    """Whether it can be the key of a row: digits, and not thousands of them."""
    return text.isascii() and text.isdecimal() and len(text) <= _LONGEST_KEY
