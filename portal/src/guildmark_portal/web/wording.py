"""The words of pages for what the protocol says in codes, each with the tone that its icon and colour take."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from guildmark import i18n
from guildmark.errors import AttemptClosed, NotStarted, Refused
from guildmark.protocol import AttemptState, CategoryState, ExamKind, MetricView, ReportView, SubmissionPhase, SubmissionState
from guildmark.rules.attempt import Phase
from guildmark.rules.metric import METRIC_TITLES
from guildmark.rules.scoring import MAX_SCORE, METRIC_DIGITS
from guildmark.rules.verdict import Verdict
from guildmark_portal.credentials.identifiers import normalised


@dataclass(frozen=True)
class Saying:
    """A short word for a state; `tone` is "good", "caution", "bad", "waiting" or "plain"."""

    word: str | Promise
    tone: str


_VERDICTS: Final = {
    Verdict.GRADED: Saying(_("Graded"), "plain"),
    Verdict.REJECTED: Saying(_("Not accepted"), "bad"),
    Verdict.FAILED: Saying(_("Did not run"), "bad"),
    Verdict.TIMED_OUT: Saying(_("Took too long"), "bad"),
    Verdict.OUT_OF_MEMORY: Saying(_("Needed too much memory"), "bad"),
    Verdict.GRADER_ERROR: Saying(_("Our fault: it is graded again"), "caution"),
}
_FULL: Final = Saying(_("Full score"), "good")
QUEUED: Final = Saying(_("Waiting to be graded"), "waiting")
GRADED_AGAIN: Final = Saying(_("It is being graded once more."), "waiting")
_GRADING: Final = Saying(_("Being graded"), "waiting")

_PHASES: Final = {
    Phase.REGISTERED: Saying(_("Not started"), "plain"),
    Phase.PREPARED: Saying(_("Ready to start"), "plain"),
    Phase.RUNNING: Saying(_("Running"), "caution"),
    Phase.GRADING: Saying(_("Being graded"), "waiting"),
    Phase.DECIDED: Saying(_("Finished"), "plain"),
}
_PASSED: Final = Saying(_("Passed"), "good")
_NOT_PASSED: Final = Saying(_("Not passed"), "bad")

_IDENTIFIER_LENGTHS: Final = {12, 14}
"""With and without the GM before it."""

_MINUTE: Final = 60
_WARNINGS: Final = {"last": 5 * _MINUTE, "quarter": 15 * _MINUTE, "hour": 60 * _MINUTE}
"""Below how many seconds each warning holds, the nearest to the end first; `timer.js` has the same."""

_KIB: Final = 1024
_MIB: Final = 1024 * _KIB

# Where an error's own next step is a command, the page says what to do here.
_NEXT_STEPS: Final[dict[type[Refused], str | Promise]] = {
    Refused: _("Load the page again to see where the exam stands."),
    AttemptClosed: _("Nothing more can be submitted; the result follows."),
    NotStarted: _("Start the exam first."),
}


def refusal(error: Refused) -> str:
    """What was refused, and the next step in a browser."""
    return f"{error.message} {_NEXT_STEPS.get(type(error), error.next_step)}".strip()


def certificate_fault(typed: str) -> str:
    """Why there is no certificate with the identifier that somebody `typed`, and what to do."""
    if normalised(typed) is not None:
        return gettext(
            "No certificate has this identifier. Compare it with the certificate, or ask its holder for the address."
        )
    count = sum(character.isalnum() for character in typed)
    if count not in _IDENTIFIER_LENGTHS:
        return gettext(
            "An identifier has twelve letters and digits after GM, in three groups of four. Compare it character by character."
        )
    return gettext(
        "A character is mistyped: the last one checks all the others, and it does not fit. Compare it character by character."
    )


def of_submission(submission: SubmissionState) -> Saying:
    """What became of `submission`, or what it waits for."""
    report = submission.report
    if report is None:
        return _GRADING if submission.phase is SubmissionPhase.GRADING else QUEUED
    return _FULL if report.score == MAX_SCORE else _VERDICTS[report.verdict]


def of_verdict(verdict: str) -> Saying:
    """What became of a file that a report was written on."""
    return _VERDICTS[Verdict(verdict)]


def of_attempt(phase: Phase, *, passed: bool | None) -> Saying:
    """Where an attempt stands; `passed` once it is decided."""
    if phase is Phase.DECIDED and passed is not None:
        return _PASSED if passed else _NOT_PASSED
    return _PHASES[phase]


def metric_name(name: str) -> str:
    """The metric's name as people say it; a name that is not known stands as it is."""
    return i18n._(METRIC_TITLES[name]) if name in METRIC_TITLES else name


