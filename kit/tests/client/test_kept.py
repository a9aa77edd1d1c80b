"""What the portal said last, and the time that goes on by this machine's clock."""

from datetime import timedelta

import pytest

from guildmark.client.kept import LastHeard, keep, last_heard, this_machines_time
from guildmark.rules.attempt import Phase

HOUR = timedelta(hours=1)


@pytest.fixture
def heard(running):
    state = running.state()
    return lambda **changes: LastHeard(heard_at=this_machines_time(), state=state.model_copy(update=changes))


def test_what_the_portal_said_last_is_kept_for_every_tool(running):
    assert running.last_heard() is None
    state = running.state()
    assert running.last_heard().state == state


def test_x14_the_time_goes_on_by_this_machines_clock(heard):
    last = heard()
    assert last.time_left_s(last.heard_at + HOUR) == 4 * 3600
    assert last.time_left_s(last.heard_at + 9 * HOUR) == 0
    assert last.age_s(last.heard_at + HOUR) == 3600


def test_a_clock_that_was_set_back_takes_no_time_away_and_gives_none(heard):
    last = heard()
    assert (last.time_left_s(last.heard_at - HOUR), last.age_s(last.heard_at - HOUR)) == (5 * 3600, 0)


def test_time_that_stands_still_stands_still_here_too(heard):
    outage = heard(outage_since=this_machines_time())
    prepared = heard(phase=Phase.PREPARED)
    assert outage.time_left_s(outage.heard_at + HOUR) == 5 * 3600
    assert prepared.time_left_s(prepared.heard_at + HOUR) == 5 * 3600


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"heard_at": "2026-03-02T09:00:00Z", "state": {}}', b"\xff\x00"])
def test_a_broken_copy_is_as_good_as_none_and_is_made_anew(running, content):
    (running.workspace.hidden / "last.json").write_bytes(content)
    assert running.last_heard() is None
    running.state()
    assert running.last_heard() is not None


def test_a_copy_of_another_attempt_is_none(running):
    keep(running.workspace, running.state().model_copy(update={"id": "another"}), heard_at=this_machines_time())
    assert last_heard(running.workspace) is None


def test_a_copy_of_a_later_version_is_read_without_what_it_says_more(running):
    running.state()
    path = running.workspace.hidden / "last.json"
    path.write_bytes(path.read_bytes().replace(b'{"heard_at"', b'{"more": [1], "heard_at"', 1))
    assert running.last_heard().state.program == "test"


def test_a_copy_that_cannot_be_written_is_no_reason_to_fail(running):
    (running.workspace.hidden / "last.json").mkdir()
    assert running.state().phase is Phase.RUNNING
    assert running.last_heard() is None
