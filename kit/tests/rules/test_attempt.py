from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from guildmark.rules.attempt import (
    Phase,
    Timeline,
    accepts_bytes,
    accepts_uploads,
    deadline_at,
    decided_at,
    last_byte_until,
    phase,
    time_left,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
HOURS, GRACE = timedelta(hours=5), timedelta(minutes=15)
SECOND = timedelta(seconds=1)
DEADLINE = START + HOURS
RUNNING = Timeline(HOURS, GRACE, prepared_at=START, started_at=START)

seconds = st.integers(0, 10**6).map(lambda s: timedelta(seconds=s))
instants = st.integers(-(10**5), 10**5).map(lambda s: DEADLINE + timedelta(seconds=s))
timelines = st.builds(
    Timeline,
    duration=seconds,
    grace=seconds,
    prepared_at=st.just(START),
    started_at=st.just(START),
    finished_at=st.none() | instants,
    credits=st.lists(seconds, max_size=3).map(tuple),
    open_uploads=st.lists(instants, max_size=3).map(tuple),
    pending_reports=st.integers(0, 2),
    outage_since=st.none() | instants,
    outage_until=st.none() | instants,
    grace_credits=st.lists(seconds, max_size=2).map(tuple),
    ended_at=st.none() | instants,
    failing_since=st.none() | instants,
)


def test_before_the_start_the_clock_does_not_run():
    registered = Timeline(HOURS, GRACE)
    prepared = replace(registered, prepared_at=START)
    late = START + timedelta(days=100)
    assert [phase(registered, now=late), phase(prepared, now=late)] == [Phase.REGISTERED, Phase.PREPARED]
    assert [time_left(prepared, now=late), prepared.deadline, prepared.last_byte_at] == [HOURS, None, None]
    assert accepts_uploads(prepared, now=late) is False
    assert accepts_bytes(prepared, opened_at=START, now=START) is False


@pytest.mark.parametrize(
    ("now", "is_open", "left", "expected"),
    [
        (START, True, HOURS, Phase.RUNNING),
        (DEADLINE - SECOND, True, SECOND, Phase.RUNNING),
        (DEADLINE, False, timedelta(), Phase.DECIDED),
        (DEADLINE + SECOND, False, timedelta(), Phase.DECIDED),
    ],
)
def test_s8_uploads_are_opened_strictly_before_the_deadline(now, is_open, left, expected):
    assert accepts_uploads(RUNNING, now=now) is is_open
    assert time_left(RUNNING, now=now) == left
    assert phase(RUNNING, now=now) is expected


@pytest.mark.parametrize(
    ("opened_at", "now", "is_taken"),
    [
        (DEADLINE - SECOND, DEADLINE + GRACE - SECOND, True),
        (DEADLINE - SECOND, DEADLINE + GRACE, True),
        (DEADLINE - SECOND, DEADLINE + GRACE + SECOND, False),
        (DEADLINE, DEADLINE, False),
        (DEADLINE + SECOND, DEADLINE + SECOND, False),
    ],
)
def test_s8_bytes_are_taken_up_to_the_grace_for_what_was_opened_in_time(opened_at, now, is_taken):
    assert accepts_bytes(RUNNING, opened_at=opened_at, now=now) is is_taken


@pytest.mark.parametrize(("now", "expected"), [(DEADLINE + GRACE, Phase.GRADING), (DEADLINE + GRACE + SECOND, Phase.DECIDED)])
def test_s8_an_open_upload_holds_the_decision_until_its_grace_is_over(now, expected):
    assert phase(replace(RUNNING, open_uploads=(DEADLINE - SECOND,)), now=now) is expected


def test_an_upload_opened_too_late_holds_nothing():
    assert phase(replace(RUNNING, open_uploads=(DEADLINE,)), now=DEADLINE) is Phase.DECIDED


@pytest.mark.parametrize("waiting", [{"pending_reports": 1}, {"outage_since": DEADLINE}])
def test_no_decision_while_a_report_is_out_or_an_outage_of_ours_is_open(waiting):
    later = DEADLINE + timedelta(days=1)
    assert phase(replace(RUNNING, **waiting), now=later) is Phase.GRADING
    assert decided_at(replace(RUNNING, **waiting), now=later) is None
    assert decided_at(RUNNING, now=later) == DEADLINE


def test_x10_credits_move_the_deadline_to_the_second():
    credited = replace(RUNNING, credits=(timedelta(minutes=7), timedelta(seconds=3)))
    moved = DEADLINE + timedelta(minutes=7, seconds=3)
    assert credited.deadline == moved
    assert [accepts_uploads(credited, now=moved - SECOND), accepts_uploads(credited, now=moved)] == [True, False]
    assert accepts_bytes(credited, opened_at=DEADLINE, now=moved + GRACE) is True


def test_x10_a_credit_after_the_deadline_opens_the_exam_again():
    assert phase(RUNNING, now=DEADLINE + SECOND) is Phase.DECIDED
    assert phase(replace(RUNNING, credits=(timedelta(minutes=1),)), now=DEADLINE + SECOND) is Phase.RUNNING


@pytest.mark.parametrize("later", [{"credits": (HOURS,)}, {"pending_reports": 1}, {"open_uploads": (START,)}])
def test_x10_an_end_that_is_written_down_is_moved_by_nothing(later):
    ended = replace(RUNNING, ended_at=DEADLINE, **later)
    assert [phase(ended, now=DEADLINE + SECOND), decided_at(ended, now=DEADLINE + SECOND)] == [Phase.DECIDED, DEADLINE]
    assert [accepts_uploads(ended, now=DEADLINE + SECOND), time_left(ended, now=DEADLINE + SECOND)] == [False, timedelta()]
    assert accepts_bytes(ended, opened_at=START, now=DEADLINE + SECOND) is False


BEGAN = DEADLINE - timedelta(minutes=10)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (BEGAN - SECOND, timedelta(minutes=10, seconds=1)),
        (BEGAN, timedelta(minutes=10)),
        (BEGAN + SECOND, timedelta(minutes=10)),
        (DEADLINE, timedelta(minutes=10)),
        (DEADLINE + HOURS, timedelta(minutes=10)),
    ],
)
def test_x10_time_stands_still_while_an_outage_is_open(now, left):
    out = replace(RUNNING, outage_since=BEGAN)
    assert [time_left(out, now=now), phase(out, now=now)] == [left, Phase.RUNNING]
    assert accepts_bytes(out, opened_at=now, now=now) is True


