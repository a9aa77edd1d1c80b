"""Who may sit an exam where: residents of embargoed places may not sit there (rule G5).

What counts is a place: where somebody resides, the address on their papers, and where they say that they sit. Nationality is
no argument of anything here, so it cannot play a part: a citizen of an embargoed place whose addresses lie outside, on the
registration and on the papers, may sit elsewhere. Papers without an address (a passport) need a proof of address beside them.

A connection that seems to come from an embargoed place is flagged for a person to look at, and never refused: networks and
their maps are often wrong.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Ground(str, Enum):
    """Which of a candidate's places speaks against sitting."""

    RESIDENCE = "residence"
    PAPERS = "papers"
    SITTING = "sitting"


@dataclass(frozen=True)
class Place:
    """A place as it was entered: `country` by its ISO 3166-1 alpha-2 code; `region` by its ISO 3166-2 code or in words."""

    country: str
    region: str = ""
    locality: str = ""


@dataclass(frozen=True)
class EmbargoedPlace:
    """One place of the list: whole `countries`, or a part of the countries `within` by its `regions` and `names`."""

    name: str
    countries: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        codes = (*self.countries, *self.within)
        if not codes or any(not re.fullmatch("[A-Z]{2}", code) for code in codes):
            raise ValueError(f"{self.name}: name countries by their codes of two letters, in `countries` or in `within`.")
        if bool(self.within) != bool(self.regions or self.names):
            raise ValueError(f"{self.name}: a part of a country needs `within`, and `regions` or `names`.")

    def holds(self, place: Place) -> bool:
        """Whether `place` lies in this one, as far as what was entered tells."""
        country = place.country.upper()
        if country in self.countries:
            return True
        if country not in self.within:
            return False
        code = place.region.strip().upper()
        if code in self.regions or f"{country}-{code}" in self.regions:
            return True
        entered = (_words(place.region), _words(place.locality))
        return any(f" {name} " in f" {words} " for name in map(_words, self.names) for words in entered)


Embargo = tuple[EmbargoedPlace, ...]
"""The whole list."""


@dataclass(frozen=True)
class Refusal:
    """Why somebody may not sit: the embargoed place, and by which of their places."""

    ground: Ground
    place: str


def refusals(
    embargo: Embargo, *, residence: Place | None = None, papers: Place | None = None, sitting: Place | None = None
) -> tuple[Refusal, ...]:
    """Every reason against sitting, from the places that are known so far; none means eligible as far as they go.

    `papers` is the address on the identity document, or on the proof of address beside it.
    """
    places = ((Ground.RESIDENCE, residence), (Ground.PAPERS, papers), (Ground.SITTING, sitting))
    return tuple(Refusal(ground, name) for ground, place in places if place is not None for name in _holding(embargo, place))


def needs_proof_of_address(*, papers: Place | None) -> bool:
    """Whether a proof of address is missing: the papers say nothing of where their bearer lives. Asked of everybody alike."""
    return papers is None


def flags(embargo: Embargo, *, country: str, region: str = "") -> tuple[str, ...]:
    """The embargoed places from which a connection seems to come, to be looked at by a person. It refuses nothing."""
    return tuple(_holding(embargo, Place(country=country, region=region)))


def asks_for_region(embargo: Embargo, *, country: str) -> bool:
    """Whether an address in `country` cannot be judged without its region."""
    return any(country.upper() in place.within for place in embargo)


def _holding(embargo: Embargo, place: Place) -> Iterator[str]:
    return (embargoed.name for embargoed in embargo if embargoed.holds(place))


def _words(text: str) -> str:
    """The words of `text` in lower case, without accents, with one space between them."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(re.findall(r"\w+", plain.casefold().replace("\u0131", "i")))
