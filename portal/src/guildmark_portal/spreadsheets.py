"""Tables as CSV files that a spreadsheet opens: UTF-8 that it knows as such, and no field that it takes for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

_SIGNS: Final = r"[=+\-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}]"
"""What a formula begins with; spreadsheets of East Asia take the wide forms for the same."""
_BEGINS: Final = re.compile(rf"[ ]*[\t\r\n]|\s*{_SIGNS}")
_LATER: Final = re.compile(rf"([;\t\r\n])(?=\s*{_SIGNS})")
"""Where a spreadsheet begins another field if its country writes another sign between fields, quotation marks or not."""
_SIGN: Final = re.compile(rf"(?:\A|[;\t\r\n])\s*({_SIGNS})")
_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What spreadsheets know UTF-8 by."""


def written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The file, with a first line that names the columns."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, quoting=csv.QUOTE_ALL)
    lines.writerow(columns)
    lines.writerows([defused(value) for value in row] for row in rows)
    return _MARK + out.getvalue()


def defused(value: object) -> str:
    """A field that no spreadsheet takes for a formula: an apostrophe stands before each that it would. Instants are in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    text = "" if value is None else str(value)
    safe = _LATER.sub(r"\1'", text)
    return f"'{safe}" if _BEGINS.match(text) else safe


def sign_of_a_formula(text: str) -> str:
    """The sign for which a spreadsheet would take `text`, or what follows on a semicolon in it, for a formula; else nothing."""
    found = _SIGN.search(text)
    return "" if found is None else found[1]
