"""Finding certificates by what a person knows of one: its number, a name of its holder in any form, or an address.

Every word that was typed must stand in something that is known of the holder: the name on the certificate, that of the account,
legal names past and present in their own script and in Latin letters, the address of the account or of the purchase.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from guildmark_portal.credentials.identifiers import in_text, normalised
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.profiles.models import LegalName

PAGE: Final = 25
SHORTEST: Final = 3
SHORTEST_ELSEWHERE: Final = 2
"""Letters that must be typed, so that nobody lists everybody; beyond ASCII two are a whole name."""
LONGEST: Final = 254
_MOST_WORDS: Final = 8
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]+")
_BETWEEN_WORDS: Final = re.compile(r"[\s(),;]+")


@dataclass(frozen=True)
class Page:
    """Some of the certificates that were found, the newest first, with holder, program and events at hand."""

    certificates: tuple[Certificate, ...]
    number: int
    pages: int
    found: int


def certificates(sought: str, *, page: int = 1) -> Page:
    """Those that `sought` means; a page that there is not is the last one. Too short or too long a text finds nothing."""
    fitting = _fitting(sought)
    found = fitting.count()
    pages = max(1, -(-found // PAGE))
    number = min(max(page, 1), pages)
    rows = fitting.select_related("attempt__user", "attempt__program").prefetch_related("events")
    return Page(tuple(rows.order_by("-issued_at", "-pk")[(number - 1) * PAGE : number * PAGE]), number, pages, found)


def _fitting(sought: str) -> "QuerySet[Certificate]":
    typed = unicodedata.normalize("NFC", _CONTROLS.sub(" ", sought).strip())
    identifier = normalised(in_text(typed))
    by_number = Certificate.objects.filter(identifier=identifier or "")
    if identifier is not None and by_number.exists():
        return by_number
    words = [word for word in _BETWEEN_WORDS.split(typed) if _is_long_enough(word)][:_MOST_WORDS]
    if not words or len(typed) > LONGEST:
        return Certificate.objects.none()
    fitting = Certificate.objects.all()
    for word in words:
        fitting = fitting.filter(_stands_in(word))
    return fitting


def _is_long_enough(word: str) -> bool:
    return len(word) >= (SHORTEST if word.isascii() else SHORTEST_ELSEWHERE)


def _stands_in(word: str) -> Q:
    """Whether a word stands in a name of the holder, or begins an address: every address has `com` or `org` in it somewhere."""
    stated = LegalName.objects.filter(_contains("name", word) | _contains("latin_name", word))
    known = Q(attempt__user__in=stated.values("user"))
    for column in ("holder", "attempt__user__name"):
        known |= _contains(column, word)
    for column in ("attempt__user__email", "attempt__entitlement__email"):
        known |= Q(**{f"{column}__istartswith": word})
    return known


def _contains(column: str, word: str) -> Q:
    """In either case: SQLite by itself knows small and capital letters of ASCII alone."""
    found = Q()
    for written in dict.fromkeys((word, word.lower(), word.upper(), word.title())):
        found |= Q(**{f"{column}__icontains": written})
    return found
