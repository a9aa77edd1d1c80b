"""Whom to write to, where no program is spoken of: what is said is always an address, never just "support"."""

from django.conf import settings


def address() -> str:
    """The portal's own support contact; where none is set, the page that says whom."""
    return settings.SUPPORT_CONTACT or f"{settings.PORTAL_URL}/contact/"
