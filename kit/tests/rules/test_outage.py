from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.rules.outage import Span, counts_from, gap, goes_on, stalled_since, uncredited

START = datetime(2030, 1, 15, 12, 0, tzinfo=timezone.utc)
HOURS, MINUTE = timedelta(hours=5), timedelta(minutes=1)


def span(began, ended):
    """From minute to minute after the start."""
    return Span(START + timedelta(minutes=began), START + timedelta(minutes=ended))


def minutes(outage, *before):
    return uncredited(outage, started_at=START, deadline=START + HOURS, before=before) / timedelta(minutes=1)


spans = st.tuples(st.integers(-60, 400), st.integers(0, 90)).map(lambda pair: span(pair[0], sum(pair)))


@pytest.mark.parametrize(
    ("outage", "lost"),
    [
        (span(10, 30), 20),
        (span(10, 10), 0),
        (span(-30, 10), 10),
        (span(-30, -10), 0),
        (span(-30, 0), 0),
        (span(290, 320), 30),
        (span(299, 360), 61),
        (span(300, 360), 0),
        (span(301, 360), 0),
    ],
)
def test_x10_an_outage_is_given_back_whole_if_it_began_before_the_deadline(outage, lost):
    assert minutes(outage) == lost


@pytest.mark.parametrize(
    ("before", "lost"),
    [
        ([span(10, 30)], 0),
        ([span(0, 60)], 0),
        ([span(0, 15)], 15),
        ([span(25, 60)], 15),
        ([span(15, 20)], 15),
        ([span(15, 20), span(18, 25)], 10),
        ([span(25, 26), span(12, 13)], 18),
        ([span(30, 40)], 20),
        ([span(0, 10)], 20),
    ],
)
def test_x10_two_outages_at_once_are_credited_once(before, lost):
    assert minutes(span(10, 30), *before) == lost


@given(st.lists(spans, max_size=4))
def test_x10_the_order_in_which_outages_are_credited_does_not_matter(outages):
    def total(order):
        return sum(minutes(outage, *order[:number]) for number, outage in enumerate(order))

    inside = [outage for outage in outages if outage.began_at < START + HOURS]
    assert total(inside) == pytest.approx(total(inside[::-1]))


def test_what_ends_before_it_begins_is_no_span():
    with pytest.raises(ValueError, match="no stretch of time"):
        span(10, 9)


@pytest.mark.parametrize(
    ("seconds", "found"), [(0, False), (59, False), (60, False), (61, True), (86400, True), (-3600, False)]
)
def test_x10_a_gap_of_60_seconds_is_none_and_of_61_is_one(seconds, found):
    now = START + timedelta(seconds=seconds)
    assert gap(START, now=now, after=MINUTE) == (Span(START, now) if found else None)


def test_x10_the_very_first_start_is_no_gap():
    assert gap(None, now=START, after=MINUTE) is None


@pytest.mark.parametrize(
    ("waiting", "graded", "now", "since"),
    [
        (None, None, 600, None),
        (0, None, 60, None),
        (0, None, 61, 0),
        (0, 10, 70, None),
        (0, 10, 71, 10),
        (20, 10, 80, None),
        (20, 10, 81, 20),
    ],
)
def test_x10_grading_stands_still_after_60_seconds_without_a_grade(waiting, graded, now, since):
    def at(seconds):
        return None if seconds is None else START + timedelta(seconds=seconds)

    assert stalled_since(at(waiting), graded_at=at(graded), now=at(now), after=MINUTE) == at(since)


@pytest.mark.parametrize(
    ("waiting", "graded", "still"),
    [(None, None, False), (10, None, True), (10, 5, True), (10, 10, True), (20, 11, False), (None, 11, False)],
)
def test_x10_an_outage_of_grading_is_over_when_a_file_was_graded_or_none_waits(waiting, graded, still):
    def at(minute):
        return None if minute is None else START + timedelta(minutes=minute)

    assert goes_on(at(10), waiting_since=at(waiting), graded_at=at(graded)) is still


@given(spans, st.lists(spans, max_size=4))
def test_x10_an_open_outage_has_moved_the_deadline_by_what_it_is_credited_for(outage, others):
    """At every instant, whatever was given back meanwhile: time that stood still does not jump when the outage is over."""
    before = [other for other in others if other.ended_at <= outage.ended_at]
    since = counts_from(outage.began_at, started_at=START, before=before)
    moved = max(outage.ended_at - since, timedelta())
    assert moved == uncredited(outage, started_at=START, deadline=START + 2 * HOURS, before=before)
