from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from guildmark.rules.attempt import Phase, Timeline, accepts_bytes, accepts_uploads, decided_at, phase, time_left

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
    outage_open=st.booleans(),
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


@pytest.mark.parametrize("waiting", [{"pending_reports": 1}, {"outage_open": True}])
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
    first, then = sorted((one, other))
    assert order.index(phase(timeline, now=first)) <= order.index(phase(timeline, now=then))


@given(timelines, instants)
def test_a_decision_bears_an_instant_and_only_a_decision(timeline, now):
    instant = decided_at(timeline, now=now)
    assert (instant is not None) == (phase(timeline, now=now) is Phase.DECIDED)
    assert instant in (None, timeline.finished_at, timeline.deadline)


@given(timelines, seconds, instants)
def test_a_credit_never_takes_time_away(timeline, credit, now):
    credited = replace(timeline, credits=(*timeline.credits, credit))
    assert time_left(credited, now=now) >= time_left(timeline, now=now)


@given(timelines, instants, instants)
def test_bytes_that_count_were_opened_before_the_deadline(timeline, opened_at, now):
    assume(accepts_bytes(timeline, opened_at=opened_at, now=now))
    assert opened_at < timeline.deadline
    assert now <= timeline.last_byte_at