def metric(view: MetricView) -> str:
    """`Mean absolute error 12.34 kW`."""
    return gettext("%(name)s %(value)s") % {"name": metric_name(view.name), "value": quantity(view.value, view.unit)}


def quantity(value: float, unit: str) -> str:
    """A measured value with at most the four digits that scores are decided on, and its unit."""
    digits = f"{value:.4f}"
    return f"{digits} {unit}".strip()


def plain_number(value: float) -> str:
    """A measured value without the zeros that say nothing: `0.012`."""
    return f"{value:.{METRIC_DIGITS}f}".rstrip("0").rstrip(".")


def to_next(report: ReportView, unit: str = "") -> str:
    """How far a graded model is from its next point: `0.012 more for 4`; empty where that is not told, or at full score."""
    if report.to_next is None or report.score is None or report.metric is None or report.next_threshold is None:
        return ""
    missing = f"{plain_number(report.to_next)} {report.metric.unit or unit}".strip()
    following = report.score + 1
    if report.next_threshold > report.metric.value:
        return gettext("{missing} more for {score}").format(missing=missing, score=following)
    return gettext("{missing} less for {score}").format(missing=missing, score=following)


@dataclass(frozen=True)
class BandShown:
    """A band of a task as its candidate stands to it. `missing` says what the next one needs."""

    score: int
    threshold: float | None
    is_here: bool
    missing: str


def bands(category: CategoryState) -> tuple[BandShown, ...]:
    """The bands of a category's task from 1 to 5, with the place of what counts; that of 0 is there for who stands on it."""
    if category.task is None:
        return ()
    here, counting = category.best_score, next((s for s in category.submissions if s.counts), None)
    report = None if counting is None else counting.report
    missing = "" if report is None else to_next(report, category.task.unit)
    found = [
        BandShown(score, threshold, score == here, missing if here is not None and score == here + 1 else "")
        for score, threshold in enumerate(category.task.bands.thresholds, start=1)
    ]
    return (BandShown(0, None, is_here=True, missing=""), *found) if here == 0 else tuple(found)


def warnings(attempt: AttemptState) -> tuple[str, ...]:
    """The warnings of an attempt: those that do not hold from its start on; a rehearsal, which nothing hangs on, has none."""
    if attempt.kind is ExamKind.REHEARSAL:
        return ()
    return tuple(name for name, limit in _WARNINGS.items() if limit < attempt.duration_s)


def time_level(seconds: float, of: Iterable[str] = tuple(_WARNINGS)) -> str:
    """How near the end is: "calm", or which one `of` the warnings holds now, "hour", "quarter", or "last"; at last "over"."""
    return "over" if seconds <= 0 else next((name for name in of if seconds < _WARNINGS[name]), "calm")


def span(seconds: int) -> str:
    """A stretch of time: `12 min`, `45 s`, `12 min 5 s`."""
    minutes, rest = divmod(seconds, _MINUTE)
    if not rest:
        return gettext("{minutes} min").format(minutes=minutes)
    if not minutes:
        return gettext("{seconds} s").format(seconds=rest)
    return gettext("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)


def size(count: int) -> str:
    """Bytes in the unit that fits, with at most one digit after the point."""
    if count >= _MIB:
        return gettext("%(count)s MiB") % {"count": _one_digit(count / _MIB)}
    if count >= _KIB:
        return gettext("%(count)s KiB") % {"count": _one_digit(count / _KIB)}
    return ngettext("%(count)d byte", "%(count)d bytes", count) % {"count": count}


def _one_digit(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def clock(seconds: float) -> str:
    """Time left as `4:59:59`; a begun second still counts."""
    whole = max(0, int(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
