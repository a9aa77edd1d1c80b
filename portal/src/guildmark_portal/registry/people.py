"""The holders who agreed to be found: their pages, those of the certificates that they show, and the lists of them all.

Holders are read some hundreds at a time. Their own pages take minutes where there are many; the lists are written after them,
in seconds, from rows that are read again: who left meanwhile is in no list, and their pages are removed again.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from django.db.models import Prefetch

from guildmark_portal.directory.models import ListedCertificate, Listing
from guildmark_portal.directory.queries import public, shown
from guildmark_portal.registry.certificates import Certificates
from guildmark_portal.registry.moment import Moment
from guildmark_portal.registry.pages import Site
from guildmark_portal.registry.profiles import Profiles
from guildmark_portal.web.network_card import card

AT_ONCE: Final = 400
"""Holders that are in memory at a time."""

Told = Callable[[int, int], None]
"""Is called with how many holders are done, and how many there are."""
_Written = tuple[datetime, tuple[str, ...]]


class People:
    """Writes the pages of holders, and knows which ones are there."""

    def __init__(self, site: Site, moment: Moment, profiles: Profiles, certificates: Certificates) -> None:
        self._site = site
        self._moment = moment
        self._profiles = profiles
        self._certificates = certificates
        self._written: dict[str, _Written] = {}

    def write_all(self, told: Told) -> None:
        """The pages of everybody who is listed."""
        order = in_order()
        for done, listing in enumerate(each(order, with_documents=True), 1):
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
                self._write(listing)  # of the few who changed meanwhile, each document is read by itself
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
        self._profiles.write(card(listing, today=self._moment.today))
        for one in shown(listing):
            self._certificates.write(one.certificate)
        self._written[listing.slug] = _state(listing)

    def _remove(self, folders: set[str]) -> None:
        for folder in folders:
            for place in self._site.everywhere(folder):
                if place.exists():
                    shutil.rmtree(place)


def in_order() -> list[int]:
    """The keys of everybody who is listed, the newest certificate first."""
    return list(public().order_by("-newest_on", "-id").values_list("pk", flat=True))


def each(keys: list[int], *, with_documents: bool = False) -> Iterator[Listing]:
    """The holders with these keys in their order, with what they show; those who left meanwhile are left out.

    With documents, what pages and files of their certificates are made of is read too; exams once for all of them.
    """
    certificates = ListedCertificate.objects.all()
    if with_documents:
        certificates = certificates.select_related("certificate").prefetch_related(
            "certificate__events", "certificate__attempt__exam_version"
        )
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        found = {
            listing.pk: listing
            for listing in public().filter(pk__in=some).prefetch_related(Prefetch("certificates", certificates))
        }
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
