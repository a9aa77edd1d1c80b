"""The keys of a portal, as `secrets.json` holds them: made once, never shown.

Lists are secrets that must be able to rotate: the first entry is in use, the others are still accepted.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_curve_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

_LONGEST_NAME: Final = 64  # bytes of a common name
_A_DAY: Final = timedelta(days=1)
_NO_OTHER_USE: Final = (
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
_CERTIFICATE_FOR: Final = timedelta(days=30 * 365)
"""Longer than any certificate that it signs: what counts is whether the key is among those that the issuer publishes."""


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 key for receipts and certificates: 32 private bytes in hex. A retired key only verifies."""

    private_key: str = field(repr=False)
    created_at: datetime
    retired_at: datetime | None = None


class IssuerKeyKind(str, Enum):
    """What a key of the issuer signs: Open Badges, their JWT form, or the PDF."""

    EDDSA = "eddsa"
    ES256 = "es256"
    PDF = "pdf"


@dataclass(frozen=True)
class IssuerKey:
    """A key that signs credentials: 32 Ed25519 bytes in hex, or a P-256 key as PKCS #8 PEM. A retired key only verifies.

    What a compromised key signed is no longer believed. `certificate` is the X.509 certificate (PEM) of a key for PDFs; empty
    where the portal makes one of its own.
    """

    kind: IssuerKeyKind
    private_key: str = field(repr=False)
    created_at: datetime
    retired_at: datetime | None = None
    compromised_at: datetime | None = None
    certificate: str = ""

    @classmethod
    def generate(cls, kind: IssuerKeyKind, *, organisation: str, now: datetime) -> "IssuerKey":
        """A new key from the system's randomness; one for PDFs with a certificate that it signs itself."""
        if kind is IssuerKeyKind.EDDSA:
            return cls(kind, Ed25519PrivateKey.generate().private_bytes_raw().hex(), created_at=now)
        key = generate_curve_key(SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        certificate = self_signed(pem, organisation, now) if kind is IssuerKeyKind.PDF else ""
        return cls(kind, pem, created_at=now, certificate=certificate)

    def to_json(self) -> dict[str, Any]:
        """The document that `from_json` reads."""
        times = {name: getattr(self, name) for name in ("created_at", "retired_at", "compromised_at")}
        return {
            "kind": self.kind.value,
            "private_key": self.private_key,
            "certificate": self.certificate,
            **{name: at.isoformat() if at else None for name, at in times.items()},
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "IssuerKey":
        """A key as `to_json` wrote it; `KeyError`, `TypeError` or `ValueError` for anything else."""
        retired, compromised = document["retired_at"], document["compromised_at"]
        return cls(
            IssuerKeyKind(document["kind"]),
            str(document["private_key"]),
            datetime.fromisoformat(document["created_at"]),
            datetime.fromisoformat(retired) if retired else None,
            datetime.fromisoformat(compromised) if compromised else None,
            str(document.get("certificate", "")),
        )


def self_signed(key_pem: str, organisation: str, now: datetime) -> str:
    """A certificate (PEM) of the P-256 key that the organisation signs PDFs with, by itself: for signatures on documents alone.

    It is valid for longer than anything that it signs: what counts is whether the issuer publishes it.
    """
    key = load_pem_private_key(key_pem.encode("ascii"), None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise ValueError("PDFs are signed by a key on the curve P-256")  # noqa: TRY004 - of what was read, not of what was given
    whose = organisation.strip().encode()[:_LONGEST_NAME].decode(errors="ignore") or "Guildmark"
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, whose), x509.NameAttribute(NameOID.COMMON_NAME, whose)])
    begins, number = now.astimezone(UTC).replace(microsecond=0), x509.random_serial_number()
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), number, begins - _A_DAY, begins + _CERTIFICATE_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **dict.fromkeys(_NO_OTHER_USE, False)), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


def fits(chain: str, key: str) -> bool:
    """Whether the PEM `key` is a P-256 key, and that of the first certificate of the PEM `chain`. Raises `ValueError`."""
    private = load_pem_private_key(key.encode("ascii"), None)
    if not isinstance(private, EllipticCurvePrivateKey) or not isinstance(private.curve, SECP256R1):
        return False
    return x509.load_pem_x509_certificates(chain.encode("ascii"))[0].public_key() == private.public_key()


def issuer_keys(*, organisation: str, now: datetime) -> tuple[IssuerKey, ...]:
    """A new key of each kind."""
    return tuple(IssuerKey.generate(kind, organisation=organisation, now=now) for kind in IssuerKeyKind)


@dataclass(frozen=True, repr=False)
class Secrets:
    """What `secrets.json` holds. `master_secret` is 32 bytes; all derived secrets come from it by HMAC."""

    django_secret_keys: tuple[str, ...]
    master_secret: bytes
    signing_keys: tuple[SigningKey, ...]
    oidc_private_keys: tuple[str, ...]
    issuer_keys: tuple[IssuerKey, ...] = ()
    smtp_password: str = ""
    database_password: str = ""
    sign_in_secrets: Mapping[str, str] = field(default_factory=dict)
    identity_provider: Mapping[str, str] = field(default_factory=dict)
    badge_provider: Mapping[str, Any] = field(default_factory=dict)
    payments: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def generate(cls, *, organisation: str, now: datetime) -> "Secrets":
        """New secrets from the system's randomness, for the organisation that issues."""
        rsa = generate_private_key(public_exponent=65537, key_size=2048)
        pem = rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        signing = SigningKey(Ed25519PrivateKey.generate().private_bytes_raw().hex(), created_at=now)
        issuing = issuer_keys(organisation=organisation, now=now)
        return cls((secrets.token_urlsafe(50),), secrets.token_bytes(32), (signing,), (pem,), issuing)

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
            "issuer_keys": [key.to_json() for key in self.issuer_keys],
            "smtp_password": self.smtp_password,
            "database_password": self.database_password,
            "sign_in_secrets": dict(self.sign_in_secrets),
            "identity_provider": dict(self.identity_provider),
            "badge_provider": dict(self.badge_provider),
            "payments": dict(self.payments),
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
            tuple(IssuerKey.from_json(key) for key in document.get("issuer_keys", [])),
            str(document.get("smtp_password", "")),
            str(document.get("database_password", "")),
            {str(name): str(secret) for name, secret in document.get("sign_in_secrets", {}).items()},
            {str(name): str(secret) for name, secret in document.get("identity_provider", {}).items()},
            dict(document.get("badge_provider", {})),
            {str(name): str(secret) for name, secret in document.get("payments", {}).items()},
        )
        if len(master) != 32 or not found.django_secret_keys or not signing or not found.oidc_private_keys:  # noqa: PLR2004 - bytes
            raise ValueError("a secret is missing or too short")
        return found
