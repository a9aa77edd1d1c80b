"""The words of the exam page for numbers, at their boundaries."""

import pytest

from guildmark.protocol import AttemptState, ExamKind, MetricView, ReportView
from guildmark.rules.verdict import Verdict
from guildmark_portal.web import wording


def report(value: float, threshold: float | None, score: int | None, unit: str = "") -> ReportView:
    return ReportView(
        verdict=Verdict.GRADED,
        score=score,
        metric=MetricView(name="mae", value=value, unit=unit),
        next_threshold=threshold,
        to_next=None if threshold is None else round(abs(threshold - value), 4),
        reason="graded.quality",
        params={},
        message="",
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (report(0.888, 0.9, 3), "0.012 more for 4"),
        (report(12.0, 11.0, 0, "kW"), "1 kW less for 1"),
        (report(0.8999, 0.9, 4), "0.0001 more for 5"),
        (report(0.95, None, 5), ""),
        (report(0.888, 0.9, None), ""),
    ],
)
def test_x2_the_distance_to_the_next_point_has_its_unit_and_no_empty_digits(found: ReportView, said: str) -> None:
    assert wording.to_next(found) == said


@pytest.mark.parametrize(
    ("left", "level"),
    [
        (18000, "calm"),
        (3600, "calm"),
        (3599.9, "hour"),
        (900, "hour"),
        (899.9, "quarter"),
        (300, "quarter"),
        (299.9, "last"),
        (0.1, "last"),
        (0, "over"),
    ],
)
def test_x14_the_warning_of_every_second(left: float, level: str) -> None:
    assert wording.time_level(left) == level


@pytest.mark.parametrize(
    ("duration_s", "kind", "warned"),
    [
        (3601, ExamKind.LIVE, ("last", "quarter", "hour")),
        (3600, ExamKind.LIVE, ("last", "quarter")),
        (300, ExamKind.DEMO, ()),
        (18000, ExamKind.REHEARSAL, ()),
    ],
)
def test_x14_no_warning_holds_from_the_start(duration_s: int, kind: ExamKind, warned: tuple[str, ...]) -> None:
    attempt = AttemptState.model_construct(duration_s=duration_s, kind=kind)
    assert wording.warnings(attempt) == warned
    assert wording.time_level(299.0, warned) == ("last" if warned else "calm")


@pytest.mark.parametrize(("seconds", "said"), [(45, "45 s"), (60, "1 min"), (720, "12 min"), (725, "12 min 5 s")])
def test_a_stretch_of_time_in_words(seconds: int, said: str) -> None:
    assert wording.span(seconds) == said
