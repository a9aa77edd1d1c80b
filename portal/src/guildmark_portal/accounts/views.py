"""The page that lets a terminal in, and the address where the terminal asks for its code."""

from http import HTTPStatus

from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal import ratelimit
from allauth.idp.oidc.forms import ConfirmCodeForm
from allauth.idp.oidc.views import device_authorization, device_code
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from guildmark_portal.accounts import fresh, sessions
from guildmark_portal.accounts.models import User

# allauth names the field once, when it is loaded, whatever language a reader has.
ConfirmCodeForm.base_fields["code"].label = gettext_lazy("Code")
ConfirmCodeForm.base_fields["code"].widget.attrs.pop("placeholder", None)


@csrf_exempt  # as allauth's page, which has no place for a token; what follows takes its part
def confirm_device(request: HttpRequest) -> HttpResponse:
    """Allauth's page, which by itself would take a confirmation that another site has sent in the visitor's name.

    Browsers say where a request comes from (`Sec-Fetch-Site`, or `Origin` in older ones); a program says neither and has no
    visitor's cookies to abuse. Whoever lets a terminal in has signed in freshly: it stays signed in for a month. The code that
    was typed stands in the address, to which the fresh sign-in leads back; to refuse needs none.
    """
    if request.method == "POST" and not _comes_from_here(request):
        raise PermissionDenied(
            _("Another site sent this confirmation. Open the address that your terminal shows, and confirm there.")
        )
    is_refused = request.method == "POST" and request.POST.get("action") == "deny"
    if "code" in request.GET and not is_refused and request.user.is_authenticated and not fresh.is_fresh(request):
        raise ReauthenticationRequired
    if request.method == "POST" and not is_refused and isinstance(request.user, User):
        sessions.note_allowed(user=request.user, code=request.GET.get("code", ""))
    response: HttpResponse = device_authorization(request)
    return response


@csrf_exempt  # a terminal has neither cookies nor a page
def ask_for_device_code(request: HttpRequest) -> HttpResponse:
    """Allauth's address, which by itself would hand out as many codes as are asked for, and so fill the cache.

    A code is held for minutes; a classroom behind one address asks for one a person.
    """
    too_many: HttpResponse | None = ratelimit.consume_or_429(request, app="allauth.idp.oidc", action="device_code")
    if too_many:
        return JsonResponse({"error": "slow_down"}, status=HTTPStatus.TOO_MANY_REQUESTS)
    if request.method == "POST" and request.content_type != "application/x-www-form-urlencoded":
        return JsonResponse({"error": "invalid_request"}, status=HTTPStatus.BAD_REQUEST)
    response: HttpResponse = device_code(request)
    return response


def _comes_from_here(request: HttpRequest) -> bool:
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"
