"""What somebody reads while signed in stays out of caches: the browser's too, through which the next person goes back."""

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers
from django.utils.deprecation import MiddlewareMixin


class NotStored(MiddlewareMixin):
    """Marks every answer to a signed-in browser that says nothing of caches itself. Static files are answered before."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Mark it."""
        if not response.has_header("Cache-Control") and _is_signed_in(request):
            add_never_cache_headers(response)
        return response


def _is_signed_in(request: HttpRequest) -> bool:
    """Whether a session with an account came with the request, or began with it."""
    session = getattr(request, "session", None)
    if session is None or (settings.SESSION_COOKIE_NAME not in request.COOKIES and not session.modified):
        return False
    return SESSION_KEY in session
