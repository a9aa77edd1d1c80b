"""Until when an exam can be begun, as the terminal says it."""

import time
from datetime import date

from guildmark.client import wording
from guildmark.protocol import AttemptState

SAID = "You can begin it until the end of 2027-02-28, wherever you are."


def test_g6_the_last_day_is_said_before_the_start(guildmark, signed_in, portal):
    portal.exam.begin_until = date(2027, 2, 28)
    portal.exam.extra_s = 0
    answer = guildmark("start", "--yes", "--no-environment")
    assert SAID in " ".join(answer.out.split())


def test_g6_the_last_day_is_said_until_the_clock_runs_and_not_from_then_on(guildmark, started, portal):
    portal.exam.begin_until = date(2027, 2, 28)
    assert SAID not in " ".join(guildmark("status").out.split())
    document = portal.exam.state()
    not_begun = AttemptState.model_validate({**document, "started_at": None, "phase": "prepared"})
    assert SAID in wording.terms(not_begun)


def test_x8_the_instants_of_a_seat_are_said_in_local_time_instead_of_a_day(started, portal, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Seoul")
    time.tzset()
    seat = {"begin_from": "2027-02-28T23:30:00Z", "begin_before": "2027-03-01T03:00:00Z", "begin_until": "2027-03-01"}
    not_begun = AttemptState.model_validate({**portal.exam.state(), **seat, "started_at": None, "phase": "prepared"})
    said = list(wording.last_day(not_begun))
    monkeypatch.undo()
    time.tzset()
    assert said == ["You can begin it from 2027-03-01 08:30 UTC+09:00 until 2027-03-01 12:00 UTC+09:00."]


def test_an_older_portal_says_nothing_of_a_last_day(started, portal):
    document = {key: value for key, value in portal.exam.state().items() if key != "begin_until"}
    state = AttemptState.model_validate({**document, "started_at": None})
    assert (state.begin_until, list(wording.last_day(state))) == (None, [])
