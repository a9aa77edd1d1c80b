"""Bytes as text that says its own alphabet: `z` base58 (Bitcoin's), `u` base64url without padding."""

import base64
import binascii
from typing import Final

_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES: Final = {character: value for value, character in enumerate(_BASE58)}
LONGEST_BASE58: Final = 128
"""Keys and signatures are shorter; what base58 takes to decode grows with the square of its length."""


def base58(content: bytes) -> str:
    """`content` as multibase `z`."""
    number, digits = int.from_bytes(content, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = _BASE58[digit] + digits
    leading = len(content) - len(content.lstrip(b"\0"))
    return "z" + "1" * leading + digits


def from_base58(text: str) -> bytes:
    """The bytes of multibase `z`. Raises `ValueError` for any other text, and beyond `LONGEST_BASE58` characters."""
    if not text.startswith("z") or len(text) > LONGEST_BASE58:
        raise ValueError("no base58")
    number, digits = 0, text[1:]
    for character in digits:
        if character not in _VALUES:
            raise ValueError("no base58")
        number = number * 58 + _VALUES[character]
    leading = len(digits) - len(digits.lstrip("1"))
    return b"\0" * leading + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url(content: bytes) -> str:
    """`content` in base64url without padding, as JWTs have it."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of `base64url`. Raises `ValueError` for padding, other characters, and for bits left over."""
    try:
        content = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError("no base64url") from error
    if base64url(content) != text:
        raise ValueError("no base64url")
    return content
