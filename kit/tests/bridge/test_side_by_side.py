"""Requests of one bridge at the same time: none takes from another what it works with."""

import json
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from bridge_front import LIMIT_S, model

from guildmark.client import looking, warnings

MEBIBYTE = 1024 * 1024


@pytest.fixture
def slow(portal):
    """Makes the portal take bytes only while nobody holds it: an upload stays under way until `go` is set."""
    go, has_begun = threading.Event(), threading.Event()
    receive = portal.exam.receive

    def slowly(upload, data):
        has_begun.set()
        assert go.wait(LIMIT_S)
        return receive(upload, data)

    portal.exam.receive = slowly
    yield go, has_begun
    go.set()


def begun_submit(ide, slow):
    """A submit that is under way, its number, and what ends it."""
    go, has_begun = slow
    ide.write(json.dumps({"jsonrpc": "2.0", "id": 700, "method": "submit", "params": {"category": "1", "anyway": True}}))
    assert has_begun.wait(LIMIT_S)
    return go


def answer_of(ide, number):
    while True:
        answer = ide.answers.get(timeout=LIMIT_S)
        if answer["id"] == number:
            return answer


def test_signing_in_leaves_an_upload_that_is_under_way_alone(sitting, portal, slow):
    ide, begun = sitting
    model(begun, 4, size=8 * MEBIBYTE)
    portal.sign_in_interval_s = 0.01
    go = begun_submit(ide, slow)
    assert ide.result("sign_in", server=portal.url)["email"]
    go.set()
    assert answer_of(ide, 700)["result"]["submission"]["report"]["score"] == 4


def test_a_sign_in_that_nobody_confirms_leaves_the_exam_followed(sitting, portal):
    ide, begun = sitting
    portal.sign_in_interval_s = 0.01
    portal.pending_polls[:] = ["access_denied"]
    assert "error" in ide.ask("sign_in", server=portal.url)
    told = len(ide.notified("board"))
    model(begun, 3)
    ide.until(lambda one: one["categories"][0]["model"], after=told)


def test_a_sign_in_at_another_portal_is_for_what_is_asked_next(ide, portal, monkeypatch):
    ide.result("hello", client="test")
    ide.result("programs")
    assert ide.ask("sign_in", server="https://exam.invalid")["error"]["data"]["exit_code"] == 5
    assert ide.result("hello", client="test")["server"] == "https://exam.invalid"
    assert ide.result("hello", client="test", server=portal.url)["server"] == portal.url
    assert ide.result("programs")["programs"]


def test_a_bridge_knows_that_something_waits_until_it_is_sent(sitting, portal):
    ide, begun = sitting
    assert ide.bridge.has_waiting() is False
    model(begun, 4)
    portal.faults.drop = 10_000
    portal.cut_streams()
    ide.until(lambda one: not one["online"])
    assert ide.result("submit", category="1", anyway=True)["submission"] is None
    assert ide.bridge.has_waiting() is True
    told = len(ide.notified("board"))
    portal.faults.drop = 0
    ide.until(lambda one: one["categories"][0]["waiting"] == 0, after=told)
    assert ide.bridge.has_waiting() is False


@pytest.fixture
def inspections(monkeypatch):
    """Which files were looked into."""
    looked = []
    inspect, look = warnings.inspect_apart, looking.Session.check

    def seen(path, contract):
        looked.append(Path(path).name)
        return inspect(path, contract)

    def checked(session, category, file=None, **how):
        looked.append(Path(file).name)
        return look(session, category, file, **how)

    monkeypatch.setattr(warnings, "inspect_apart", seen)
    monkeypatch.setattr(looking.Session, "check", checked)
    return looked


def test_x4_submit_all_the_same_looks_at_nothing_before_the_opening(sitting, inspections):
    ide, begun = sitting
    model(begun, 4, size=500_000)
    assert ide.result("submit", category="1", anyway=True)["submission"]["report"]["score"] == 4
    assert inspections == []


def test_in_the_last_minute_a_file_is_sent_at_once_and_in_the_last_five_only_a_wrong_one_is_asked_about(
    sitting, portal, inspections
):
    ide, begun = sitting
    path = model(begun, 4, size=500_000)
    portal.exam.now += timedelta(hours=4, minutes=57)
    portal.tell()
    ide.until(lambda one: one["clock"]["time_left_s"] < 200)
    error = ide.ask("submit", category="1")["error"]
    assert error["data"]["details"]["notices"][0]["code"] == "model_refused"
    assert inspections == [path.name]  # the other tasks are not held against it
    portal.exam.now += timedelta(minutes=2, seconds=30)
    portal.tell()
    end = time.monotonic() + LIMIT_S
    while ide.result("board")["clock"]["time_left_s"] >= looking.LAST_S:
        assert time.monotonic() < end
    assert ide.result("submit", category="1")["submission"]["report"]["score"] == 4
    assert inspections == [path.name]


def test_x4_all_the_same_means_the_file_that_was_warned_of_and_not_what_was_saved_meanwhile(sitting):
    ide, begun = sitting
    first = model(begun, 4, size=500_000)
    details = ide.ask("submit", category="1")["error"]["data"]["details"]
    newer = first.with_name("mymodel.h5")
    newer.write_bytes(b"score 1".ljust(500_000))
    about = {"file": details["file"], "seen": details["seen"]}
    done = ide.result("submit", category="1", anyway=True, **about)
    assert done["submission"]["file_name"] == "mymodel.keras"
    first.write_bytes(b"score 2".ljust(500_001))
    again = ide.ask("submit", category="1", anyway=True, **about)["error"]
    assert again["data"]["code"] == "confirm"
    assert again["data"]["details"]["seen"] != details["seen"]
    first.unlink()
    assert ide.ask("submit", category="1", anyway=True, **about)["error"]["data"]["exit_code"] == 2


def test_fetching_back_twice_shows_the_file_that_is_there_and_keeps_what_was_made_of_it(sitting):
    ide, begun = sitting
    model(begun, 2, size=500_000)
    submission = ide.result("submit", category="1", anyway=True)["submission"]["id"]
    first = ide.result("fetch", submission=submission)["path"]
    assert ide.result("fetch", submission=submission)["path"] == first
    Path(first).write_bytes(b"mine now")
    second = ide.result("fetch", submission=submission)["path"]
    assert (Path(first).read_bytes(), Path(second).read_bytes()[:7]) == (b"mine now", b"score 2")


def test_x9_finishing_with_a_file_that_cannot_be_sent_wants_a_word_of_its_own(sitting, portal):
    ide, begun = sitting
    model(begun, 4, size=500_000)
    portal.faults.drop = 10_000
    portal.cut_streams()
    ide.until(lambda one: not one["online"])
    assert ide.result("submit", category="1", anyway=True)["submission"] is None
    error = ide.ask("finish", confirm=True)["error"]["data"]
    assert (error["code"], error["details"]["files"]) == ("still_waiting", ["category1/mymodel.keras"])
    portal.faults.drop = 0
    assert ide.result("finish", confirm=True)["board"]["phase"] in ("grading", "decided")
