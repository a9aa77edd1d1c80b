"""Until when an exam can be begun, as the terminal says it."""

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


def test_an_older_portal_says_nothing_of_a_last_day(started, portal):
    document = {key: value for key, value in portal.exam.state().items() if key != "begin_until"}
    state = AttemptState.model_validate({**document, "started_at": None})
    assert (state.begin_until, list(wording.last_day(state))) == (None, [])
