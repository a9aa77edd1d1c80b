"""What became of a submission, and whose fault it was. The reasons stand in `reasons`, their words come from `wording`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

Params = Mapping[str, str | int | float]


class Verdict(str, Enum):
    """How grading ended."""

    GRADED = "graded"
    REJECTED = "rejected"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    GRADER_ERROR = "grader_error"

    @property
    def is_ours(self) -> bool:
        """Whether the fault is ours: then it is tried again, and never counts against the candidate."""
        return self is Verdict.GRADER_ERROR


@dataclass(frozen=True)
class Reason:
    """One reason: its stable `code`, the verdict that it goes with, and its sentence with named gaps."""

    code: str
    verdict: Verdict
    sentence: str
