"""How far a cohort is, as a CSV file that a spreadsheet opens: no field of it is taken for a formula there."""

from collections.abc import Iterable
from typing import Final

from guildmark_portal import spreadsheets
from guildmark_portal.cohorts.progress import Line, Progress

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
    rows = ([*_fields(line), *_result(line, told)] for line in progress.lines)
    return spreadsheets.written([*COLUMNS, *told], rows)


def _fields(line: Line) -> Iterable[object]:
    one = line.invitation
    return (
        one.email,
        one.name,
        line.reached.value,
        line.seat,
        line.starts_at,
        one.sent_at,
        one.reminded_at,
        one.accepted_at,
        "yes" if line.has_rehearsed else "no",
        line.started_at,
        line.submitted,
        line.finished_at,
    )


def _result(line: Line, told: list[str]) -> Iterable[object]:
    known = {"passed": None if line.passed is None else "yes" if line.passed else "no", "points": line.points}
    return (known[name] for name in told)
