"""The page that lets a terminal in."""

from allauth.idp.oidc.views import device_authorization
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt  # as allauth's page, which has no place for a token; what follows takes its part
def confirm_device(request: HttpRequest) -> HttpResponse:
    """Allauth's page, which by itself would take a confirmation that another site has sent in the visitor's name.

    Browsers say where a request comes from (`Sec-Fetch-Site`, or `Origin` in older ones); a program says neither and has no
    visitor's cookies to abuse.
    """
    if request.method == "POST" and not _comes_from_here(request):
        raise PermissionDenied(
            _("Another site sent this confirmation. Open the address that your terminal shows, and confirm there.")
        )
    response: HttpResponse = device_authorization(request)
    return response


def _comes_from_here(request: HttpRequest) -> bool:
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"
