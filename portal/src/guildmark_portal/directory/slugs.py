"""Names in addresses of profiles: drawn at random, or chosen; and nobody ever gets one that was another person's.

Because an address stays its first owner's for good, a person chooses only so many new ones in a year.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction

from guildmark_portal.accounts.models import User
from guildmark_portal.directory.models import LONGEST, UsedSlug
from guildmark_portal.directory.refusals import SlugReserved, SlugTaken, TooManySlugs
from guildmark_portal.directory.reserved import is_reserved

MOST_CHOSEN: Final = 3
CHOSEN_WITHIN: Final = timedelta(days=365)
"""So many new addresses somebody chooses in that time. One at random costs nobody anything, nor does a former one of theirs."""
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


def draw(*, user: User) -> str:
    """One at random, this person's for good; in the caller's transaction."""
    slug = drawn_slug()
    _claim(slug, user=user)
    return slug


def choose(slug: str, *, user: User, now: datetime) -> None:
    """Make it this person's for good; in the caller's transaction, which writes one at a time for each person.

    Raises `SlugReserved`, `SlugTaken` if it is, or was, somebody else's or repeats an address of theirs, and `TooManySlugs`.
    """
    if is_reserved(slug):
        raise SlugReserved
    if repeats_address(slug, user.email):
        raise SlugTaken
    if not UsedSlug.objects.filter(digest=_digest(slug)).exists():
        _require_leave(user, now=now)
    _claim(slug, user=user, chosen_at=now)


def _require_leave(user: User, *, now: datetime) -> None:
    chosen = UsedSlug.objects.filter(user=user, chosen_at__gt=now - CHOSEN_WITHIN).order_by("-chosen_at")
    times = list(chosen.values_list("chosen_at", flat=True)[:MOST_CHOSEN])
    if len(times) == MOST_CHOSEN and times[-1] is not None:
        raise TooManySlugs.until(times[-1] + CHOSEN_WITHIN, most=MOST_CHOSEN)


def _claim(slug: str, *, user: User, chosen_at: datetime | None = None) -> None:
    defaults = {"user": user, "chosen_at": chosen_at}
    try:
        with transaction.atomic():
            used, _is_new = UsedSlug.objects.get_or_create(digest=_digest(slug), defaults=defaults)
    except IntegrityError as race:
        raise SlugTaken from race
    if used.user_id != user.pk:
        raise SlugTaken


def _digest(slug: str) -> str:
    key = hmac.digest(settings.MASTER_SECRET, _PURPOSE, hashlib.sha256)
    return hmac.digest(key, slug.encode(), hashlib.sha256).hex()
