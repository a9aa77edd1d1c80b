"""When a key last signed something, by the times that stand in what it signed.

Verifiers refuse what says that it was signed after its key was retired. Those times come from the host's clock, which may have
been ahead: a key that was retired by a clock that is right again would disown its own signatures. So a key is retired no
earlier than its newest signature (`retired_at`). What the portal keeps is looked at: badges, tokens, papers, status lists and
exports. A compromised key is another matter: it vouches for nothing, whatever the times say.
"""

import re
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Final

from django.db.models import CharField, Max, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from guildmark.badges import jwt, keys, moments
from guildmark_portal.audit.models import Entry
from guildmark_portal.credentials import files, issuer
from guildmark_portal.credentials.models import Certificate, StatusList
from guildmark_portal.portal_secrets import IssuerKey, IssuerKeyKind

EXPORTED: Final = "registry.exported"
"""What the audit table calls an export, whose status lists are kept nowhere else."""
_TAIL: Final = 64 * 1024
"""The signature of a PDF stands within so many bytes of its end."""
_SIGNED_AT: Final = re.compile(rb"/M ?\(D:(\d{14})(Z|[+-]\d\d'\d\d'?)\)")


def retired_at(key: IssuerKey, *, now: datetime) -> datetime:
    """Since when `key` signs nothing any more: since it was retired, or now; never before its newest signature."""
    return max(filter(None, (key.retired_at or now, newest_signature(key))))


def newest_signature(key: IssuerKey) -> datetime | None:
    """The latest time that something which `key` signed names as that of its signature; None where there is nothing."""
    found = {
        IssuerKeyKind.EDDSA: _of_proofs,
        IssuerKeyKind.ES256: _of_tokens,
        IssuerKeyKind.PDF: _of_papers,
    }[key.kind](key)
    return max(filter(None, found), default=None)


def _of_proofs(key: IssuerKey) -> list[datetime | None]:
    """Badges and status lists, and the lists of exports while the key is in use."""
    signer = keys.EddsaKey.from_hex(key.private_key).key_id(issuer.did())
    signed: tuple[QuerySet[Certificate] | QuerySet[StatusList], ...] = (Certificate.objects.all(), StatusList.objects.all())
    newest = [
        rows.filter(credential__proof__verificationMethod=signer).aggregate(
            at=Max(Cast(KT("credential__proof__created"), CharField()))
        )["at"]
        for rows in signed
    ]
    exported = Entry.objects.filter(action=EXPORTED).aggregate(at=Max("at"))["at"] if key.retired_at is None else None
    return [*(moments.read(at) if at else None for at in newest), exported]


def _of_tokens(key: IssuerKey) -> list[datetime | None]:
    """A token names no time but the day of its certificate, with which verifiers compare."""
    signer = keys.Es256Key.from_pem(key.private_key).key_id(issuer.did())
    signed = Certificate.objects.filter(jwt__startswith=jwt.opening(signer))
    day = signed.aggregate(day=Max("issued_on"))["day"]
    return [datetime.combine(day, time.min, tzinfo=UTC) if day else None]


def _of_papers(key: IssuerKey) -> list[datetime | None]:
    """The files that are kept, and the letters while the key is in use: one that is missing was sent all the same."""
    mailed = Certificate.objects.aggregate(at=Max("mailed_at"))["at"] if key.retired_at is None else None
    return [*(_signed_at(file) for file in files.papers_of(key)), mailed]


def _signed_at(file: Path) -> datetime | None:
    """The time that the signature of a PDF names; None where it cannot be read."""
    with file.open("rb") as pdf:
        pdf.seek(-min(_TAIL, file.stat().st_size), 2)
        found = _SIGNED_AT.findall(pdf.read().replace(rb"\072", b":").replace(rb"\047", b"'"))  # as pyHanko escapes them
    if not found:
        return None
    digits, zone = (part.decode() for part in found[-1])
    return datetime.strptime(digits + zone.replace("'", "").replace("Z", "+0000"), "%Y%m%d%H%M%S%z")
