"""The personal link of an invitation. Whoever has it can accept: so the database keeps a digest to look it up by, and no link.

The token is a MAC of the invitation's nonce under a key that is derived from the portal's master secret. A reminder names the
same link again, and a new nonce makes every older link a dead one.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Final

from django.conf import settings

LONGEST: Final = 64
_PURPOSE: Final = b"guildmark invitations 1"
_NONCE_BYTES: Final = 16


def new_nonce() -> str:
    """A fresh one."""
    return secrets.token_hex(_NONCE_BYTES)


def token_of(nonce: str) -> str:
    """What stands in the link: 43 letters, digits, dashes and underscores."""
    key = hmac.digest(settings.MASTER_SECRET, _PURPOSE, hashlib.sha256)
    return base64.urlsafe_b64encode(hmac.digest(key, nonce.encode("ascii"), hashlib.sha256)).decode("ascii").rstrip("=")


def digest_of(token: str) -> str:
    """What an invitation is looked up by."""
    return hashlib.sha256(token[:LONGEST].encode()).hexdigest()


def address_of(nonce: str) -> str:
    """The link, as a letter names it."""
    return f"{settings.PORTAL_URL}/invitation/{token_of(nonce)}/"
