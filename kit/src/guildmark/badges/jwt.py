"""The same credential as a JWT (VC-JOSE-COSE, ES256), for those who do not read embedded proofs.

The payload is the credential itself, with the registered claims that Open Badges 3.0 asks for beside it, which say nothing
else: `iss` is the issuer's id, `jti` the credential's, `nbf` and `exp` are the seconds of `validFrom` and `validUntil`. There
is no `sub`: the subject has no id. The header says `alg`, `typ`, and `kid`, the key among those that the issuer publishes, and
nothing more: a header that brings a key of its own, or an address to fetch one from, is refused like any other.
"""

import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from guildmark.badges import model, moments, multibase
from guildmark.badges.documents import OpenBadgeDocument
from guildmark.badges.keys import Es256Key, IssuerKeys
from guildmark.badges.multikey import p256_key
from guildmark.signing import document_in

LONGEST = 200_000
"""Characters; ours have some ten thousand."""

_COORDINATE_BYTES = 32
_ECDSA = ec.ECDSA(hashes.SHA256())


class JwtError(ValueError):
    """A text is no JWT of ours."""


class MalformedJwtError(JwtError):
    """It is not written as ours are."""


class UnknownKeyError(JwtError):
    """It names a key that the issuer does not publish, or that vouches for nothing."""


class WrongSignatureError(JwtError):
    """The key that it names did not sign it."""


def encode(credential: Mapping[str, object], *, key: Es256Key, did: str) -> str:
    """`credential`, without a proof, as a JWT. Raises `ValueError` if it is none of ours, or of another issuer than `did`."""
    badge = model.checked(credential)
    if not isinstance(badge, OpenBadgeDocument) or badge.issuer.id != did:
        raise ValueError("no badge of this issuer")
    signed = f"{_part(_header(key.key_id(did)))}.{_part({**credential, **_claims(badge)})}"
    r, s = decode_dss_signature(key.private.sign(signed.encode(), _ECDSA))
    signature = r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")
    return f"{signed}.{multibase.base64url(signature)}"


def decode(text: str, keys: IssuerKeys) -> dict[str, object]:
    """The credential in `text`, without the claims beside it, if the issuer with these `keys` has signed it.

    Whether it is still valid is for the caller to know. Raises `JwtError`.
    """
    try:
        header, payload, signature = _parts(text)
        credential, badge = _credential_in(payload)
    except (ValueError, RecursionError) as error:
        raise MalformedJwtError("not written as our JWTs are") from error
    key = keys.asserting(str(header.get("kid")), "es256")
    if key is None or badge.issuer.id != keys.did or header != _header(key.id):
        raise UnknownKeyError("names no key that the issuer vouches for")
    r, s = (int.from_bytes(half, "big") for half in (signature[:_COORDINATE_BYTES], signature[_COORDINATE_BYTES:]))
    try:
        p256_key(key.multikey).verify(encode_dss_signature(r, s), text.rpartition(".")[0].encode(), _ECDSA)
    except InvalidSignature as error:
        raise WrongSignatureError("altered after it was signed") from error
    return credential


def opening(kid: str) -> str:
    """How every JWT begins that the key with the id `kid` signed."""
    return f"{_part(_header(kid))}."


def _header(kid: str) -> dict[str, object]:
    return {"alg": "ES256", "kid": kid, "typ": "vc+jwt"}


def _claims(badge: OpenBadgeDocument) -> dict[str, object]:
    nbf, exp = (int(moments.read(text).timestamp()) for text in (badge.valid_from, badge.valid_until))
    return {"iss": badge.issuer.id, "jti": badge.id, "nbf": nbf, "exp": exp}


def _part(document: Mapping[str, object]) -> str:
    return multibase.base64url(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode())


def _parts(text: str) -> tuple[dict[str, object], dict[str, object], bytes]:
    """Header, payload and signature, written as they should be. Raises `ValueError`."""
    parts = text.split(".")
    if len(text) > LONGEST or len(parts) != len(("header", "payload", "signature")):
        raise ValueError("no JWT")
    header, payload, signature = (multibase.from_base64url(part) for part in parts)
    if len(signature) != 2 * _COORDINATE_BYTES:
        raise ValueError("no signature of P-256")
    return document_in(header), document_in(payload), signature


def _credential_in(payload: Mapping[str, object]) -> tuple[dict[str, object], OpenBadgeDocument]:
    """The credential, and what it says. Raises `ValueError` for claims beside it that say something else."""
    credential = {name: value for name, value in payload.items() if name not in {"iss", "jti", "nbf", "exp"}}
    badge = model.checked(credential)
    if not isinstance(badge, OpenBadgeDocument) or payload != {**credential, **_claims(badge)}:
        raise ValueError("claims that the credential does not make")
    return credential, badge
