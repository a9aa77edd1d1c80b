"""How far a cohort is, as a CSV file that a spreadsheet opens: no field of it is taken for a formula there."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from guildmark_portal.cohorts.progress import Line, Progress

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What spreadsheets know UTF-8 by."""
COLUMNS: Final = (
    "email",
    "name",
    "reached",
    "seat",
    "starts_at",
    "invited_at",
    "reminded_at",
    "accepted_at",
    "rehearsed",
    "started_at",
    "categories_submitted",
    "finished_at",
)


def sheet(progress: Progress) -> str:
    """The file, with instants in UTC. Columns of the result are there as far as they may be told."""
    told = (["passed"] if progress.tells_result else []) + (["points"] if progress.tells_points else [])
    written = io.StringIO(newline="")
    out = csv.writer(written)
    out.writerow([*COLUMNS, *told])
    out.writerows([*map(defused, _fields(line)), *map(defused, _result(line, told))] for line in progress.lines)
    return _MARK + written.getvalue()


def defused(value: object) -> str:
    """A field that no spreadsheet takes for a formula: an apostrophe stands before what it would."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _fields(line: Line) -> Iterable[object]:
    one = line.invitation
    return (
        one.email,
        one.name,
        line.reached.value,
        line.seat,
        _at(line.starts_at),
        _at(one.sent_at),
        _at(one.reminded_at),
        _at(one.accepted_at),
        "yes" if line.has_rehearsed else "no",
        _at(line.started_at),
        line.submitted,
        _at(line.finished_at),
    )


def _result(line: Line, told: list[str]) -> Iterable[object]:
    known = {"passed": None if line.passed is None else "yes" if line.passed else "no", "points": line.points}
    return (known[name] for name in told)


def _at(instant: datetime | None) -> str:
    return "" if instant is None else instant.strftime("%Y-%m-%d %H:%M:%SZ")
