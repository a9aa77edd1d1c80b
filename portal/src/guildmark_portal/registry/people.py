"""The holders who agreed to be found: their pages, those of the certificates that they show, and the lists of them all.

Holders are read some hundreds at a time. Their own pages take minutes where there are many; the lists are written after them,
in seconds, from rows that are read again: who left meanwhile is in no list, and their pages are removed again.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Prefetch

from guildmark import protocol
from guildmark_portal.credentials import badge
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.directory.models import ListedCertificate, Listing
from guildmark_portal.directory.queries import public, shown
from guildmark_portal.registry.pages import Site
from guildmark_portal.web import certificate_standing
from guildmark_portal.web.network_card import card

AT_ONCE: Final = 400
"""Holders that are in memory at a time."""

Told = Callable[[int, int], None]
"""Is called with how many holders are done, and how many there are."""
_Written = tuple[datetime, tuple[str, ...]]


@dataclass(frozen=True)
class Moment:
    """When an export is made; `today` is the day on which certificates are looked at."""

    now: datetime

    @property
    def today(self) -> date:
        """The day."""
        return self.now.date()


class People:
    """Writes the pages of holders, and knows which ones are there."""

    def __init__(self, site: Site, moment: Moment) -> None:
        self._site = site
        self._moment = moment
        self._written: dict[str, _Written] = {}

    def write_all(self, told: Told) -> None:
        """The pages of everybody who is listed."""
        order = in_order()
        for done, listing in enumerate(each(order), 1):
            self._write(listing)
            told(done, len(order))

    def listed(self) -> Iterator[Listing]:
        """Everybody who is still listed, the newest certificate first, with pages as they are now.

        When all of them were taken, the pages of those who left meanwhile are gone.
        """
        left = set(self._written)
        certificates = {identifier for _changed, identifiers in self._written.values() for identifier in identifiers}
        for listing in each(in_order()):
            if self._written.get(listing.slug) != _state(listing):
                self._write(listing)
            left.discard(listing.slug)
            certificates.difference_update(self._written[listing.slug][1])
            yield listing
        self._remove({f"network/{slug}" for slug in left} | {f"certificates/{identifier}" for identifier in certificates})
        for slug in left:
            del self._written[slug]

    @property
    def holders(self) -> int:
        """Those who have pages."""
        return len(self._written)

    @property
    def certificates(self) -> int:
        """The certificates that have pages."""
        return sum(len(identifiers) for _changed, identifiers in self._written.values())

    def _write(self, listing: Listing) -> None:
        said = card(listing, today=self._moment.today)
        self._site.page(f"network/{listing.slug}/", "registry/profile.html", lambda: {"card": said, "skills": said.skills})
        for one in shown(listing):
            self._write_certificate(one.certificate)
        self._written[listing.slug] = _state(listing)

    def _write_certificate(self, certificate: Certificate) -> None:
        folder = f"certificates/{certificate.identifier}/"
        document = protocol.Certificate.model_validate(certificate.document)
        looked = certificate_standing.of(certificate, today=self._moment.today)
        self._site.page(folder, "registry/certificate.html", lambda: {"certificate": document, "looked": looked})
        self._site.file(f"{folder}credential.json", badge.document_of(certificate, now=self._moment.now))

    def _remove(self, folders: set[str]) -> None:
        for folder in folders:
            for place in self._site.everywhere(folder):
                if place.exists():
                    shutil.rmtree(place)


def in_order() -> list[int]:
    """The keys of everybody who is listed, the newest certificate first."""
    return list(public().order_by("-newest_on", "-id").values_list("pk", flat=True))


def each(keys: list[int]) -> Iterator[Listing]:
    """The holders with these keys in their order, with their certificates; those who left meanwhile are left out."""
    certificates = Prefetch(
        "certificates", ListedCertificate.objects.select_related("certificate").prefetch_related("certificate__events")
    )
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        found = {listing.pk: listing for listing in public().filter(pk__in=some).prefetch_related(certificates)}
        yield from (found[key] for key in some if key in found)


def row(listing: Listing) -> dict[str, Any]:
    """A holder in the index of the search: what a card shows, and what can be looked for."""
    return {
        "slug": listing.slug,
        "name": listing.name,
        "headline": listing.headline,
        "town": listing.town,
        "country": listing.country,
        "held": [
            {"program": one.program, "title": one.title, "until": one.expires_on.isoformat(), "skills": list(one.skill_ids)}
            for one in shown(listing)
        ],
    }


def as_json(document: object) -> str:
    """The document without spaces: it is for programs."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _state(listing: Listing) -> _Written:
    return listing.changed_at, tuple(sorted(one.identifier for one in shown(listing)))
