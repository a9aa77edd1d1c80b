"""Whether a file is a certificate of the issuer's, and what it is worth: offline, whatever the file says of itself.

Nothing in the file is trusted to say how it is to be checked. What sort of file it is, its content tells; which keys and lists
count, the issuer's own file does (`IssuerFile`); which algorithm, the key; which words a certificate has, our model. The first
check that fails says what is the matter, and what a certificate claims is told only once it is known to be the issuer's.

    file ─ kind ─▶ the credential baked in, attached, or the file itself ─▶ issuer, key, terms, signature ─▶ dates, lists
"""

from dataclasses import asdict
from datetime import datetime
from typing import Final

from guildmark.badges import signatures
from guildmark.badges.baking import unbake_png, unbake_svg
from guildmark.badges.claims import Claims
from guildmark.badges.issuer import IssuerFile
from guildmark.badges.kinds import kind_of, longest
from guildmark.badges.lists import looked_up
from guildmark.badges.pdf import PdfSigner, signed_content, signer_of
from guildmark.badges.verdict import Check, Doubtful, Kind, Outcome, Reason, Standing, Subject, Verdict

__all__ = ["Check", "IssuerFile", "Kind", "Outcome", "Reason", "Standing", "Subject", "Verdict", "verify"]

_OF_GENUINE: Final = (Subject.FORM, Subject.ISSUER, Subject.KEY, Subject.SIGNATURE, Subject.TERMS)
_OF_LISTS: Final = frozenset({Subject.REVOCATION, Subject.SUSPENSION, Subject.REFRESH})
_WORST_FIRST: Final = (
    (Reason.REVOKED, Standing.REVOKED),
    (Reason.SUSPENDED, Standing.SUSPENDED),
    (Reason.EXPIRED, Standing.EXPIRED),
    (Reason.NOT_YET_VALID, Standing.NOT_YET_VALID),
)


def verify(content: bytes, issuer: IssuerFile, now: datetime) -> Verdict:
    """How `content`, a file of any kind, stands at `now` (with a time zone), by what the issuer publishes. Never raises."""
    kind = kind_of(content)
    try:
        kind, claims = _read(kind, content, issuer)
    except Doubtful as doubt:
        failed = Check(subject=doubt.subject, outcome=Outcome.FAILED, reason=doubt.reason)
        return Verdict(standing=doubt.standing, kind=kind, checks=(failed,), checked_at=now, issuer_file_of=issuer.written_at)
    checks = (*_passed(kind), _in_time(claims, now), *_lists(claims, issuer, now), *_of_picture(kind))
    said = {name: value for name, value in asdict(claims).items() if name != "places"}
    return Verdict(
        standing=_standing(checks),
        kind=kind,
        checks=checks,
        checked_at=now,
        issuer_file_of=issuer.written_at,
        lists=_standing_on(claims, checks),
        **said,
    )


def _read(kind: Kind, content: bytes, issuer: IssuerFile) -> tuple[Kind, Claims]:
    """What a file says, once it is known to be the issuer's, and of which kind it is. Raises `Doubtful`."""
    _require_short(kind, content)
    if kind is Kind.PDF:
        content = _credential_in_pdf(content, issuer)
    elif kind is Kind.PNG:
        content = unbake_png(content)
    elif kind is Kind.SVG:
        content = unbake_svg(content)
    inner = kind_of(content)
    _require_short(inner, content)
    if inner is Kind.TOKEN:
        return kind, signatures.token(content, issuer)
    if inner is not Kind.CREDENTIAL:
        raise Doubtful(Standing.UNREADABLE, Subject.FORM, Reason.UNKNOWN_KIND)
    document = signatures.document_in(content)
    if signatures.is_older(document) and kind is Kind.CREDENTIAL:
        return Kind.DOCUMENT, signatures.older(document, issuer)
    return kind, signatures.embedded(document, issuer)


def _require_short(kind: Kind, content: bytes) -> None:
    if len(content) > longest(kind):
        raise Doubtful(Standing.UNREADABLE, Subject.FORM, Reason.TOO_LONG)


def _credential_in_pdf(content: bytes, issuer: IssuerFile) -> bytes:
    signers = [PdfSigner(key.id, key.certificates[0]) for key in issuer.keys.keys if key.kind == "pdf"]
    key = issuer.key(signer_of(content, signers))
    signed = signed_content(content)
    if key is not None:
        signatures.require_in_use(key, signed.signed_at)
    return signed.credential


def _passed(kind: Kind) -> list[Check]:
    subjects = (*_OF_GENUINE, Subject.FILE) if kind is Kind.PDF else _OF_GENUINE
    return [Check(subject=subject, outcome=Outcome.OK) for subject in subjects]


def _in_time(claims: Claims, now: datetime) -> Check:
    second = now.replace(microsecond=0)
    if second > claims.expires:
        return Check(subject=Subject.DATES, outcome=Outcome.FAILED, reason=Reason.EXPIRED)
    if second < claims.issued:
        return Check(subject=Subject.DATES, outcome=Outcome.FAILED, reason=Reason.NOT_YET_VALID)
    return Check(subject=Subject.DATES, outcome=Outcome.OK)


def _lists(claims: Claims, issuer: IssuerFile, now: datetime) -> list[Check]:
    if not claims.places:
        return [Check(subject=Subject.REVOCATION, outcome=Outcome.NOT_DONE, reason=Reason.NAMES_NO_LIST)]
    return [looked_up(entry, issuer, now=now) for entry in claims.places]


def _of_picture(kind: Kind) -> list[Check]:
    if kind not in {Kind.PNG, Kind.SVG}:
        return []
    return [Check(subject=Subject.PICTURE, outcome=Outcome.NOT_DONE, reason=Reason.PICTURE_NOT_SIGNED)]


def _standing(checks: tuple[Check, ...]) -> Standing:
    """The worst that was found; a list that could not be looked at weighs more than everything that is fine."""
    found = {check.reason for check in checks if check.outcome is Outcome.FAILED}
    for reason, standing in _WORST_FIRST:
        if reason in found:
            return standing
    if any(check.outcome is Outcome.NOT_DONE and check.subject in _OF_LISTS for check in checks):
        return Standing.STATUS_UNKNOWN
    return Standing.SUPERSEDED if Reason.SUPERSEDED in found else Standing.VALID


def _standing_on(claims: Claims, checks: tuple[Check, ...]) -> tuple[str, ...]:
    """The addresses of the lists on which the certificate stands."""
    failed = {check.subject.value for check in checks if check.outcome is Outcome.FAILED}
    return tuple(entry.status_list_credential for entry in claims.places if entry.status_purpose in failed)
