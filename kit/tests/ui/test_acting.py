"""What the dashboard's keys do, on a real session and a portal on loopback."""

import asyncio
import threading
import time
from datetime import timedelta

import pytest

from guildmark.client.session import Session
from guildmark.errors import ModelRefused, Refused, StillWaiting, UsageError
from guildmark.ui.acting import SessionExam
from guildmark.ui.dashboard import Dashboard

pytest.importorskip("textual")
ONE = "category1"


@pytest.fixture
def exam(running, portal):
    """The exam of a session, followed; closed at the end."""
    portal.exam.polls_until_graded = 1000
    followed = SessionExam(running)
    followed.start(lambda _board: None)
    yield followed
    followed.close()


@pytest.fixture
def model(exam_folder):
    """A file that a portal opens an upload for, and a grader would refuse."""
    path = exam_folder / "Category1" / "mymodel.keras"
    path.write_bytes(b"score 4")
    return path


def unshown(_done, _total):
    """No progress is shown."""


def heard(exam, running):
    """The board knows the time left."""
    exam._live.hear(running.state())


def test_what_the_grader_would_refuse_is_asked_and_can_be_sent_all_the_same(exam, running, model):
    heard(exam, running)
    found = exam.consider(ONE)
    assert (found.file, [notice.code for notice in found.against][:1]) == (model, ["model_refused"])
    assert exam.submit(ONE, found.file, unshown, held_up=bool) == "It is queued for grading; its score comes by itself."
    assert [one.file_name for one in running.state().categories[0].submissions] == ["mymodel.keras"]


def test_the_file_that_was_considered_is_sent_whatever_is_newer(exam, running, model, exam_folder):
    heard(exam, running)
    found = exam.consider(ONE)
    (exam_folder / "Category1" / "mymodel.h5").write_bytes(b"score 1")
    exam.submit(ONE, found.file, unshown, held_up=bool)
    assert [one.file_name for one in running.state().categories[0].submissions] == [model.name]


def test_in_the_last_minute_the_file_is_not_looked_at(exam, running, portal, model):
    portal.exam.now += timedelta(seconds=running.state().time_left_s - 30)
    heard(exam, running)
    found = exam.consider(ONE)
    assert (found.file, found.against) == (model, ())


def test_an_empty_file_is_refused_at_once(exam, running, model):
    heard(exam, running)
    model.write_bytes(b"")
    with pytest.raises(ModelRefused):
        exam.consider(ONE)


def test_a_model_that_was_deleted_meanwhile_is_a_clear_error(exam, running, model):
    heard(exam, running)
    model.unlink()
    with pytest.raises(UsageError, match=r"There is no mymodel\.keras"):
        exam.consider(ONE)


def test_a_submission_stands_even_if_the_portal_is_lost_right_after(exam, running, portal, model, monkeypatch):
    heard(exam, running)
    submit = running.submit

    def and_then_lost(*arguments, **options):
        sent = submit(*arguments, **options)
        portal.faults.drop = 1000
        return sent

    monkeypatch.setattr(running, "submit", and_then_lost)
    assert exam.submit(ONE, model, unshown, held_up=bool) == "It is queued for grading; its score comes by itself."
    portal.faults.drop = 0


def test_what_is_handed_in_and_waits_stands_on_the_list_before_the_end(exam, running, portal, model):
    def not_now(*_announced):
        raise Refused("Not now.", code="strange")

    portal.exam.open_upload = not_now
    running.keep_for_later("1", model)
    assert "mymodel.keras of Category1 is handed in and not sent yet; it is sent before the exam ends." in exam.readiness()
    with pytest.raises(StillWaiting):
        exam.finish(leave_waiting=False, say=print)
    assert portal.exam.finished_at is None


async def test_who_quits_in_the_middle_of_an_upload_leaves_the_file_to_the_next_tool(
    running, portal, model, signed_in, exam_folder
):
    receive, held = portal.exam.receive, threading.Event()
    portal.exam.receive = lambda *what: (held.wait(20), receive(*what))[1]
    app = Dashboard(SessionExam(running))
    async with app.run_test(size=(110, 34)) as pilot:
        await until(lambda: app._chosen() is not None, pilot)
        await pilot.press("s")
        await until(lambda: len(app.screen_stack) == 2, pilot)  # it is no model: sent all the same
        await pilot.press("tab", "enter")
        await until(lambda: portal.exam.uploads, pilot)
        await pilot.press("q")
        await until(lambda: len(app.screen_stack) == 2, pilot)
        await pilot.press("tab", "enter")
        await pilot.pause()
    running.close()  # as the command does
    held.set()
    with Session.open(exam_folder, credentials=signed_in) as next_tool:
        assert app.gave_up
        next_tool.sender.send_waiting(patient=True)
        submissions = [one.file_name for one in next_tool.state().categories[0].submissions]
        assert (submissions, next_tool.waiting()) == ([model.name], ())


async def test_a_sign_in_that_nobody_confirms_is_shown_and_holds_nobody_who_quits(running, portal):
    app = Dashboard(SessionExam(running))
    async with app.run_test(size=(110, 34)) as pilot:
        await until(lambda: app._board is not None and app._board.categories, pilot)
        portal.access.clear()
        portal.refresh = set()
        portal.cut_streams()
        await until(lambda: not app._board.signed_in, pilot)
        await pilot.press("l")
        await until(lambda: "ABCD-EFGH" in log_of(app), pilot)
        quit_at = time.monotonic()
    await asyncio.get_running_loop().shutdown_default_executor()  # as a program's end waits for its threads
    assert time.monotonic() - quit_at < 4.5  # it would ask whether it is confirmed after 5 seconds


def log_of(app):
    return "\n".join(strip.text for strip in app.query_one("#log").lines)


async def until(holds, pilot):
    for _turn in range(1000):
        if holds():
            await pilot.pause()
            return
        await pilot.pause(0.02)
    raise AssertionError
