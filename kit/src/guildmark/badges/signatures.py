"""Whether the issuer signed what a file says: the three forms that it signs, each held against its published keys.

Each form is read to the letter first, so that two readers cannot take it for two things, and every refusal says what is the
matter. A key counts by its name in the issuer's own document alone; what a file says of keys or algorithms is compared with
that, and never followed.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime, time, timezone
from typing import Any, Final, NoReturn

from pydantic import ValidationError

from guildmark.badges import jwt, model, moments, multibase, proof
from guildmark.badges.claims import Claims, claims_of_badge, claims_of_document
from guildmark.badges.documents import OpenBadgeDocument
from guildmark.badges.issuer import IssuerFile
from guildmark.badges.keys import KeyKind, VerificationKey
from guildmark.badges.verdict import Doubtful, Reason, Standing, Subject
from guildmark.protocol import Certificate
from guildmark.signing import is_signed_by, key_id

_BRINGS_A_KEY: Final = frozenset({"jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256"})
_PARTS: Final = 3
_FORM: Final = re.compile(r"[A-Za-z0-9_.-]*", re.ASCII)


def document_in(content: bytes) -> dict[str, Any]:
    """The JSON object in `content`, UTF-8, with every name once. Raises `Doubtful`."""
    try:
        document = json.loads(content.decode(), object_pairs_hook=_with_each_name_once, parse_constant=_no_number)
        json.dumps(document, ensure_ascii=False).encode()  # a half of a surrogate pair cannot be written
    except json.JSONDecodeError as error:
        _refuse(Standing.UNREADABLE, Subject.FORM, Reason.TRAILING if error.msg == "Extra data" else Reason.BROKEN)
    except (RecursionError, ValueError):
        _refuse(Standing.UNREADABLE, Subject.FORM, Reason.BROKEN)
    if not isinstance(document, dict):
        _refuse(Standing.UNREADABLE, Subject.FORM, Reason.UNKNOWN_KIND)
    return document


def is_older(document: Mapping[str, Any]) -> bool:
    """Whether it is signed in the form that came before Open Badges."""
    return "signature" in document and "key_id" in document and "@context" not in document


def embedded(signed: Mapping[str, Any], issuer: IssuerFile) -> Claims:
    """What a credential says that carries its own proof. Raises `Doubtful`."""
    unsecured = {name: value for name, value in signed.items() if name != "proof"}
    _require_issuer(unsecured, issuer)
    particulars = signed.get("proof")
    if particulars is None:
        _refuse(Standing.NOT_OURS, Subject.SIGNATURE, Reason.UNSIGNED)
    if not isinstance(particulars, dict):
        _refuse(Standing.ALTERED, Subject.SIGNATURE, Reason.TERMS)
    if not isinstance(particulars.get("verificationMethod"), str):
        _refuse(Standing.NOT_OURS, Subject.KEY, Reason.OWN_KEY)
    if particulars.get("cryptosuite") != proof.CRYPTOSUITE:
        _refuse(Standing.NOT_OURS, Subject.SIGNATURE, Reason.OTHER_ALGORITHM)
    key = _key(issuer, particulars["verificationMethod"], "eddsa", _moment(particulars.get("created")))
    badge = _badge(unsecured)
    if not proof.holds(signed, key.multikey):
        _refuse(Standing.ALTERED, Subject.SIGNATURE, Reason.SIGNATURE)
    return claims_of_badge(badge)


def token(content: bytes, issuer: IssuerFile) -> Claims:
    """What a VC-JWT says. Raises `Doubtful`."""
    text = content.decode("ascii").strip()
    parts = text.split(".")
    if len(parts) != _PARTS or not _FORM.fullmatch(text):
        _refuse(Standing.UNREADABLE, Subject.FORM, Reason.BROKEN)
    header, payload = (document_in(_unpacked(part)) for part in parts[:2])
    if _BRINGS_A_KEY & header.keys():
        _refuse(Standing.NOT_OURS, Subject.KEY, Reason.OWN_KEY)
    if header.get("alg") != "ES256":
        _refuse(Standing.NOT_OURS, Subject.SIGNATURE, Reason.OTHER_ALGORITHM)
    _require_issuer(payload, issuer)
    _key(issuer, header.get("kid"), "es256", _moment(payload.get("validFrom")))
    try:
        return claims_of_badge(_badge(jwt.decode(text, issuer.keys)))
    except jwt.WrongSignatureError:
        _refuse(Standing.ALTERED, Subject.SIGNATURE, Reason.SIGNATURE)
    except jwt.JwtError:
        _refuse(Standing.ALTERED, Subject.TERMS, Reason.TERMS)


def older(signed: Mapping[str, Any], issuer: IssuerFile) -> Claims:
    """What a document says that is signed in the form before Open Badges. Raises `Doubtful`."""
    try:
        certificate = Certificate.model_validate(signed)
    except ValidationError:
        _refuse(Standing.UNREADABLE, Subject.FORM, Reason.UNKNOWN_KIND)
    key = issuer.receipt_key(certificate.key_id)
    if key is None:
        _refuse(Standing.NOT_OURS, Subject.KEY, Reason.UNKNOWN_KEY)
    if key.retired_at is not None and datetime.combine(certificate.issued_on, time.min, timezone.utc) > key.retired_at:
        _refuse(Standing.NOT_OURS, Subject.KEY, Reason.KEY_RETIRED)
    if key_id(key.public_key) != key.key_id or not is_signed_by(signed, key.public_key):
        _refuse(Standing.ALTERED, Subject.SIGNATURE, Reason.SIGNATURE)
    return claims_of_document(certificate)


def require_in_use(key: VerificationKey, signed_at: datetime | None) -> None:
    """Raises `Doubtful` for a key that fell into wrong hands, and for one that was retired before `signed_at`."""
    if key.revoked_at is not None:
        _refuse(Standing.NOT_OURS, Subject.KEY, Reason.KEY_COMPROMISED)
    if key.retired_at is not None and (signed_at is None or signed_at > key.retired_at):
        _refuse(Standing.NOT_OURS, Subject.KEY, Reason.KEY_RETIRED)


def _require_issuer(document: Mapping[str, Any], issuer: IssuerFile) -> None:
    if "credentialSubject" not in document:
        _refuse(Standing.UNREADABLE, Subject.FORM, Reason.UNKNOWN_KIND)
    named = document.get("issuer")
    if (named.get("id") if isinstance(named, dict) else named) != issuer.keys.did:
        _refuse(Standing.NOT_OURS, Subject.ISSUER, Reason.OTHER_ISSUER)


def _key(issuer: IssuerFile, name: object, kind: KeyKind, signed_at: datetime | None) -> VerificationKey:
    key = issuer.key(name)
    if key is None or key.kind != kind:
        _refuse(Standing.NOT_OURS, Subject.KEY, Reason.UNKNOWN_KEY)
    require_in_use(key, signed_at)
    return key


def _badge(unsecured: Mapping[str, Any]) -> OpenBadgeDocument:
    try:
        badge = model.checked(unsecured)
    except (RecursionError, ValueError) as error:
        raise Doubtful(Standing.ALTERED, Subject.TERMS, Reason.TERMS) from error
    if not isinstance(badge, OpenBadgeDocument):
        _refuse(Standing.UNREADABLE, Subject.FORM, Reason.UNKNOWN_KIND)
    return badge


def _moment(text: object) -> datetime | None:
    try:
        return moments.read(str(text))
    except ValueError:
        return None


def _unpacked(part: str) -> bytes:
    try:
        return multibase.from_base64url(part)
    except ValueError:
        _refuse(Standing.UNREADABLE, Subject.FORM, Reason.BROKEN)


def _with_each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        _refuse(Standing.UNREADABLE, Subject.FORM, Reason.SAYS_TWICE)
    return fields


def _no_number(_text: str) -> NoReturn:
    _refuse(Standing.UNREADABLE, Subject.FORM, Reason.BROKEN)


def _refuse(standing: Standing, subject: Subject, reason: Reason) -> NoReturn:
    raise Doubtful(standing, subject, reason)
