"""Drawings by typst: what they say reaches the layout beside this file as data, and is never read as markup.

Only fonts that come with the portal are used, so that a drawing is the same on every host.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import typst

from guildmark_portal.fonts import faces_with_names

_HERE: Final = Path(__file__).parent
_MISSING: Final = "could not be displayed with font"
"""What typst says of letters that its fonts do not have."""
Format = Literal["pdf", "svg", "png"]
_STANDARDS: Final[dict[str, list[Any]]] = {"pdf": ["ua-1", "a-3a"]}


class NoLetters(Exception):
    """A text has letters that cannot be shown. The letters, where they are known, are what the exception says."""


def drawn(
    layout: str, facts: Mapping[str, Any], art: Mapping[str, str], *, into: Format = "pdf", at: datetime | None = None
) -> bytes:
    """What `layout` makes of `facts` and of the SVGs in `art`, the same for the same input; pictures have a pixel a point.

    A PDF is tagged (PDF/UA-1) and made for archives (PDF/A-3a); `at` is when it says that it was written. Raises `NoLetters`,
    which only a PDF tells.
    """
    try:
        return typst.compile(
            _layout(layout),
            sys_inputs={"facts": json.dumps(facts), **art},
            font_paths=faces_with_names(),
            ignore_system_fonts=True,
            format=into,
            ppi=72,
            pdf_standards=_STANDARDS.get(into, []),
            timestamp=None if at is None else int(at.timestamp()),
        )
    except typst.TypstError as error:
        if _MISSING in str(error):
            raise NoLetters from error
        raise


@lru_cache(maxsize=8)
def _layout(name: str) -> bytes:
    return (_HERE / "shared.typ").read_bytes() + (_HERE / f"{name}.typ").read_bytes()
