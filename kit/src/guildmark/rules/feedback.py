"""How much of a grading an exam tells before the decision; from then on everything is told."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from guildmark.i18n import mark

KEPT_BACK: Final = "graded.kept_back"
"""The reason of a graded model whose score is told at the decision."""

_KEPT_BACK: Final = mark("The model works and was graded. This exam tells scores when it is decided.")
_WITHOUT_MEASURE: Final[Mapping[str, str]] = {
    "graded.full": mark("Full score."),
    "graded.quality": mark("The implementation is right; what is missing is quality. Improve the model, and submit again."),
    "graded.far": mark(
        "The model runs, but its answers are not better than a simple guess. Check that inputs and outputs mean what the "
        "instructions say (scale, order), then train again."
    ),
}


class Feedback(str, Enum):
    """What a candidate reads of a graded model while the attempt goes on.

    FULL: verdict, reason, score, metric, the distance to the next band, and hints. SCORE: verdict, reason and score. VERDICT:
    verdict and reason alone. Why a model was refused is always told in full.
    """

    FULL = "full"
    SCORE = "score"
    VERDICT = "verdict"

    @property
    def tells_score(self) -> bool:
        """Whether the score is told before the decision."""
        return self is not Feedback.VERDICT

    @property
    def tells_measure(self) -> bool:
        """Whether the metric, the distance to the next band and hints are told before the decision."""
        return self is Feedback.FULL

    def reason_of(self, code: str) -> str:
        """The reason that is told where the grader's is `code`."""
        return KEPT_BACK if code in _WITHOUT_MEASURE and not self.tells_score else code

    def sentence_of(self, code: str) -> str | None:
        """What is said, in English, instead of the grader's sentence of `code`; None where that is told in full."""
        if self.tells_measure or code not in _WITHOUT_MEASURE:
            return None
        return _WITHOUT_MEASURE[code] if self.tells_score else _KEPT_BACK
