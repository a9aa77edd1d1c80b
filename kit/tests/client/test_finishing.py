"""Finishing leaves nothing behind, unasked, of what was handed in."""

import threading

import pytest

from guildmark.client import copying, finishing
from guildmark.client.locks import Taken, one_at_a_time
from guildmark.client.session import Session
from guildmark.errors import Refused, StillWaiting


@pytest.fixture
def model(exam_folder):
    def write(text="score 4", number=1, size=1000, name="mymodel.keras"):
        path = exam_folder / f"Category{number}" / name
        path.write_bytes(text.encode().ljust(size, b" "))
        return path

    return write


@pytest.mark.parametrize("hidden", ["outbox", "outbox/000001-category3"])
def test_what_cannot_be_seen_of_what_waits_holds_finish_up_and_is_said(running, portal, exam_folder, hidden):
    """As where a container handed it in for another user; a file in the folder's place cannot be looked into either."""
    path = exam_folder / ".guildmark" / hidden
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    said = running.send_waiting().stopped_by
    with pytest.raises(StillWaiting, match="cannot be read: Not a directory") as caught:
        running.finish(confirm=True)
    assert (str(said), portal.exam.finished_at) == (str(caught.value), None)
    running.finish(confirm=True, leave_waiting=True)
    assert portal.exam.finished_at is not None


@pytest.fixture
def other_tool(running, exam_folder, signed_in, patience):
    """Another tool on the same folder."""
    with Session.open(exam_folder, credentials=signed_in, patience=patience) as other:
        yield other


@pytest.fixture
def being_copied(running, model, monkeypatch):
    """A file that this tool is handing in, and copies until the event is set; what became of it."""
    begun, goes_on, became = threading.Event(), threading.Event(), []
    original = copying._copied

    def slowly(*args):
        copied = original(*args)
        begun.set()
        goes_on.wait(10)
        return copied

    monkeypatch.setattr(copying, "_copied", slowly)
    thread = threading.Thread(target=lambda: became.append(running.submit("1", model())))
    thread.start()
    begun.wait(10)
    yield goes_on, became
    goes_on.set()
    thread.join()


def test_x6_finishing_waits_for_a_file_that_another_tool_is_copying(being_copied, portal, other_tool):
    goes_on, _became = being_copied
    other_tool.finish(confirm=True, held_up=goes_on.set)
    assert (list(portal.exam.submissions), portal.exam.finished_at is not None) == (["s1"], True)


def test_x6_a_file_that_is_copied_for_long_is_named_and_the_exam_goes_on(being_copied, portal, other_tool, monkeypatch):
    goes_on, became = being_copied
    monkeypatch.setattr(finishing, "_COPYING_S", 0.2)
    with pytest.raises(StillWaiting, match=r"would not count: category1/mymodel\.keras"):
        other_tool.finish(confirm=True)
    assert portal.exam.finished_at is None
    other_tool.finish(confirm=True, leave_waiting=True)
    assert (portal.exam.finished_at is not None, became) == (True, [])
    portal.exam.finished_at = None  # so that the thread comes to its end
    goes_on.set()


def test_x6_between_the_look_at_an_empty_outbox_and_the_answer_nothing_comes_into_it(running, portal):
    original, was_held = portal.exam.finish, []

    def finish(confirm):
        with pytest.raises(Taken), one_at_a_time(running.workspace, "outbox", patient=False):
            pass
        was_held.append(True)
        original(confirm)

    portal.exam.finish = finish
    running.finish(confirm=True)
    assert was_held == [True]


def test_x6_what_comes_into_the_outbox_while_the_rest_is_sent_is_sent_too(running, portal, model):
    running.keep_for_later("1", model())

    def hand_in_another(_item, done, total):
        if done == total and len(portal.exam.uploads) == 1:
            running.keep_for_later("2", model(number=2))

    running.finish(confirm=True, progress=hand_in_another)
    assert (len(portal.exam.submissions), running.waiting()) == (2, ())


def test_finishing_tells_that_it_waits_for_another_tool(running, portal, model):
    running.keep_for_later("1", model())
    goes_on, begun = threading.Event(), threading.Event()

    def hold():
        with one_at_a_time(running.workspace, "category1"):
            begun.set()
            goes_on.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    begun.wait(10)
    running.finish(confirm=True, held_up=goes_on.set)
    thread.join()
    assert list(portal.exam.submissions) == ["s1"]


def test_x6_a_file_that_is_refused_at_finish_is_told_before_the_exam_is_over(running, portal, model):
    running.keep_for_later("1", model("score 5"))
    (item,) = running.waiting()
    item.path.write_bytes(b"torn")
    with pytest.raises(StillWaiting, match=r"not taken just now.*category1/mymodel\.keras.*is damaged") as caught:
        running.finish(confirm=True)
    assert (caught.value.details, portal.exam.finished_at) == ({"files": ["category1/mymodel.keras"]}, None)
    running.finish(confirm=True)
    assert portal.exam.finished_at is not None


def test_what_a_newer_file_took_the_place_of_stops_no_finish(running, portal, model):
    original = portal.exam.open_upload

    def refuse_the_first(category, name, sha256, size):
        if size == 1000:
            raise Refused("Not this one now.", code="strange")
        return original(category, name, sha256, size)

    state = portal.exam.state
    portal.exam.open_upload, portal.exam.state = refuse_the_first, lambda: {**state(), "counts": "last"}
    running.keep_for_later("1", model("score 5"))
    running.keep_for_later("1", model("score 4", size=1001))
    running.finish(confirm=True)
    assert (len(portal.exam.submissions), portal.exam.finished_at is not None) == (1, True)