@pytest.mark.parametrize("lasted", [timedelta(), SECOND, HOURS])
def test_x10_the_credit_of_an_outage_goes_on_where_the_time_stood(lasted):
    over = BEGAN + lasted
    out, credited = replace(RUNNING, outage_since=BEGAN), replace(RUNNING, credits=(lasted,))
    assert time_left(out, now=over) == time_left(credited, now=over) == timedelta(minutes=10)
    assert [deadline_at(out, now=over), last_byte_until(out, now=over)] == [credited.deadline, credited.last_byte_at]


def test_x10_an_outage_before_the_start_counts_from_the_start():
    out = replace(RUNNING, outage_since=START - HOURS)
    assert [time_left(out, now=START), time_left(out, now=START + HOURS)] == [HOURS, HOURS]


@pytest.mark.parametrize(("began", "is_running"), [(DEADLINE - SECOND, True), (DEADLINE, False), (DEADLINE + SECOND, False)])
def test_x10_an_outage_in_the_grace_moves_the_grace_alone(began, is_running):
    out, later = replace(RUNNING, outage_since=began), DEADLINE + HOURS
    assert accepts_uploads(out, now=later) is is_running
    assert last_byte_until(out, now=later) == DEADLINE + GRACE + (later - began)
    assert accepts_bytes(out, opened_at=DEADLINE - SECOND, now=later) is True
    assert (phase(out, now=later) is Phase.RUNNING) is is_running


def test_x10_an_outage_after_the_grace_moves_nothing_and_holds_the_decision():
    out, later = replace(RUNNING, outage_since=DEADLINE + GRACE), DEADLINE + HOURS
    assert [deadline_at(out, now=later), last_byte_until(out, now=later)] == [DEADLINE, DEADLINE + GRACE]
    assert phase(out, now=later) is Phase.GRADING


