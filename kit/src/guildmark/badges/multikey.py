"""Public keys as text and back: Multikey (`z6Mk…` of Ed25519, `zDn…` of P-256) and JSON Web Key."""

from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from guildmark.badges import multibase

_ED25519: Final = b"\xed\x01"
_P256: Final = b"\x80\x24"
_KEY_BYTES: Final = 32


def ed25519_multikey(content: bytes) -> str:
    """`z6Mk…` of the 32 bytes of an Ed25519 key."""
    return multibase.base58(_ED25519 + content)


def ed25519_bytes(multikey: str) -> bytes:
    """The 32 bytes of an Ed25519 key `z6Mk…`. Raises `ValueError` for any other text."""
    content = multibase.from_base58(multikey)
    if len(content) != len(_ED25519) + _KEY_BYTES or not content.startswith(_ED25519):
        raise ValueError("no Ed25519 key")
    return content.removeprefix(_ED25519)


def p256_key(multikey: str) -> ec.EllipticCurvePublicKey:
    """The P-256 key `zDn…`. Raises `ValueError` for any other text, and for a point that is not on the curve."""
    content = multibase.from_base58(multikey)
    if len(content) != len(_P256) + 1 + _KEY_BYTES or not content.startswith(_P256):
        raise ValueError("no P-256 key")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), content.removeprefix(_P256))


def p256_multikey(key: ec.EllipticCurvePublicKey) -> str:
    """`zDn…` of a P-256 key."""
    point = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
    return multibase.base58(_P256 + point)


def p256_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """The JSON Web Key of a P-256 key."""
    numbers = key.public_numbers()
    x, y = (multibase.base64url(number.to_bytes(_KEY_BYTES, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
