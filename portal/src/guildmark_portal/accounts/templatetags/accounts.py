"""What the pages of sign-in and account need beyond Django's own tags."""

import json
from typing import Any, Final

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.utils.translation import gettext

from guildmark_portal.accounts import providers, recovery
from guildmark_portal.accounts.models import User

register = template.Library()

# Browsers say the names of those that they descend from too, so the youngest comes first.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_LONGEST: Final = 60


@register.filter
def as_json(value: Any) -> str:
    """A value as JSON, for an attribute that a script reads; the template escapes it."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def browser_name(user_agent: str) -> str:
    """A browser as people call it, such as `Firefox, Linux`; what it says of itself where neither part is known."""
    parts = [next((name for mark, name in table if mark in user_agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, parts)) or user_agent[:_LONGEST] or gettext("unknown")


@register.simple_tag(takes_context=True)
def other_providers(context: dict[str, Any]) -> list[providers.Door]:
    """The other organisations whose sign-in this portal takes, with the address to post to."""
    request: HttpRequest = context["request"]
    return providers.doors(request)


@register.simple_tag(takes_context=True)
def recovery_waits(context: dict[str, Any]) -> bool:
    """Whether somebody has asked to remove the second step of the person who reads the page."""
    user = context.get("user")
    return isinstance(user, User) and recovery.running(user) is not None
