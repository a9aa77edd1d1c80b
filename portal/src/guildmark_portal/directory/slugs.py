"""Names in addresses of profiles: drawn at random, or chosen; and nobody ever gets one that was another person's."""

import hashlib
import hmac
import re
import secrets
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction

from guildmark_portal.accounts.models import User
from guildmark_portal.directory.models import LONGEST, UsedSlug
from guildmark_portal.directory.refusals import SlugTaken

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_GROUPS: Final = 3
_GROUP: Final = 4
_SHORTEST: Final = 5
_FORM: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RESERVED: Final = frozenset({"countries", "numbers", "search", "export", "message", "messages", "report", "reports"})
_PURPOSE: Final = b"guildmark network addresses 1"


def drawn_slug() -> str:
    """A fresh one: sixty bits that say nothing of anybody."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _place in range(_GROUP)) for _group in range(_GROUPS))


def is_well_formed(slug: str) -> bool:
    """Small letters, digits, and single hyphens between them; long enough, and none that pages of ours have."""
    return _SHORTEST <= len(slug) <= LONGEST["slug"] and bool(_FORM.fullmatch(slug)) and slug not in _RESERVED


def repeats_address(slug: str, email: str) -> bool:
    """Whether `slug` would tell what stands before the @ of somebody's address."""
    local = re.sub("[^a-z0-9]", "", email.partition("@")[0].lower())
    return slug.replace("-", "") == local


def claim(slug: str, *, user: User) -> None:
    """Make it this person's for good; in the caller's transaction. Raises `SlugTaken` if it is, or was, somebody else's."""
    try:
        with transaction.atomic():
            used, _is_new = UsedSlug.objects.get_or_create(digest=_digest(slug), defaults={"user": user})
    except IntegrityError as race:
        raise SlugTaken from race
    if used.user_id != user.pk:
        raise SlugTaken


def _digest(slug: str) -> str:
    key = hmac.digest(settings.MASTER_SECRET, _PURPOSE, hashlib.sha256)
    return hmac.digest(key, slug.encode(), hashlib.sha256).hex()
