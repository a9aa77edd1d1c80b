"""What the frame of every page says: who runs the portal, and what waits for whoever reads it."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from guildmark_portal import datadir
from guildmark_portal.accounts import contact
from guildmark_portal.accounts.roles import Role, holds
from guildmark_portal.exams import support
from guildmark_portal.identity.backlog import checks_waiting

register = template.Library()


@register.simple_tag
def organisation() -> str:
    """The organisation that runs the portal; empty until it was named."""
    named = str(settings.ORGANISATION)
    return "" if named == datadir.Config.organisation else named


@register.simple_tag
def portal_url() -> str:
    """Where candidates reach the portal, without a slash at its end."""
    return str(settings.PORTAL_URL)


@register.simple_tag(takes_context=True)
def papers_to_review(context: dict[str, Any]) -> int | None:
    """How many papers wait for a reviewer; None for everybody else, of whom nothing is asked."""
    return checks_waiting() if holds(context.get("user"), Role.REVIEWER) else None


@register.simple_tag
def support_contact() -> str:
    """Whom to write to, for a letter: the address itself where one is named."""
    return support.contact() or contact.address()


@register.simple_tag
def portal_contact() -> SafeString:
    """As `support_link`, without asking the database: for the page that says that something broke."""
    address = contact.address()
    return format_html('<a href="{}{}">{}</a>', "" if "://" in address else "mailto:", address, address)


@register.simple_tag
def support_link() -> SafeString:
    """Whom to write to, for a page: a link to the address, else to the page that says whom."""
    address = support.contact()
    if not address:
        return format_html('<a href="{}">{}</a>', reverse("web:contact"), gettext("the exam's support contact"))
    return format_html('<a href="{}{}">{}</a>', "" if address.startswith("https://") else "mailto:", address, address)
