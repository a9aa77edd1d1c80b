"""The keys of a portal, as `secrets.json` holds them: made once, never shown.

Lists are secrets that must be able to rotate: the first entry is in use, the others are still accepted.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 key for receipts and certificates: 32 private bytes in hex. A retired key only verifies."""

    private_key: str = field(repr=False)
    created_at: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True, repr=False)
class Secrets:
    """What `secrets.json` holds. `master_secret` is 32 bytes; all derived secrets come from it by HMAC."""

    django_secret_keys: tuple[str, ...]
    master_secret: bytes
    signing_keys: tuple[SigningKey, ...]
    oidc_private_keys: tuple[str, ...]
    smtp_password: str = ""
    sign_in_secrets: Mapping[str, str] = field(default_factory=dict)
    identity_provider: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def generate(cls, *, now: datetime) -> "Secrets":
        """New secrets from the system's randomness."""
        rsa = generate_private_key(public_exponent=65537, key_size=2048)
        pem = rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        signing = SigningKey(Ed25519PrivateKey.generate().private_bytes_raw().hex(), created_at=now)
        return cls((secrets.token_urlsafe(50),), secrets.token_bytes(32), (signing,), (pem,))

    def to_json(self) -> dict[str, Any]:
        """The document that `from_json` reads."""
        return {
            "django_secret_keys": list(self.django_secret_keys),
            "master_secret": self.master_secret.hex(),
            "signing_keys": [
                {
                    "private_key": key.private_key,
                    "created_at": key.created_at.isoformat(),
                    "retired_at": key.retired_at.isoformat() if key.retired_at else None,
                }
                for key in self.signing_keys
            ],
            "oidc_private_keys": list(self.oidc_private_keys),
            "smtp_password": self.smtp_password,
            "sign_in_secrets": dict(self.sign_in_secrets),
            "identity_provider": dict(self.identity_provider),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Secrets":
        """Secrets as `to_json` wrote them; `KeyError`, `TypeError` or `ValueError` for anything else."""
        master = bytes.fromhex(document["master_secret"])
        signing = tuple(
            SigningKey(
                key["private_key"],
                datetime.fromisoformat(key["created_at"]),
                datetime.fromisoformat(key["retired_at"]) if key["retired_at"] else None,
            )
            for key in document["signing_keys"]
        )
        found = cls(
            tuple(document["django_secret_keys"]),
            master,
            signing,
            tuple(document["oidc_private_keys"]),
            str(document.get("smtp_password", "")),
            {str(name): str(secret) for name, secret in document.get("sign_in_secrets", {}).items()},
            {str(name): str(secret) for name, secret in document.get("identity_provider", {}).items()},
        )
        if len(master) != 32 or not found.django_secret_keys or not signing or not found.oidc_private_keys:  # noqa: PLR2004 - bytes
            raise ValueError("a secret is missing or too short")
        return found
