"""Adding a document: what it says is checked against itself, its pages are rebuilt, and everything is sealed."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction

from guildmark.rules import mrz
from guildmark.rules.eligibility import OnPapers, Place, address_on_papers, refusals
from guildmark.rules.identity import DocumentKind, Paper, Role, is_legible, is_unexpired
from guildmark.rules.names import is_latin
from guildmark_portal.audit import services as audit
from guildmark_portal.identity import facts, vault
from guildmark_portal.identity.checks import locked
from guildmark_portal.identity.intake.kinds import Kind, kind_of
from guildmark_portal.identity.intake.pages import Page, pages_of
from guildmark_portal.identity.models import Check, Document, Evidence
from guildmark_portal.identity.refusals import (
    AddressEmbargoed,
    AddressNeeded,
    DocumentExpired,
    PictureTooSmall,
    RegionNeeded,
    TooMuch,
    ZoneDisagrees,
    ZoneDoesNotFit,
    ZoneUnreadable,
)
from guildmark_portal.profiles.embargoes import in_force

PAGE, PARTICULARS = "page", "particulars"
MOST_DOCUMENTS: Final = 6
MOST_FILES: Final = 4
MOST_PAGES: Final = 6
"""Of one document."""


@dataclass(frozen=True)
class Particulars:
    """What is printed on a document. It is sealed like the images: the database never holds it in plain."""

    name: str
    latin_name: str = ""
    zone: str = ""
    address_country: str = ""
    address_region: str = ""

    @property
    def shows_latin_name(self) -> bool:
        """Whether the name stands on it in Latin script, by itself or beside another one."""
        return is_latin(self.name) or is_latin(self.latin_name)

    @property
    def address(self) -> Place | None:
        """Where the address on it is; None if it shows none."""
        return Place(self.address_country.upper(), self.address_region) if self.address_country else None


def add_document(  # noqa: PLR0913 - a document has this many parts
    *,
    check: Check,
    kind: DocumentKind,
    issuing_country: str,
    expires_on: date | None,
    particulars: Particulars,
    files: Sequence[bytes],
    now: datetime,
) -> Document:
    """Keep a document: `files` are pictures or PDFs as they were sent.

    Raises `FileUnusable` for a file that cannot be taken, `PictureTooSmall`, `DocumentExpired`, `AddressNeeded`,
    `RegionNeeded`, `AddressEmbargoed`, `ZoneUnreadable`, `ZoneDoesNotFit`, `ZoneDisagrees`, `TooMuch`, or `TakesNoChanges`.
    """
    address = particulars.address if kind.may_show_address else None
    paper = Paper(kind, expires_on, particulars.shows_latin_name, address is not None)
    if not is_unexpired(paper, today=now.date()):
        raise DocumentExpired
    _check_address(kind, address)
    _check_zone(particulars.zone, expires_on)
    if not 0 < len(files) <= MOST_FILES:
        raise TooMuch
    pages = [page for file in files for page in _pages(check, file)]  # takes time: before the transaction
    if len(pages) > MOST_PAGES:
        raise TooMuch
    return _keep(check, paper, issuing_country.upper(), particulars, pages, now)


@transaction.atomic
def _keep(  # noqa: PLR0913, PLR0917 - as above
    check: Check, paper: Paper, country: str, particulars: Particulars, pages: list[Page], now: datetime
) -> Document:
    held = locked(check, now=now)
    if len(facts.documents_of(held)) >= MOST_DOCUMENTS:
        raise TooMuch
    document = Document.objects.create(
        of_check=held,
        kind=paper.kind.value,
        issuing_country=country,
        expires_on=paper.expires_on,
        shows_latin_name=paper.shows_latin_name,
        shows_address=paper.shows_address,
        particulars=vault.seal(content=json.dumps(asdict(particulars)).encode(), purpose=PARTICULARS),
        added_at=now,
    )
    for number, page in enumerate(pages, start=1):
        sealed = vault.seal(content=page.jpeg, purpose=PAGE)
        Evidence.objects.create(of_check=held, document=document, page=number, sealed=sealed)
    detail = {"document": str(document.pk), "kind": document.kind, "pages": len(pages)}
    audit.record(actor=held.user, action="identity.document", subject=held, detail=detail)
    return document


def _check_address(kind: DocumentKind, address: Place | None) -> None:
    """Refuse a proof of address without one, an address that cannot be judged, and one in an embargoed place.

    Who issued the document plays no part.
    """
    if kind.role is Role.ADDRESS and address is None:
        raise AddressNeeded
    embargo = in_force()
    found = address_on_papers(embargo, papers=address)
    if found is OnPapers.UNCLEAR:
        raise RegionNeeded
    if found is OnPapers.EMBARGOED:
        raise AddressEmbargoed(refusals(embargo, papers=address)[0].place)


def _pages(check: Check, file: bytes) -> tuple[Page, ...]:
    """The pages of one file. A PDF has no size in pixels: it is rendered finely enough, whatever its page measures."""
    pages = pages_of(file, sender=check.user_id)
    if kind_of(file) is not Kind.PDF:
        for page in pages:
            if not is_legible(page.width, page.height):
                raise PictureTooSmall(page.width, page.height)
    return pages


def _check_zone(text: str, expires_on: date | None) -> None:
    if not text.strip():
        return
    try:
        zone = mrz.parse(text)
    except mrz.NotAZone as error:
        raise ZoneUnreadable from error
    if zone.failed:
        raise ZoneDoesNotFit(zone.failed)
    if zone.expires_on != expires_on:
        raise ZoneDisagrees(zone.expires_on)
