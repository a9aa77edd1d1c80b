"""Looking a credential up on the issuer's status lists: what is not known for certain is never taken for fine.

A list counts only if it is the one that the credential names, at an address of the issuer's own, of that purpose, signed by a
key that vouches, and of today. What it would say if it did not count is not even looked at.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from guildmark.badges import model, moments, proof
from guildmark.badges.documents import Purpose, StatusEntry, StatusListDocument
from guildmark.badges.issuer import IssuerFile
from guildmark.badges.status import BitList
from guildmark.badges.verdict import Check, Outcome, Reason, Subject

_SLOW: Final = timedelta(minutes=10)
"""So far may the reader's clock be behind: lists are often read right after they were signed."""
_SUBJECTS: Final[Mapping[Purpose, Subject]] = {
    "revocation": Subject.REVOCATION,
    "suspension": Subject.SUSPENSION,
    "refresh": Subject.REFRESH,
}
_LISTED: Final[Mapping[Purpose, Reason]] = {
    "revocation": Reason.REVOKED,
    "suspension": Reason.SUSPENDED,
    "refresh": Reason.SUPERSEDED,
}


def looked_up(entry: StatusEntry, issuer: IssuerFile, *, now: datetime) -> Check:
    """Whether the credential stands on the list that `entry` names. NOT_DONE where that cannot be told."""
    subject = _SUBJECTS[entry.status_purpose]
    bits = _bits(entry, issuer, now=now)
    if isinstance(bits, Reason):
        return Check(subject=subject, outcome=Outcome.NOT_DONE, reason=bits)
    if bits.has(entry.index):
        return Check(subject=subject, outcome=Outcome.FAILED, reason=_LISTED[entry.status_purpose])
    return Check(subject=subject, outcome=Outcome.OK)


def _bits(entry: StatusEntry, issuer: IssuerFile, *, now: datetime) -> BitList | Reason:
    """The list that `entry` names, or why it cannot be relied on."""
    address = entry.status_list_credential
    found = issuer.lists_at(address)
    if not address.startswith(f"{issuer.keys.url}/status/") or not found:
        return Reason.LIST_MISSING
    if len(found) > 1:
        return Reason.LIST_NOT_GENUINE
    document = _genuine(found[0], issuer)
    if document is None or document.credential_subject.status_purpose != entry.status_purpose:
        return Reason.LIST_NOT_GENUINE
    if not moments.read(document.valid_from) - _SLOW <= now <= moments.read(document.valid_until):
        return Reason.LIST_OUT_OF_DATE
    try:
        return BitList.decode(document.credential_subject.encoded_list)
    except ValueError:
        return Reason.LIST_NOT_GENUINE


def _genuine(signed: Mapping[str, Any], issuer: IssuerFile) -> StatusListDocument | None:
    """The list, if a key of the issuer that vouches has signed it as it stands."""
    try:
        document = model.checked({name: value for name, value in signed.items() if name != "proof"})
        key = issuer.keys.asserting(str(signed["proof"]["verificationMethod"]), "eddsa")
    except (KeyError, TypeError, ValueError):
        return None
    if key is None or not isinstance(document, StatusListDocument) or document.issuer.id != issuer.keys.did:
        return None
    return document if proof.holds(signed, key.multikey) else None
