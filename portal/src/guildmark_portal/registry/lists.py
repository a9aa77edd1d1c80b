"""What verifiers need of the issuer, to hold for years: the keys, and status lists that are signed for all that time.

A list says what had happened when it was signed. Whoever relies on an exported one after that learns of nothing that came
later; there is nobody any more who could sign another.
"""

from datetime import datetime
from typing import Final

from guildmark.badges.issuer import IssuerFile
from guildmark.rules.credential import StatusPurpose
from guildmark.rules.validity import months_after
from guildmark_portal.credentials import issuer, status
from guildmark_portal.exams import keyring

_MONTHS: Final = 12


def until(now: datetime, years: int) -> datetime:
    """The moment up to which the lists hold: the same day, `years` later."""
    return datetime.combine(months_after(now.date(), years * _MONTHS), now.timetz()).replace(microsecond=0)


def issuer_file(*, now: datetime, valid_until: datetime) -> IssuerFile:
    """The published keys, and every status list as it stands now."""
    lists = (
        status.signed_until(number, purpose, now=now, until=valid_until)
        for number in status.numbers()
        for purpose in StatusPurpose
    )
    return IssuerFile(
        did_document=issuer.did_document(),
        retired=issuer.retired_keys(),
        receipt_keys=keyring.public_keys(),
        status_lists=tuple(lists),
        written_at=now,
    )
