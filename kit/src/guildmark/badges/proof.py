"""Proofs that are part of the credential (W3C Data Integrity, `eddsa-rdfc-2022`).

What is signed is not the JSON but what it says: the document and the proof's own particulars as RDF, canonicalised, hashed
each with SHA-256, the proof's first. JSON-LD leaves out in silence what no vocabulary defines, and does not care for the order
of lists: a document that carries more, or other, than we issue would verify all the same. So only what `model.checked`
lets through is signed, and nothing else is ever found genuine.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from guildmark.badges import model, moments, multibase
from guildmark.badges.keys import EddsaKey
from guildmark.badges.multikey import ed25519_bytes

if TYPE_CHECKING:
    from pyld import ContextResolver

JsonObject = Mapping[str, object]
CRYPTOSUITE: Final = "eddsa-rdfc-2022"
_OPTIONS: Final = {"type": "DataIntegrityProof", "cryptosuite": CRYPTOSUITE, "proofPurpose": "assertionMethod"}


def sign(credential: JsonObject, *, key: EddsaKey, did: str, created: datetime) -> dict[str, object]:
    """`credential`, which has no proof yet, with that of the issuer `did`.

    Raises `ValueError` for a document that is none of ours: unknown terms, another issuer, a proof already.
    """
    if model.checked(credential).issuer.id != did:
        raise ValueError("the credential names another issuer")
    options = {**_OPTIONS, "created": moments.written(created), "verificationMethod": key.key_id(did)}
    signature = key.private.sign(signed_bytes(credential, options))
    return {**credential, "proof": {**options, "proofValue": multibase.base58(signature)}}


def holds(credential: JsonObject, multikey: str) -> bool:
    """Whether the issuer whom the credential names has signed it with the key `multikey`; False for anything malformed.

    Who that issuer is, and whether the key is one of its, is for the caller to know.
    """
    try:
        _verify(credential, multikey)
    except (InvalidSignature, ValueError, RecursionError):
        return False
    return True


def _verify(credential: JsonObject, multikey: str) -> None:
    """Raise unless `holds`."""
    unsecured = {name: value for name, value in credential.items() if name != "proof"}
    issuer = model.checked(unsecured).issuer.id
    proof = credential.get("proof")
    if not isinstance(proof, dict) or not all(isinstance(value, str) for value in proof.values()):
        raise ValueError("no single proof")
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    moments.read(str(options.get("created")))
    if options != {**_OPTIONS, "created": options["created"], "verificationMethod": f"{issuer}#{multikey}"}:
        raise ValueError("not our kind of proof, or that of another key")
    signature = multibase.from_base58(proof.get("proofValue", ""))
    Ed25519PublicKey.from_public_bytes(ed25519_bytes(multikey)).verify(signature, signed_bytes(unsecured, options))


def signed_bytes(unsecured: JsonObject, options: JsonObject, vocabularies: "ContextResolver | None" = None) -> bytes:
    """The 64 bytes that are signed for a document without proof and the particulars of the proof, without its value."""
    particulars = {"@context": unsecured["@context"], **options}
    return b"".join(hashlib.sha256(canonical(document, vocabularies)).digest() for document in (particulars, unsecured))


def canonical(document: JsonObject, vocabularies: "ContextResolver | None" = None) -> bytes:
    """What `document` says, as canonical N-Quads (RDFC-1.0), by the contexts that come with this package unless told others."""
    from guildmark.badges import canonical as canonicalising

    return canonicalising.canonical(document, vocabularies or canonicalising.OUR_VOCABULARIES)
