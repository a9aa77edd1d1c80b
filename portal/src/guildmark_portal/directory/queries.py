"""Named reads of the network. What is not in `public` is not there, for anybody.

A search reads the numbers of those who fit, as far as `MOST`, and then `PAGE` holders: who finds more than that has to ask more
closely, and nobody copies the network by turning pages.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from guildmark_portal.directory.models import ListedCertificate, Listing, SearchKey
from guildmark_portal.directory.names import prefixes

PAGE: Final = 24
"""Holders on a page."""
MOST: Final = 42 * PAGE
"""Holders that one search shows at most."""
_NEWEST_FIRST: Final = ("-newest_on", "-id")
_AFTER_EVERY_KEY: Final = b"\xff"
"""No UTF-8 has this byte."""


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """What somebody looks for; what is empty does not matter.

    `name` are words of a name or a headline, or their beginnings; `program`, `country` and `skill` are slug, code and id.
    """

    name: str = ""
    program: str = ""
    country: str = ""
    skill: str = ""
    includes_expired: bool = False


@dataclass(frozen=True)
class Page:
    """Some of those who were found, the newest certificate first. `found` is counted up to `MOST`; `has_more` beyond it."""

    listings: tuple[Listing, ...]
    number: int
    pages: int
    found: int
    has_more: bool


def public() -> "QuerySet[Listing]":
    """Everybody who is listed, and has a certificate that counts."""
    return Listing.objects.filter(newest_on__isnull=False)


def listing_at(slug: str) -> Listing | None:
    """The public listing at this address."""
    return public().filter(slug=slug.lower()).first()


def shown(listing: Listing) -> list[ListedCertificate]:
    """The certificates that it shows and that count, the newest first; read from a prefetch where there is one."""
    return [certificate for certificate in listing.certificates.all() if certificate.counts]


def search(criteria: Criteria, *, today: date, page: int = 1) -> Page:
    """A page of those who fit; a page that there is not is the last one."""
    fitting = list(_fitting(criteria, today=today).order_by(*_NEWEST_FIRST).values_list("pk", flat=True)[: MOST + 1])
    found = min(len(fitting), MOST)
    pages = max(1, -(-found // PAGE))
    number = min(max(page, 1), pages)
    on_page = fitting[(number - 1) * PAGE : number * PAGE]
    # Asked again who is public: somebody may have left since.
    rows = public().filter(pk__in=on_page).order_by(*_NEWEST_FIRST).prefetch_related("certificates") if on_page else ()
    return Page(tuple(rows), number, pages, found, len(fitting) > MOST)


def counts_by_country(*, today: date) -> dict[str, int]:
    """Holders with a valid certificate, by the code of the country that they show; "" for those who show none."""
    counted = Listing.objects.filter(valid_until__gte=today).order_by().values("country").annotate(holders=Count("*"))
    return dict(counted.values_list("country", "holders"))


def _fitting(criteria: Criteria, *, today: date) -> "QuerySet[Listing]":
    fitting = public() if criteria.includes_expired else Listing.objects.filter(valid_until__gte=today)
    if criteria.country:
        fitting = fitting.filter(country=criteria.country)
    if criteria.program or criteria.skill:
        fitting = fitting.filter(Exists(_certificates(criteria, today=today)))
    words = prefixes(criteria.name)
    if criteria.name.strip() and not words:
        return fitting.none()
    for prefix in words:
        keys = SearchKey.objects.filter(key__gte=prefix, key__lt=prefix + _AFTER_EVERY_KEY)
        fitting = fitting.filter(pk__in=keys.values("listing"))
    return fitting


def _certificates(criteria: Criteria, *, today: date) -> "QuerySet[ListedCertificate]":
    fits = Q(listing=OuterRef("pk"), counts=True)
    if not criteria.includes_expired:
        fits &= Q(expires_on__gte=today)
    if criteria.program:
        fits &= Q(program=criteria.program)
    if criteria.skill:
        fits &= Q(skills__contains=f" {criteria.skill} ")
    return ListedCertificate.objects.filter(fits)
