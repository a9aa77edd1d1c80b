"""Addresses of profiles that would pass for the portal's own: nobody gets one, in any spelling that an address allows.

Two addresses that look the same have the same skeleton: `supp0rt`, `Support` and `sup-port`; `adm1n`, `admln` and `adrnin`.
A word of `_OURS` is refused alone, numbered (`support-24`), or beside others that say as little of a person (`help-desk`,
`examteam`); one of `_EVERYWHERE`, and the organisation's name, beside anything (`ada-support`). What stands in addresses of the
portal is read from its routes, and refused where it is the whole address.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

_OURS: Final = """
    account accounts api audit auditor badge badges board certificate certificates certification contact desk exam examination
    examiner examiners exams help info issuer issuers legal login mail map moderator network office operator organisation
    organization owner owners portal press privacy proctor program programme registry reviewer root security service services
    signin signup staff status system team verifier verify webmaster
"""
_EVERYWHERE: Final = "admin administration administrator admins guildmark helpdesk official officials support"
_FILLERS: Final = "a and center centre for main my new of online real site the true us web your"
_LOOKS_LIKE: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_DIGITS: Final = str.maketrans("0134578l", "oieastbi")
_SHORTEST_INSIDE: Final = 8
"""A word this long is found inside others too: `guildmarkteam`."""
_PARTS_OF_A_ROUTE: Final = re.compile(r"<[^>]*>|\([^)]*\)|\[[^\]]*\]|\\.")


def is_reserved(slug: str) -> bool:
    """Whether `slug`, which is well formed, reads as the portal's own."""
    parts = [part for part in (piece.rstrip("0123456789") for piece in slug.split("-")) if part]
    written = {skeleton(slug), skeleton("".join(parts))}
    everywhere = _skeletons((*_EVERYWHERE.split(), *_organisation()))
    ours = _skeletons(_OURS.split()) | everywhere
    if written & (ours | _of_routes()) or any(word in one for one in written for word in everywhere if _is_long(word)):
        return True
    impersonal = ours | _skeletons(_FILLERS.split())
    if any(_is_made_of(one, impersonal) and not _is_made_of(one, impersonal - ours) for one in written):
        return True
    looks = [{skeleton(part), skeleton(piece)} for part, piece in zip(parts, _pieces(slug), strict=True)]
    if any(look & everywhere for look in looks):
        return True
    return any(look & ours for look in looks) and all(look & impersonal for look in looks)


def skeleton(text: str) -> str:
    """What is left of small letters, digits and hyphens when those that look alike are the same."""
    plain = text.replace("-", "")
    for many, one in _LOOKS_LIKE:
        plain = plain.replace(many, one)
    return plain.translate(_DIGITS)


def _pieces(slug: str) -> list[str]:
    """The parts that are not numbers alone, as they are written."""
    return [piece for piece in slug.split("-") if piece.rstrip("0123456789")]


def _is_made_of(text: str, words: frozenset[str]) -> bool:
    """Whether `text` is nothing but `words`, one after the other."""
    return bool(words) and re.fullmatch(f"(?:{'|'.join(sorted(words))})+", text) is not None


def _is_long(word: str) -> bool:
    return len(word) >= _SHORTEST_INSIDE


def _skeletons(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(skeleton, words))


def _organisation() -> tuple[str, ...]:
    """The name of whoever runs the portal, as far as addresses can write it."""
    written = re.sub("[^a-z0-9]", "", str(settings.ORGANISATION).lower())
    return (written,) if written else ()


@cache
def _of_routes() -> frozenset[str]:
    return _skeletons(_words(get_resolver().url_patterns))


def _words(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        literal = _PARTS_OF_A_ROUTE.sub("/", str(pattern.pattern))
        yield from re.findall("[a-z0-9]+(?:-[a-z0-9]+)*", literal)
        if isinstance(pattern, URLResolver):
            yield from _words(pattern.url_patterns)
