from datetime import datetime, timedelta, timezone

import pytest

from guildmark.rules.retake import Wait, retake_from, wait_after

WAITS = (Wait(14, "day"), Wait(2, "month"), Wait(1, "year"))
NOON = datetime(2030, 1, 31, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("failures", "wait"), [(0, None), (1, "14 days"), (2, "2 months"), (3, "1 year"), (4, "1 year"), (9, "1 year")]
)
def test_g8_the_wait_grows_with_every_failure_and_the_last_one_stays(failures: int, wait: str | None) -> None:
    assert wait_after(failures, WAITS) == (None if wait is None else Wait.parse(wait))


def test_g8_nobody_waits_where_a_program_names_no_waits() -> None:
    assert (wait_after(3, ()), retake_from([NOON], ())) == (None, None)


@pytest.mark.parametrize(
    ("failed", "again"),
    [
        ([NOON], NOON + timedelta(days=14)),
        ([NOON - timedelta(days=90), NOON], datetime(2030, 3, 31, 12, 0, tzinfo=timezone.utc)),
        ([NOON] * 3, datetime(2031, 1, 31, 12, 0, tzinfo=timezone.utc)),
        ([], None),
    ],
)
def test_g8_the_next_attempt_opens_so_long_after_the_newest_failure(failed: list[datetime], again: datetime | None) -> None:
    assert retake_from(failed, WAITS) == again


@pytest.mark.parametrize(
    ("wait", "failed", "again"),
    [
        ("1 year", (2028, 2, 29), (2029, 2, 28)),
        ("1 year", (2028, 2, 28), (2029, 2, 28)),
        ("1 year", (2027, 2, 28), (2028, 2, 28)),
        ("1 year", (2027, 3, 1), (2028, 3, 1)),
        ("4 years", (2028, 2, 29), (2032, 2, 29)),
        ("2 months", (2027, 12, 31), (2028, 2, 29)),
        ("2 months", (2028, 12, 31), (2029, 2, 28)),
        ("2 months", (2027, 12, 29), (2028, 2, 29)),
        ("14 days", (2028, 2, 16), (2028, 3, 1)),
        ("14 days", (2027, 2, 16), (2027, 3, 2)),
        ("14 days", (2028, 2, 15), (2028, 2, 29)),
    ],
)
def test_g8_a_wait_over_29_february(wait: str, failed: tuple[int, int, int], again: tuple[int, int, int]) -> None:
    before_midnight = datetime(*failed, 23, 59, 59, tzinfo=timezone.utc)
    assert Wait.parse(wait).after(before_midnight) == datetime(*again, 23, 59, 59, tzinfo=timezone.utc)


def test_a_wait_of_months_ends_on_the_last_day_of_a_shorter_month() -> None:
    assert Wait(1, "month").after(NOON) == datetime(2030, 2, 28, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize("written", ["14 days", "1 day", "2 months", "1 year"])
def test_a_wait_is_written_as_it_is_read(written: str) -> None:
    assert str(Wait.parse(written)) == written


@pytest.mark.parametrize("written", ["", "14", "days", "0 days", "-1 day", "1.5 years", "2 weeks", "1 year ago"])
def test_what_is_no_length_of_time_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        Wait.parse(written)
