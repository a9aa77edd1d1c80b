"""Codes of vouchers: a secret that is printed, and typed by people.

    7KXQ2M-VPRT43-9ABCDE

Eighteen characters of the alphabet of certificates (no I, L, O, U): sixteen random ones, 80 bits, and two that check them. Read
as a number in base 32, a code is divisible by the prime 1021: any single wrong character is noticed, and any swap of
neighbours, because neither changes the number by a multiple of it. Case, dashes and spaces do not matter, and I, L, O are
read as 1, 1, 0.

In the database stands a digest under a key derived from the portal's master secret, to look a code up by, and the code itself
sealed, for the printed list.
"""

import hashlib
import hmac
import re
import secrets
from typing import Final

from django.conf import settings

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_BITS: Final = 80
LENGTH: Final = 18
LONGEST_TYPED: Final = 200
"""Of what is read at all: an address with a code in it is shorter."""
_BITS: Final = 5
_PRIME: Final = 1021
_CHECK: Final = len(ALPHABET) ** 2
_GROUP: Final = 6
_PURPOSE: Final = b"guildmark vouchers 1"
_IGNORED: Final = re.compile(r"[\s_\-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}]+")
_READ_AS: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})
_IN_ADDRESS: Final = re.compile(r"/voucher/([^/?#\s]+)")


def new_code() -> str:
    """A fresh code."""
    return _written(secrets.randbits(RANDOM_BITS))


def normalised(typed: str) -> str | None:
    """The code that a person meant, as it is written; None if it cannot be one. The address of a printed list will do too."""
    plain = plain_of(typed)
    if len(plain) != LENGTH or any(character not in ALPHABET for character in plain):
        return None
    number = 0
    for character in plain:
        number = number * len(ALPHABET) + ALPHABET.index(character)
    return None if number % _PRIME else _grouped(plain)


def plain_of(typed: str) -> str:
    """What was typed, without what does not matter."""
    text = typed[:LONGEST_TYPED]
    found = _IN_ADDRESS.search(text)
    return _IGNORED.sub("", found[1] if found else text).upper().translate(_READ_AS)


def digest_of(code: str) -> str:
    """What a code, as it is written, is looked up by: 64 hexadecimal digits."""
    key = hmac.digest(settings.MASTER_SECRET, _PURPOSE, hashlib.sha256)
    return hmac.new(key, code.encode("ascii"), hashlib.sha256).hexdigest()


def _written(body: int) -> str:
    number = body * _CHECK
    number += -number % _PRIME
    return _grouped("".join(ALPHABET[number >> _BITS * place & (len(ALPHABET) - 1)] for place in reversed(range(LENGTH))))


def _grouped(plain: str) -> str:
    return "-".join(plain[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))