def test_x10_a_credit_of_the_grace_moves_the_last_byte_to_the_second():
    credited = replace(RUNNING, grace_credits=(timedelta(minutes=1),))
    last = DEADLINE + GRACE + timedelta(minutes=1)
    taken = [accepts_bytes(credited, opened_at=START, now=now) for now in (last, last + SECOND)]
    assert [credited.deadline, *taken] == [DEADLINE, True, False]


def test_x10_who_finished_is_not_held_by_an_outage():
    finished = replace(RUNNING, finished_at=START + SECOND, outage_since=START)
    assert phase(finished, now=START + SECOND) is Phase.DECIDED


def test_a_finish_ends_it_and_bears_the_decision():
    finished = replace(RUNNING, finished_at=START + SECOND, open_uploads=(START,))
    assert phase(finished, now=START + SECOND) is Phase.DECIDED
    assert decided_at(finished, now=DEADLINE) == START + SECOND
    assert [accepts_uploads(finished, now=START + SECOND), accepts_bytes(finished, opened_at=START, now=START + SECOND)] == [
        False,
        False,
    ]


@given(timelines, instants)
def test_uploads_are_open_exactly_while_it_runs(timeline, now):
    assert accepts_uploads(timeline, now=now) == (phase(timeline, now=now) is Phase.RUNNING)
    assert (time_left(timeline, now=now) > timedelta()) == (phase(timeline, now=now) is Phase.RUNNING)


@given(timelines, instants, instants)
def test_phases_only_go_forward(timeline, one, other):
    order = [Phase.REGISTERED, Phase.PREPARED, Phase.RUNNING, Phase.GRADING, Phase.DECIDED]
    assert [stands.is_over for stands in order] == [False, False, False, True, True]
    first, then = sorted((one, other))
    assert order.index(phase(timeline, now=first)) <= order.index(phase(timeline, now=then))


@given(timelines, instants)
def test_a_decision_bears_an_instant_and_only_a_decision(timeline, now):
    instant = decided_at(timeline, now=now)
    assert (instant is not None) == (phase(timeline, now=now) is Phase.DECIDED)
    assert instant in (None, timeline.ended_at, timeline.finished_at, timeline.deadline)


@given(timelines, seconds, instants)
def test_a_credit_never_takes_time_away(timeline, credit, now):
    credited = replace(timeline, credits=(*timeline.credits, credit))
    assert time_left(credited, now=now) >= time_left(timeline, now=now)


@given(timelines.map(lambda found: replace(found, finished_at=None, ended_at=None)), instants, instants)
def test_bytes_that_count_were_opened_before_the_deadline(timeline, opened_at, now):
    assume(accepts_bytes(timeline, opened_at=opened_at, now=now))
    assert opened_at < deadline_at(timeline, now=now)
    assert now <= last_byte_until(timeline, now=now)


@pytest.mark.parametrize(
    ("since", "expected"),
    [(START, Phase.GRADING), (DEADLINE - SECOND, Phase.GRADING), (DEADLINE, Phase.DECIDED), (DEADLINE + SECOND, Phase.DECIDED)],
)
def test_x10_grading_that_fails_since_before_the_deadline_holds_the_decision(since, expected):
    """Before it is known to be an outage, and a second before the deadline."""
    failing = replace(RUNNING, failing_since=since)
    assert phase(failing, now=DEADLINE + 2 * SECOND) is expected
    assert phase(failing, now=DEADLINE - SECOND) is Phase.RUNNING
    assert phase(replace(failing, finished_at=DEADLINE - SECOND), now=DEADLINE + SECOND) is Phase.DECIDED


def test_x10_from_the_end_of_an_outage_to_its_credit_nothing_of_it_is_lost_and_nothing_is_decided():
    out = replace(RUNNING, outage_since=DEADLINE - SECOND, outage_until=DEADLINE + HOURS)
    assert time_left(out, now=DEADLINE + HOURS) == SECOND
    assert [phase(out, now=DEADLINE + HOURS + late) for late in (timedelta(), SECOND, HOURS)] == [
        Phase.RUNNING,
        Phase.GRADING,
        Phase.GRADING,
    ]
