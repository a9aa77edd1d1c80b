"""Files that go with a letter: named when it is written, made when it is sent, so that no copy of them waits in the database.

An app registers how to make what it encloses: `@enclosing("certificate")` over a function that takes the key behind the
kind, as in `certificate:GM-7KXQ-2MVP-RT43`, and answers with the files.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Enclosure:
    """A file of a letter. `media_type` is as in `application/pdf`."""

    name: str
    content: bytes
    media_type: str


Make = Callable[[str], Iterable[Enclosure]]
_makers: Final[dict[str, Make]] = {}


def enclosing(kind: str) -> Callable[[Make], Make]:
    """Register the decorated function for enclosures of `kind`."""

    def register(make: Make) -> Make:
        _makers[kind] = make
        return make

    return register


def made(named: Iterable[str]) -> Iterator[Enclosure]:
    """The files of `named` enclosures. Raises `KeyError` for a kind that nobody makes."""
    for one in named:
        kind, _colon, key = one.partition(":")
        yield from _makers[kind](key)
