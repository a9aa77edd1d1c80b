"""The issuer's keys, and the document in which it publishes them under its own address (`did:web`).

A key of badges is named `did:web:HOST#MULTIKEY`: its name says what it is, so that no other key can stand under that name.
Ed25519 keys sign embedded proofs (`z6Mk…`), P-256 keys sign JWTs (`zDn…`) and, with a certificate, PDFs; these are named after
the SHA-256 of the certificate. Every key that ever signed stays in the document. One that is retired goes on to verify; one
that is compromised is marked `revoked` and vouches for nothing.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509 import Certificate, InvalidVersion, load_der_x509_certificate, load_pem_x509_certificates

from guildmark.badges import multibase
from guildmark.badges.did import DidDocument, Jwk, Method, did_of
from guildmark.badges.moments import read, written
from guildmark.badges.multikey import ed25519_bytes, ed25519_multikey, p256_jwk, p256_key, p256_multikey

if TYPE_CHECKING:
    from typing_extensions import Self  # in `typing` from Python 3.11 on

KeyKind = Literal["eddsa", "es256", "pdf"]
__all__ = [
    "EddsaKey",
    "Es256Key",
    "IssuerKeys",
    "KeyKind",
    "PublishedKey",
    "VerificationKey",
    "certificate_name",
    "did_document",
    "did_of",
    "keys_in",
]


@dataclass(frozen=True)
class EddsaKey:
    """An Ed25519 key that signs embedded proofs."""

    private: Ed25519PrivateKey

    @classmethod
    def generate(cls) -> "Self":
        """A fresh key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_hex(cls, private_hex: str) -> "Self":
        """The key of 32 private bytes in hex. Raises `ValueError` for anything else."""
        return cls(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private_hex)))

    @property
    def private_hex(self) -> str:
        """The 32 private bytes, in hex."""
        return self.private.private_bytes_raw().hex()

    @property
    def multikey(self) -> str:
        """The public half, `z6Mk…`."""
        return ed25519_multikey(self.private.public_key().public_bytes_raw())

    def key_id(self, did: str) -> str:
        """The name of the key among those of the issuer `did`."""
        return f"{did}#{self.multikey}"


@dataclass(frozen=True)
class Es256Key:
    """A P-256 key that signs JWTs."""

    private: ec.EllipticCurvePrivateKey

    @classmethod
    def generate(cls) -> "Self":
        """A fresh key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_pem(cls, pem: str) -> "Self":
        """The key in `pem` (PKCS 8, no password). Raises `ValueError` for anything but a P-256 key."""
        key = serialization.load_pem_private_key(pem.encode(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("no P-256 key")  # noqa: TRY004 - of what was read, not of what was given
        return cls(key)

    @property
    def pem(self) -> str:
        """The private key, PKCS 8 without a password."""
        plain = serialization.NoEncryption()
        return self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()

    @property
    def multikey(self) -> str:
        """The public half, `zDn…`."""
        return p256_multikey(self.private.public_key())

    @property
    def jwk(self) -> dict[str, str]:
        """The public half as a JSON Web Key."""
        return p256_jwk(self.private.public_key())

    def key_id(self, did: str) -> str:
        """The name of the key among those of the issuer `did`."""
        return f"{did}#{self.multikey}"


@dataclass(frozen=True)
class PublishedKey:
    """A key as the issuer publishes it.

    `public` is the Multikey of an `eddsa` or `es256` key, and the PEM of its X.509 certificates, its own first, of a `pdf` one.
    A retired key stands there like any other. It gets no `expires`: from then on nobody would accept what it signed before.
    """

    kind: KeyKind
    public: str
    retired_at: datetime | None = None
    compromised_at: datetime | None = None


@dataclass(frozen=True)
class VerificationKey:
    """A key as a verifier knows it; a `pdf` key has its certificates (DER, its own first). `asserts`: it vouches for badges.

    What a key is said to have signed after `retired_at` is not its issuer's.
    """

    id: str
    kind: KeyKind
    multikey: str
    certificates: tuple[bytes, ...]
    asserts: bool
    retired_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class IssuerKeys:
    """The keys that the issuer `did`, at `url`, publishes."""

    did: str
    url: str
    keys: tuple[VerificationKey, ...]

    def asserting(self, key_id: str, kind: KeyKind) -> VerificationKey | None:
        """The key of that name that signs badges of that form and vouches for them; None if there is none."""
        return next((key for key in self.keys if key.id == key_id and key.kind == kind and key.asserts), None)

    def of_pdf(self) -> tuple[VerificationKey, ...]:
        """The keys that sign PDFs, but for compromised ones."""
        return tuple(key for key in self.keys if key.kind == "pdf" and key.revoked_at is None)


def did_document(did: str, url: str, keys: Sequence[PublishedKey]) -> dict[str, object]:
    """What the issuer `did`, whose pages are at `url`, publishes of its `keys`. Raises `ValueError` for an unreadable key."""
    methods = tuple(_method(did, key) for key in keys)
    return DidDocument(
        id=did,
        also_known_as=(url,),
        verification_method=methods,
        assertion_method=tuple(method.id for key, method in zip(keys, methods, strict=True) if _asserts(key)),
    ).document()


def keys_in(document: Mapping[str, object], retired: Mapping[str, datetime] | None = None) -> IssuerKeys:
    """The keys in a `did_document`, of which those named in `retired` were retired then.

    Raises `ValueError` for anything that is not such a document, to the letter.
    """
    read_ = DidDocument.read(document)
    (url,) = read_.also_known_as
    published = [_published(method) for method in read_.verification_method]
    if read_.id != did_of(url) or did_document(read_.id, url, published) != document:
        raise ValueError("no document of an issuer")
    told = dict(retired or {})
    keys = tuple(
        _verification_key(replace(key, retired_at=told.get(method.id)), method.id)
        for method, key in zip(read_.verification_method, published, strict=True)
    )
    if len({key.id for key in keys}) < len(keys):
        raise ValueError("a key stands twice")
    return IssuerKeys(did=read_.id, url=url, keys=keys)


def certificate_name(der: bytes) -> str:
    """What a certificate's key is named by: the SHA-256 of the whole certificate, in base64url."""
    return multibase.base64url(hashlib.sha256(der).digest())


