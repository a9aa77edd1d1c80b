"""Secrets that people prove themselves with, sealed with a key that is not in the database.

AES-256-GCM under a key derived from the portal's master secret; text of the form `1.BASE64(nonce || ciphertext)`, where 1
names the way of sealing.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_VERSION: Final = "1"
_PURPOSE: Final = b"guildmark authenticators 1"
_NONCE: Final = 12


def seal(text: str) -> str:
    """`text`, readable for nobody without the master secret."""
    nonce = secrets.token_bytes(_NONCE)
    return f"{_VERSION}.{base64.b64encode(nonce + _cipher().encrypt(nonce, text.encode(), _PURPOSE)).decode()}"


def unseal(sealed: str) -> str:
    """What was sealed. Raises `ValueError` or `InvalidTag` for anything else."""
    version, _dot, body = sealed.partition(".")
    if version != _VERSION:
        raise ValueError("The secret was sealed in a way that this version does not know.")
    raw = base64.b64decode(body, validate=True)
    return _cipher().decrypt(raw[:_NONCE], raw[_NONCE:], _PURPOSE).decode()


def _cipher() -> AESGCM:
    return AESGCM(hmac.digest(settings.MASTER_SECRET, _PURPOSE, hashlib.sha256))
