"""Signatures that anybody can check without asking us: Ed25519 over canonical JSON.

What is signed is a JSON object with a `key_id`, without its `signature`: keys sorted, no spaces, UTF-8, whole numbers without a
decimal point, as JavaScript writes them too (RFC 8785, for the numbers that our documents hold: below 10^21, with at most
four decimal places). It is checked as received, unknown fields included, so that a newer server's documents still verify in
an older client. The id of a key is the first 16 hex digits of the SHA-256 of its 32 public bytes.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

JsonObject = Mapping[str, object]
DEEPEST: Final = 64
"""No document has lists and objects in each other so deep."""


def document_in(content: bytes) -> dict[str, object]:
    """The JSON object in `content`, which has every name once: of two, readers could take the one or the other.

    Raises `ValueError` for anything else.
    """
    try:
        document = json.loads(content, object_pairs_hook=_with_each_name_once)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(document, dict):
        raise ValueError("no object")  # noqa: TRY004 - of what was read, not of what was given
    return document


def _with_each_name_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a name stands twice")
    return fields


def canonical(document: JsonObject) -> bytes:
    """The bytes of `document` that are signed: every field but `signature`. Raises `ValueError` beyond `DEEPEST`."""
    fields = _with_plain_numbers({name: value for name, value in document.items() if name != "signature"})
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _with_plain_numbers(value: object, depth: int = 0) -> object:
    """`value` with 100.0 as 100: whether a whole number was read as an integer or not makes no difference."""
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _with_plain_numbers(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_plain_numbers(item, depth + 1) for item in value]
    return value


def public_hex(key: Ed25519PrivateKey) -> str:
    """The 32 bytes of the public half of `key`, in hex."""
    return key.public_key().public_bytes_raw().hex()


def key_id(public_key: str) -> str:
    """The id, 16 hex digits, of a public key given in hex."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:16]


def sign(document: JsonObject, key: Ed25519PrivateKey) -> dict[str, object]:
    """`document` with its `key_id` and `signature` set."""
    named = {**document, "key_id": key_id(public_hex(key))}
    return {**named, "signature": key.sign(canonical(named)).hex()}


def is_signed_by(document: JsonObject, public_key: str) -> bool:
    """Whether `document` carries a valid signature of `public_key` (hex); False for anything malformed."""
    try:
        signature = bytes.fromhex(str(document.get("signature", "")))
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(signature, canonical(document))
    except (InvalidSignature, ValueError):
        return False
    return True
