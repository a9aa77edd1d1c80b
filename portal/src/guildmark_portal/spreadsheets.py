"""Tables as CSV files that a spreadsheet opens: UTF-8 that it knows as such, and no field that it takes for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}")
_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What spreadsheets know UTF-8 by."""


def written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The file, with a first line that names the columns."""
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(columns)
    lines.writerows([defused(value) for value in row] for row in rows)
    return _MARK + out.getvalue()


def defused(value: object) -> str:
    """A field that no spreadsheet takes for a formula: an apostrophe stands before what it would. Instants are in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
