"""The lists of holders: pages to turn, the index that a script searches, the choices of the search, and the map."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from guildmark import i18n
from guildmark.packs.skills import AREAS, TITLES, in_area
from guildmark_portal.directory.models import ListedCertificate, Listing
from guildmark_portal.directory.queries import counts_by_country, public
from guildmark_portal.profiles import countries
from guildmark_portal.registry.moment import Moment
from guildmark_portal.registry.pages import PAGE, Site
from guildmark_portal.registry.people import People, as_json, row
from guildmark_portal.registry.profiles import Profiles
from guildmark_portal.web.network_card import card
from guildmark_portal.web.network_map import world_map

PARTS: Final = "network/search/parts/"
_A_PART: Final = 1_920
"""Holders in one part of the index: some hundreds of kilobytes."""
_A_PAGE: Final = 96


def write(site: Site, people: People, profiles: Profiles, moment: Moment) -> None:
    """Everything that lists holders; the pages of those who left meanwhile are removed."""
    listed = people.listed()
    parts, number = 0, 1
    expected = max(1, -(-public().count() // _A_PAGE))
    pages = _Pages(site, profiles, moment, expected)
    while part := list(islice(listed, _A_PART)):
        site.file(f"{PARTS}{parts}.json", as_json([row(listing) for listing in part]))
        parts += 1
        for some in _by(_A_PAGE, part):
            pages.write(some, number)
            number += 1
    if number == 1:
        pages.write([], 1)
    site.file(f"{PARTS}all.json", as_json({"parts": parts, "holders": people.holders}))
    site.page("network/map/", "registry/map.html", lambda: {"map": world_map(search=_search)})


def _by(size: int, listings: Iterable[Listing]) -> Iterator[list[Listing]]:
    remaining = iter(listings)
    while some := list(islice(remaining, size)):
        yield some


@dataclass(frozen=True)
class _Pages:
    """The pages to turn, as many as there were holders for when the first was written."""

    site: Site
    profiles: Profiles
    moment: Moment
    expected: int

    def write(self, listings: list[Listing], number: int) -> None:
        """The page with this number, from 1."""
        cards, folder, holders = (
            [card(listing, today=self.moment.today) for listing in listings],
            folder_of(number),
            public().count(),
        )

        def context() -> dict[str, Any]:
            home = self.site.home_of(folder)
            return {
                "cards": [self.profiles.card(one, home=home) for one in cards],
                "number": number,
                "pages": max(self.expected, number),
                "newer": f"{folder_of(number - 1)}{PAGE}" if number > 1 else "",
                "older": f"{folder_of(number + 1)}{PAGE}" if number < self.expected else "",
                "holders": holders,
                "choices": _choices(self.moment) if number == 1 else None,
            }

        self.site.page(folder, "registry/network.html", context)


def folder_of(number: int) -> str:
    """Where a page of the list stands. No holder has the address `search`."""
    return "network/" if number == 1 else f"network/search/{number}/"


def _choices(moment: Moment) -> dict[str, Any]:
    """What can be looked for, in the active language."""
    shown = ListedCertificate.objects.filter(counts=True, listing__newest_on__isnull=False).order_by("title", "program")
    named = counts_by_country(today=moment.today).keys() | set(public().order_by().values_list("country", flat=True).distinct())
    return {
        "programs": dict(shown.values_list("program", "title").distinct()).items(),
        "countries": [(code, name) for code, name in countries.choices() if code in named],
        "skills": [
            (i18n._(title), [(skill, f"{skill} {i18n._(TITLES[skill])}") for skill in in_area(area)])
            for area, title in AREAS.items()
        ],
    }


def _search(country: str) -> str:
    """From the map to the holders of a country; both are in the same language."""
    return f"../{PAGE}?country={country}"
