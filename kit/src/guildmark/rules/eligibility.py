"""Who may sit an exam where: residents of embargoed places may not sit there (rule G5).

What counts is a place: where somebody resides, the address on their papers, and where they say that they sit. Nationality is
no argument of anything here, so it cannot play a part: a citizen of an embargoed place whose addresses lie outside, on the
registration and on the papers, may sit elsewhere. Papers without an address (a passport) need a proof of address beside them.

A connection that seems to come from an embargoed place is flagged for a person to look at, and never refused: networks and
their maps are often wrong.
"""

import fnmatch
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

_UNSPACED: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\u0e00-\u0e7f]")
"""Letters of Japanese, Chinese, Korean and Thai: what is written in them has no spaces, or has them anywhere."""
_UNSEEN: Final = frozenset({"Mn", "Me", "Cf", "Cc"})


class OnPapers(str, Enum):
    """What an address on papers says: nothing, too little to judge it by, or where it lies."""

    NONE = "none"
    UNCLEAR = "unclear"
    EMBARGOED = "embargoed"
    OUTSIDE = "outside"


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
    postal_code: str = ""


@dataclass(frozen=True)
class EmbargoedPlace:
    """One place of the list: whole `countries`, or a part of those `within` by its `regions`, `postcodes` and `names`."""

    name: str
    countries: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        codes = (*self.countries, *self.within)
        if not codes or any(not re.fullmatch("[A-Z]{2}", code) for code in codes):
            raise ValueError(f"{self.name}: name countries by their codes of two letters, in `countries` or in `within`.")
        if bool(self.within) != bool(self.regions or self.names or self.postcodes):
            raise ValueError(f"{self.name}: a part of a country needs `within`, and `regions`, `postcodes` or `names`.")

    def holds(self, place: Place) -> bool:
        """Whether `place` lies in this one, as far as what was entered tells."""
        country = place.country.strip().upper()
        if country in self.countries:
            return True
        if country not in self.within:
            return False
        code, postcode = _seen(place.region).strip().upper(), "".join(_seen(place.postal_code).split())
        if any(fnmatch.fnmatchcase(postcode, pattern) for pattern in self.postcodes):
            return True
        if code in self.regions or f"{country}-{code}" in self.regions:
            return True
        entered = (_words(place.region), _words(place.locality))
        return any(_stands_in(name, words) for name in self.names for words in entered)


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


def address_on_papers(embargo: Embargo, *, papers: Place | None) -> OnPapers:
    """What the address on somebody's papers says. One that is unclear lies where it depends on a region that is not given."""
    if papers is None:
        return OnPapers.NONE
    if refusals(embargo, papers=papers):
        return OnPapers.EMBARGOED
    is_unclear = asks_for_region(embargo, country=papers.country) and not papers.region.strip()
    return OnPapers.UNCLEAR if is_unclear else OnPapers.OUTSIDE


def needs_proof_of_address(found: OnPapers) -> bool:
    """Whether a proof of address is missing: the papers do not tell where their bearer lives. Asked of everybody alike."""
    return found in {OnPapers.NONE, OnPapers.UNCLEAR}


def flags(embargo: Embargo, *, country: str, region: str = "") -> tuple[str, ...]:
    """The embargoed places from which a connection seems to come, to be looked at by a person. It refuses nothing."""
    return tuple(_holding(embargo, Place(country=country, region=region)))


def asks_for_region(embargo: Embargo, *, country: str) -> bool:
    """Whether an address in `country` cannot be judged without its region."""
    return any(country.upper() in place.within for place in embargo)


def _holding(embargo: Embargo, place: Place) -> Iterator[str]:
    return (embargoed.name for embargoed in embargo if embargoed.holds(place))


def _stands_in(name: str, words: str) -> bool:
    """Whether a name of the list stands in what was entered; `words` are as `_words` makes them."""
    wanted = _words(name)
    if _UNSPACED.search(name):
        return wanted.replace(" ", "") in words.replace(" ", "")
    return f" {wanted} " in f" {words} "


def _words(text: str) -> str:
    """The words of `text` in lower case, without accents, with one space between them."""
    plain = _seen(text)
    return " ".join(re.findall(r"\w+", plain.casefold().replace("\u0131", "i")))


def _seen(text: str) -> str:
    """`text` without accents, and without what joins or formats letters and is not seen itself."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if unicodedata.category(sign) not in _UNSEEN)
