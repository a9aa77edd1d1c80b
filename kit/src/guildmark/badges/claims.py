"""What a certificate says that the issuer signed, whichever form it has."""

from dataclasses import dataclass
from datetime import datetime, time, timezone

from guildmark.badges import moments
from guildmark.badges.documents import OpenBadgeDocument, StatusEntry
from guildmark.badges.model import DEMONSTRATION, IDENTITY_SENTENCES
from guildmark.protocol import Certificate
from guildmark.rules.credential import IdentityLevel


@dataclass(frozen=True)
class Claims:
    """The fields of `verdict.Verdict` of the same names, and the places where to look the certificate up, if it names any."""

    identifier: str
    url: str
    holder: str
    title: str
    issuer: str
    issued: datetime
    expires: datetime
    identity_check: IdentityLevel | None
    demonstration: bool
    places: tuple[StatusEntry, ...] = ()


def claims_of_badge(badge: OpenBadgeDocument) -> Claims:
    """What an Open Badges credential says."""
    said = {evidence.name: evidence.narrative for evidence in badge.evidence}
    levels = {sentence: level for level, sentence in IDENTITY_SENTENCES.items()}
    return Claims(
        identifier=badge.identifier,
        url=badge.id.removesuffix("credential.json"),
        holder=badge.holder,
        title=badge.name,
        issuer=badge.issuer.name,
        issued=moments.read(badge.valid_from),
        expires=moments.read(badge.valid_until),
        identity_check=levels.get(said.get("Identity check", "")),
        demonstration=DEMONSTRATION in said.values(),
        places=badge.places,
    )


def claims_of_document(certificate: Certificate) -> Claims:
    """What a document of the older form says: valid from the beginning of its first day to the end of its last, in UTC."""
    return Claims(
        identifier=certificate.identifier,
        url=certificate.url,
        holder=certificate.holder,
        title=certificate.exam_title,
        issuer=certificate.issuer,
        issued=datetime.combine(certificate.issued_on, time.min, timezone.utc),
        expires=datetime.combine(certificate.expires_on, time(23, 59, 59), timezone.utc),
        identity_check=certificate.identity_check,
        demonstration=certificate.demonstration,
    )
