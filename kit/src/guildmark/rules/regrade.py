"""Which of a submission's reports stands when it was graded more than once.

The first report stands; a later one takes its place only where it scores higher, so that grading again never takes anything
away by itself. Only an examiner's ruling, which names a report and says why, may.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Graded:
    """One report of a submission. `score` is None where the file could not be graded; any score is higher than none."""

    id: int
    score: int | None
    recorded_at: datetime


def standing(reports: Sequence[Graded], *, ruling: int | None = None) -> Graded | None:
    """The report that stands: the one that a ruling names, else of those with the highest score the earliest.

    None without a report. Raises `ValueError` for a ruling that names none of them.
    """
    if ruling is not None:
        named = next((report for report in reports if report.id == ruling), None)
        if named is None:
            raise ValueError("a ruling names one of the reports")
        return named
    in_order = sorted(reports, key=lambda report: (report.recorded_at, report.id))
    return max(in_order, key=lambda report: -1 if report.score is None else report.score, default=None)
