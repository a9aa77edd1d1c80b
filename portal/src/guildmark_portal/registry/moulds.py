"""Pages that are alike but for a few words: rendered once for each sort of them, with gaps that are filled for every holder.

Django takes more than a millisecond for a page, and an export has half a dozen of them a holder. So a page of each sort is
rendered with marks in the place of what differs, cut at the marks, and put together with everybody's own words in a hundredth
of the time. A gap may stand where a template writes a text as it is, and nowhere else: what it asks about, counts, or sends
through a filter makes another sort. Of filters only `date` is known, as `DATE_FORMAT` and as `Y-m-d`.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from datetime import date
from functools import lru_cache
from html import escape
from typing import Final

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language

_BEGIN: Final = "\ue000"
_END: Final = "\ue001"
"""For private use: no template and no catalogue has them."""
_GAP: Final = re.compile(f"{_BEGIN}([a-z0-9_]+){_END}")
_YEAR: Final = 9000
"""Of the days that stand in for others; no certificate is valid for so long."""
_MOST: Final = 3_000
"""Moulds that are kept at a time, of some ten kilobytes each."""
_ISO: Final = "_iso"


def gap(name: str) -> str:
    """A text in whose place another will stand."""
    return f"{_BEGIN}{name}{_END}"


def day_gap(number: int) -> date:
    """A day in whose place the one with this number will stand."""
    return date(_YEAR + number, 1, 1)


def days(*given: date) -> dict[str, str]:
    """What stands in the gaps of days, in their order, in the active language."""
    filled = {}
    for number, day in enumerate(given):
        filled[f"day{number}"] = _in_words(day, get_language())
        filled[f"day{number}{_ISO}"] = day.isoformat()
    return filled


class Moulds:
    """Texts with gaps, each made at first need, in every language for itself."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Mould] = {}

    def filled(self, sort: Hashable, render: Callable[[], str], said: Mapping[str, str]) -> str:
        """The text of this sort in the active language, with `said` in its gaps; `render` makes it, with gaps, where it is new.

        What fills a gap is escaped unless it is marked as safe. Raises `KeyError` for a gap that nothing fills.
        """
        key = (sort, get_language())
        mould = self._kept.get(key)
        if mould is None:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            mould = self._kept[key] = Mould(render(), days=sum(name.endswith(_ISO) for name in said))
        return mould.filled(said)


class Mould:
    """A text that was cut at its gaps; so many days stand in for others in it."""

    def __init__(self, text: str, *, days: int) -> None:
        for number in range(days):
            stand_in = day_gap(number)
            text = text.replace(stand_in.isoformat(), gap(f"day{number}{_ISO}"))
            text = text.replace(_in_words(stand_in, get_language()), gap(f"day{number}"))
        self._pieces = _GAP.split(text)

    def filled(self, said: Mapping[str, str]) -> str:
        """The text with `said` in its gaps."""
        safe = {name: words if isinstance(words, SafeString) else escape(words) for name, words in said.items()}
        pieces = self._pieces.copy()
        pieces[1::2] = [safe[name] for name in pieces[1::2]]
        return "".join(pieces)


@lru_cache(maxsize=16_384)
def _in_words(day: date, _language: str | None) -> str:
    """The day in the active language, which is `_language`."""
    return date_format(day, "DATE_FORMAT")
