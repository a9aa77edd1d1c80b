"""Who issues credentials: the decentralised identifier of this portal, its keys, and what a verifier needs of it.

Every key that ever signed stays in the published document, so that what it signed can be checked for as long as the document
is kept; a compromised one stays there too, but vouches for nothing any more.
"""

import hashlib
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext

from guildmark.badges import keys
from guildmark_portal.portal_secrets import IssuerKey, IssuerKeyKind

_SHORT: Final = 12


def did() -> str:
    """The issuer: `did:web:` with the portal's host."""
    return keys.did_of(settings.PORTAL_URL)


def eddsa_key() -> keys.EddsaKey:
    """The key that signs Open Badges and status lists."""
    return keys.EddsaKey.from_hex(_in_use(IssuerKeyKind.EDDSA).private_key)


def es256_key() -> keys.Es256Key:
    """The key that signs the JWT form."""
    return keys.Es256Key.from_pem(_in_use(IssuerKeyKind.ES256).private_key)


def pdf_key() -> tuple[str, str]:
    """The key that signs PDFs and its X.509 certificate, both PEM."""
    key = _in_use(IssuerKeyKind.PDF)
    return key.private_key, key.certificate


def is_of_current_key(signed: dict[str, Any]) -> bool:
    """Whether the key in use signed this: after a rotation, what is signed anew anyway gets the new key."""
    return bool(signed["proof"]["verificationMethod"] == eddsa_key().key_id(did()))


def vouching_key_ids() -> frozenset[str]:
    """The ids, as the published document gives them, of the keys that were never compromised."""
    methods = did_document()["verificationMethod"]
    return frozenset(method["id"] for method, key in zip(methods, _keys(), strict=True) if key.compromised_at is None)


def vouching_paper_keys() -> tuple[str, ...]:
    """Short names of the keys for PDFs that were never compromised, that in use first."""
    vouching = [key for key in _keys() if key.kind is IssuerKeyKind.PDF and key.compromised_at is None]
    in_use_first = sorted(vouching, key=lambda key: key.retired_at is not None)
    return tuple(map(paper_key_name, in_use_first))


def paper_key_name(key: IssuerKey) -> str:
    """The short name of a key for PDFs, which the names of the files say that it signed."""
    return hashlib.sha256(key.certificate.encode()).hexdigest()[:_SHORT]


def retired_keys() -> dict[str, datetime]:
    """Since when keys sign nothing new, by the ids that the published document gives them."""
    methods = did_document()["verificationMethod"]
    retired = ((method["id"], key.retired_at) for method, key in zip(methods, _keys(), strict=True))
    return {key_id: at for key_id, at in retired if at is not None}


def did_document() -> dict[str, Any]:
    """The document at `/.well-known/did.json`."""
    return keys.did_document(did(), settings.PORTAL_URL, [_published(key) for key in _keys()])


def _published(key: IssuerKey) -> keys.PublishedKey:
    public = {
        IssuerKeyKind.EDDSA: lambda: keys.EddsaKey.from_hex(key.private_key).multikey,
        IssuerKeyKind.ES256: lambda: keys.Es256Key.from_pem(key.private_key).multikey,
        IssuerKeyKind.PDF: lambda: key.certificate,
    }[key.kind]()
    return keys.PublishedKey(kind=key.kind.value, public=public, retired_at=key.retired_at, compromised_at=key.compromised_at)


def _in_use(kind: IssuerKeyKind) -> IssuerKey:
    """Of each kind the first key that is not retired."""
    found = next((key for key in _keys() if key.kind is kind and key.retired_at is None), None)
    if found is None:
        raise ImproperlyConfigured(gettext("The portal has no keys to issue certificates with. Run: guildmark-portal init"))
    return found


def _keys() -> tuple[IssuerKey, ...]:
    found: tuple[IssuerKey, ...] = settings.ISSUER_KEYS
    return found
