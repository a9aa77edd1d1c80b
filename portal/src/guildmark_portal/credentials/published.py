"""What anybody may have of the issuer, in one file to keep: with it certificates are checked without this portal."""

from datetime import datetime

from guildmark.badges.issuer import IssuerFile
from guildmark.rules.credential import StatusPurpose
from guildmark_portal.credentials import issuer, status
from guildmark_portal.exams import keyring


def issuer_file(*, now: datetime) -> IssuerFile:
    """The published keys, and every status list as it stands."""
    lists = (status.signed_list(number, purpose, now=now) for number in status.numbers() for purpose in StatusPurpose)
    return IssuerFile(
        did_document=issuer.did_document(),
        retired=issuer.retired_keys(),
        receipt_keys=keyring.public_keys(),
        status_lists=tuple(signed for signed in lists if signed is not None),
        written_at=now,
    )
