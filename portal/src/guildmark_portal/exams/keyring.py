"""The portal's own secrets, as the settings hold them: the master secret, and the keys that sign receipts and certificates."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from guildmark.protocol import PublicKey
from guildmark.signing import JsonObject, key_id, public_hex, sign
from guildmark_portal.portal_secrets import SigningKey


def master_secret() -> bytes:
    """The secret that drawings and bundle keys are derived from."""
    secret: bytes = settings.MASTER_SECRET
    return secret


def signed(document: JsonObject) -> dict[str, object]:
    """`document` signed with the key in use: the first that is not retired."""
    return sign(document, _private(next(key for key in _keys() if key.retired_at is None)))


def public_keys() -> tuple[PublicKey, ...]:
    """Every key that ever signed; retired ones stay, so that what they signed can still be checked."""
    published = ((public_hex(_private(key)), key.retired_at) for key in _keys())
    return tuple(PublicKey(key_id=key_id(public), public_key=public, retired_at=retired) for public, retired in published)


def _keys() -> tuple[SigningKey, ...]:
    keys: tuple[SigningKey, ...] = settings.SIGNING_KEYS
    return keys


def _private(key: SigningKey) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key.private_key))
