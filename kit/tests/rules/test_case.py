"""Incidents, appeals and accommodations: when an appeal is taken, and by when there is an answer."""

from datetime import datetime, timedelta, timezone

import pytest

from guildmark.rules.case import Standing, answer_due, appeal_until, may_appeal, remind_at, standing

TOLD = datetime(2030, 1, 15, 12, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("beyond", "taken"), [(-SECOND, True), (timedelta(0), True), (SECOND, False)])
def test_x12_an_appeal_is_taken_up_to_its_last_instant(beyond, taken):
    last = appeal_until(TOLD, days=14)
    assert last == datetime(2030, 1, 29, 12, tzinfo=timezone.utc)
    assert may_appeal(TOLD, days=14, now=last + beyond) is taken


@pytest.mark.parametrize(
    ("beyond", "stands"), [(-SECOND, Standing.OPEN), (timedelta(0), Standing.OPEN), (SECOND, Standing.OVERDUE)]
)
def test_p10_a_case_is_overdue_the_second_after_its_answer_was_due(beyond, stands):
    due = answer_due(TOLD, days=10)
    assert due == datetime(2030, 1, 25, 12, tzinfo=timezone.utc)
    assert standing(due=due, is_answered=False, is_withdrawn=False, now=due + beyond) is stands
    assert stands.waits is True


def test_p10_an_answer_ends_a_case_however_late_it_comes():
    late = answer_due(TOLD, days=10) + timedelta(days=100)
    assert standing(due=TOLD, is_answered=True, is_withdrawn=False, now=late) is Standing.ANSWERED
    assert Standing.ANSWERED.waits is False


def test_p10_a_case_that_was_withdrawn_waits_for_nothing():
    assert standing(due=TOLD, is_answered=False, is_withdrawn=True, now=TOLD + SECOND) is Standing.WITHDRAWN
    assert Standing.WITHDRAWN.waits is False


def test_p10_whoever_answers_is_reminded_a_day_before_and_when_it_is_due():
    assert remind_at(TOLD) == (TOLD - timedelta(days=1), TOLD)
