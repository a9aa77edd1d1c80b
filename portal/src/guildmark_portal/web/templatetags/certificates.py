"""The holder's certificates, wherever a page of theirs lists them."""

from typing import Any

from django import template

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.credentials.queries import held_by
from guildmark_portal.web.certificate_standing import in_words

register = template.Library()


@register.inclusion_tag("guildmark/certificates_held.html", takes_context=True)
def certificates_held(context: dict[str, Any]) -> dict[str, Any]:
    """Those of whoever reads the page, the newest first, each with its standing; nothing where there are none."""
    user, today = context.get("user"), clock.now().date()
    rows = held_by(user) if isinstance(user, User) else ()
    return {"held": [(row, in_words(row, today=today)) for row in rows]}
