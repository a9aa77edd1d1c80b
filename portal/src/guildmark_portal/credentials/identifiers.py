"""Identifiers of certificates: short enough to type, with a character that catches a slip.

    GM-7KXQ-2MVP-RT43

Twelve characters of Crockford's alphabet (no I, L, O, U): eleven random ones, 55 bits, and a check character, computed
modulo 32 with an odd weight for every place: it notices any single wrong character, and any swap of neighbours but those
whose values differ by sixteen. Case, dashes and spaces do not matter, and I, L, O are read as 1, 1, 0.
"""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "GM"
_RANDOM = 11
_GROUP = 4
_DASHES = "-_\N{EN DASH}\N{EM DASH}"
_IN_TEXT = re.compile(r"(?i)\bGM(-[0-9A-Z]{4}){3}\b")
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})


def new_identifier() -> str:
    """A fresh identifier."""
    body = "".join(secrets.choice(ALPHABET) for _place in range(_RANDOM))
    return _written(body + _check(body))


def in_text(text: str) -> str:
    """The first identifier in a text that somebody pasted, such as the address of a certificate; else the text itself."""
    found = _IN_TEXT.search(text)
    return found[0] if found else text


def normalised(typed: str) -> str | None:
    """The identifier that a person meant, as it is written; None if it cannot be one."""
    plain = "".join(character for character in typed.upper() if not character.isspace() and character not in _DASHES)
    body = (plain.removeprefix(PREFIX) if len(plain) == _RANDOM + 1 + len(PREFIX) else plain).translate(_READ_AS)
    if len(body) != _RANDOM + 1 or any(character not in ALPHABET for character in body):
        return None
    return _written(body) if _check(body[:-1]) == body[-1] else None


def _check(body: str) -> str:
    return ALPHABET[sum((2 * place + 1) * ALPHABET.index(character) for place, character in enumerate(body)) % len(ALPHABET)]


def _written(body: str) -> str:
    groups = [body[start : start + _GROUP] for start in range(0, len(body), _GROUP)]
    return "-".join((PREFIX, *groups))