def _asserts(key: PublishedKey) -> bool:
    return key.kind != "pdf" and key.compromised_at is None


def _method(did: str, key: PublishedKey) -> Method:
    """`key` as the document has it. Raises `ValueError` for an unreadable one."""
    revoked = None if key.compromised_at is None else written(key.compromised_at)
    if key.kind == "eddsa":
        multikey = ed25519_multikey(ed25519_bytes(key.public))
        return Method(id=f"{did}#{multikey}", type="Multikey", controller=did, public_key_multibase=multikey, revoked=revoked)
    if key.kind == "es256":
        name, jwk = key.public, _jwk(p256_key(key.public), alg="ES256")
    else:
        ders = [certificate.public_bytes(serialization.Encoding.DER) for certificate in _certificates(key)]
        x5c = tuple(base64.b64encode(der).decode("ascii") for der in ders)
        name, jwk = certificate_name(ders[0]), _jwk(_key_of(ders[0]), x5c=x5c)
    return Method(id=f"{did}#{name}", type="JsonWebKey", controller=did, public_key_jwk=jwk, revoked=revoked)


def _jwk(key: ec.EllipticCurvePublicKey, *, alg: Literal["ES256"] | None = None, x5c: tuple[str, ...] | None = None) -> Jwk:
    numbers = p256_jwk(key)
    return Jwk(x=numbers["x"], y=numbers["y"], alg=alg, x5c=x5c)


def _published(method: Method) -> PublishedKey:
    """What was published as `method`, if it is written as we do, which `keys_in` then checks. Raises `ValueError`."""
    revoked = None if method.revoked is None else read(method.revoked)
    jwk = method.public_key_jwk
    if jwk is None:
        return PublishedKey("eddsa", method.public_key_multibase or "", compromised_at=revoked)
    if jwk.x5c is None:
        return PublishedKey("es256", method.id.partition("#")[2], compromised_at=revoked)
    for der in jwk.x5c:
        base64.b64decode(der, validate=True)
    pem = "".join(f"-----BEGIN CERTIFICATE-----\n{der}\n-----END CERTIFICATE-----\n" for der in jwk.x5c)
    return PublishedKey("pdf", pem, compromised_at=revoked)


def _verification_key(key: PublishedKey, key_id: str) -> VerificationKey:
    certificates = _certificates(key) if key.kind == "pdf" else []
    ders = tuple(certificate.public_bytes(serialization.Encoding.DER) for certificate in certificates)
    return VerificationKey(
        id=key_id,
        kind=key.kind,
        multikey=p256_multikey(_key_of(ders[0])) if ders else key.public,
        certificates=ders,
        asserts=_asserts(key),
        retired_at=key.retired_at,
        revoked_at=key.compromised_at,
    )


def _certificates(key: PublishedKey) -> list[Certificate]:
    try:
        return load_pem_x509_certificates(key.public.encode())
    except InvalidVersion as error:
        raise ValueError("no certificate that we can read") from error


def _key_of(der: bytes) -> ec.EllipticCurvePublicKey:
    """The key that a certificate is of. Raises `ValueError` for another kind than P-256."""
    try:
        key = load_der_x509_certificate(der).public_key()
    except UnsupportedAlgorithm as error:
        raise ValueError("no certificate that we can read") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("no certificate of a P-256 key")  # noqa: TRY004 - of what was read, not of what was given
    return key
