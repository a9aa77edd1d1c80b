"""The language that somebody reads: chosen at the foot of any page, kept with the account, spoken by pages and letters.

A browser's choice (a cookie) comes first, then that of the account, then what the browser asks for.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import activate, get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from guildmark_portal.accounts.models import User


class LanguageOfTheAccount(MiddlewareMixin):
    """Speaks the language of a signed-in person where their browser chose none. Stands after Django's own choice."""

    def process_request(self, request: HttpRequest) -> None:
        """Activate it, if there is one."""
        if settings.LANGUAGE_COOKIE_NAME in request.COOKIES or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return
        if isinstance(request.user, User) and request.user.language:
            activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language


@require_POST
@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """Keep a language for this browser, and for whoever is signed in; back to the page that they read."""
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and chosen in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    return set_language(request)


@receiver(user_logged_in)
def learn(user: User, **_signal: Any) -> None:
    """Whoever signs in for the first time reads what they sign in with: letters that come later are written in it."""
    if not user.language:
        user.language = get_language() or settings.LANGUAGE_CODE
        user.save(update_fields=["language"])
