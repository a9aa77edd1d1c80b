"""The printed list of a batch as a PDF: a card for each code, to be cut out and given away.

What it says reaches the layout beside this file as data, and is never read as markup. Only fonts that come with the portal are
used. The PDF is tagged (PDF/UA-1).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import typst

from guildmark_portal.fonts import faces, families
from guildmark_portal.qr_codes import qr_code
from guildmark_portal.vouchers.listing import Printed

_MISSING: Final = "could not be displayed with font"
"""What typst says of letters that its fonts do not have."""
_LAYOUT: Final = (Path(__file__).parent / "cards.typ").read_bytes()


class NoLetters(Exception):
    """The name of the batch, or of the exam, has letters that no font of the PDF has."""


@dataclass(frozen=True)
class Card:
    """What stands on every card, in its `language`: `lines` below the heading, `number` before that of the code."""

    language: str
    title: str
    issuer: str
    heading: str
    lines: tuple[str, ...]
    number: str
    alt: str


def pdf(card: Card, codes: Sequence[Printed], *, at: datetime) -> bytes:
    """The PDF, the same bytes for the same cards and instant. Raises `NoLetters`."""
    document = {
        "title": card.title,
        "issuer": card.issuer,
        "heading": card.heading,
        "lines": card.lines,
        "number": card.number,
        "alt": card.alt,
        "language": card.language.partition("-")[0],
        "fonts": families(card.language),
        "bold": families(card.language, bold=True),
        "codes": [
            {"number": one.number, "code": one.code, "address": one.address, "qr": qr_code(one.address)} for one in codes
        ],
    }
    try:
        return typst.compile(
            _LAYOUT,
            sys_inputs={"document": json.dumps(document)},
            font_paths=faces(),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
            timestamp=int(at.timestamp()),
        )
    except typst.TypstError as error:
        if _MISSING in str(error):
            raise NoLetters from error
        raise
