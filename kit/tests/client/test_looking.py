"""What comes before a file is sent, by the time that is left: the same in every tool."""

import os
import time
from datetime import timedelta

import pytest

from guildmark import submit
from guildmark.client.looking import Look, consider, time_left_s


@pytest.fixture
def no_model(running, exam_folder):
    """A file that no grader takes, and that is older than its code."""
    path = exam_folder / "Category1" / "mymodel.keras"
    path.write_bytes(b"score 4")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


@pytest.mark.parametrize(
    ("left_s", "look", "said"),
    [
        (3600, Look.REFUSED, ["model_refused", "older_than_code"]),
        (299, Look.REFUSED, ["model_refused"]),
        (None, Look.REFUSED, ["model_refused"]),
        (59, Look.SKIPPED, []),
    ],
)
def test_the_less_time_is_left_the_less_comes_before_the_opening(running, no_model, left_s, look, said):
    found = consider(running, "category1", no_model, time_left_s=left_s)
    assert (found.look, [notice.code for notice in found.against]) == (look, said)


def test_in_the_last_minute_a_script_sends_a_file_without_a_look(running, portal, no_model):
    portal.exam.now += timedelta(seconds=running.state().time_left_s - 30)
    assert submit(1, no_model, folder=no_model.parent).score == 4


def test_a_portal_that_takes_connections_and_answers_nothing_is_not_waited_for(running, portal, monkeypatch):
    left = running.state().time_left_s
    monkeypatch.setattr("guildmark.client.looking._ANSWERS_WITHIN_S", 0.2)
    portal.exam.state = lambda: time.sleep(2)
    began = time.monotonic()
    assert time_left_s(running) == pytest.approx(left, abs=5)
    assert time.monotonic() - began < 1.5
