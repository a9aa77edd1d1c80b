"""What every tool says of scores, times and limits in the same words: terminal, dashboard, and the panels of the IDEs."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import reduce

from guildmark.i18n import _, mark
from guildmark.protocol import AttemptState, MetricView, ReportView, SubmissionState
from guildmark.rules.contract import TEXT, Contract, TensorContract, shape_text
from guildmark.rules.counting import Counts
from guildmark.rules.metric import METRIC_TITLES
from guildmark.rules.scoring import MAX_SCORE, Bands, Direction
from guildmark.rules.verdict import Verdict
from guildmark.rules.wording import size_text

FULL_MARK, EMPTY_MARK = "◆", "◇"
_VERDICTS = {
    Verdict.REJECTED: mark("rejected"),
    Verdict.FAILED: mark("failed"),
    Verdict.TIMED_OUT: mark("took too long"),
    Verdict.OUT_OF_MEMORY: mark("needed too much memory"),
    Verdict.GRADER_ERROR: mark("a fault of ours"),
}


def clock(seconds: float) -> str:
    """`4:59:07`."""
    whole = max(0, int(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def marks(score: int | None, *, full: str = FULL_MARK, empty: str = EMPTY_MARK) -> str:
    """Five marks that fill, with the number beside them."""
    return f"{empty * MAX_SCORE}  -" if score is None else f"{full * score}{empty * (MAX_SCORE - score)}  {score}"


def metric(value: MetricView | None) -> str:
    """`Accuracy 0.9132`, `Mean absolute error 14210.5 USD`; empty without one."""
    return "" if value is None else f"{metric_name(value.name)} {value.value:g} {value.unit}".strip()


def metric_name(name: str) -> str:
    """The metric's name as people say it; one that is not known stands as it is."""
    return _(METRIC_TITLES.get(name, name))


def to_next(report: ReportView) -> str:
    """How far a graded model is from its next point: `0.012 more for 4`; empty where that is not told, or at full score."""
    if report.to_next is None or report.score is None or report.metric is None or report.next_threshold is None:
        return ""
    missing = f"{report.to_next:g} {report.metric.unit}".strip()
    if report.next_threshold > report.metric.value:
        return _("{missing} more for {score}").format(missing=missing, score=report.score + 1)
    return _("{missing} less for {score}").format(missing=missing, score=report.score + 1)


def standing(submission: SubmissionState) -> str:
    """Where a submission stands, in a few words."""
    report = submission.report
    if report is None:
        if submission.queue_position is None:
            return _("being graded")
        return _("waiting, place {place}").format(place=submission.queue_position)
    if report.verdict is Verdict.GRADED:
        return metric(report.metric)
    return _(_VERDICTS[report.verdict])


def contract_lines(contract: Contract) -> Iterator[str]:
    """What a task asks of a model file, a line for each part."""
    yield _("Input: {tensors}").format(tensors=_tensors(contract.inputs, either=contract.either))
    yield _("Output: {tensors}").format(tensors=_tensor(contract.output))
    yield _("Formats: {names}").format(names=", ".join(one.suffix for one in contract.formats))
    yield _("Size: at most {size}").format(size=size_text(contract.size_limit))
    if contract.forbidden_layers:
        yield _("Layers that are not allowed: {names}").format(names=", ".join(contract.forbidden_layers))
    if contract.predict_ms is not None:
        yield _("Time: at most {count} ms of processor time for 1,000 rows").format(count=contract.predict_ms)


def band_lines(bands: Bands, unit: str = "") -> Iterator[str]:
    """What each score needs, from 1 to 5: `3: from 0.85`, or `3: at most 12.5 kW`."""
    from_below = bands.direction is Direction.HIGHER
    said = _("{score}: from {value}") if from_below else _("{score}: at most {value}")
    for score, threshold in enumerate(bands.thresholds, 1):
        yield said.format(score=score, value=f"{threshold:g} {unit}".strip())


def _tensors(tensors: Iterable[TensorContract], *, either: bool) -> str:
    texts = [_tensor(tensor) for tensor in tensors]
    if not either:
        return ", ".join(texts)
    return reduce(lambda one, other: _("{one} or {other}").format(one=one, other=other), texts)


def _tensor(tensor: TensorContract) -> str:
    kind = _("text") if tensor.dtype == TEXT else tensor.dtype
    return " ".join(part for part in (tensor.name, shape_text(tensor.shape), kind) if part)


def local_time(instant: datetime, *, seconds: bool = False) -> str:
    """`2026-03-02 15:00 UTC+01:00`: by the clock of this machine, with its zone."""
    local = instant.astimezone()
    offset = local.strftime("%z")
    zone = "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:5]}"
    return f"{local:%Y-%m-%d %H:%M:%S} {zone}" if seconds else f"{local:%Y-%m-%d %H:%M} {zone}"


def last_day(state: AttemptState) -> Iterator[str]:
    """From when and until when the exam can be begun, as a sentence; none where nothing is settled, or it has begun."""
    if state.started_at is not None:
        return
    if state.begin_from is not None and state.begin_before is not None:
        first, last = local_time(state.begin_from), local_time(state.begin_before)
        yield _("You can begin it from {first} until {last}.").format(first=first, last=last)
    elif state.begin_until is not None:
        yield _("You can begin it until the end of {day}, wherever you are.").format(day=state.begin_until.isoformat())


def terms(state: AttemptState) -> Iterator[str]:
    """What a candidate should have read before the clock starts, a sentence or two a line."""
    time = clock(state.duration_s + state.extra_s)
    yield _("{title}: {count} categories, {time} on the clock.").format(
        title=state.exam_title, count=len(state.categories), time=time
    )
    if state.is_pilot:
        yield _("This is a pilot: it tries a version of the exam before it goes live.")
        if not state.certifies:
            yield _("It earns no certificate, and a failure makes you wait for nothing.")
    if state.breaks_left:
        said = _("Breaks that you can take, of {minutes} minutes each: {count}. Each adds its minutes to your time.")
        yield said.format(minutes=state.break_minutes, count=state.breaks_left)
    yield from last_day(state)
    yield _("When the clock starts, it runs on the server and cannot be paused. Only models submitted before it ends count.")
    if state.counts is Counts.LAST:
        yield _("Any resource that machine-learning work uses is allowed; submissions are unlimited, and the last counts.")
    else:
        yield _("Any resource that machine-learning work uses is allowed; submissions are unlimited, and the best counts.")
