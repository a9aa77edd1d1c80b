"""Several tools on one exam folder at once, and tools that are killed: real processes."""

import errno
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from guildmark.client import locks
from guildmark.client.locks import Taken, one_at_a_time, sent_lately
from guildmark.client.session import Session
from guildmark.client.transport import Patience

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are how the processes begin at the same moment")

_TOOLS = Path(__file__).with_name("tools_at_once.py")


def tools(*args):
    """What each process said, and what they wrote of errors."""
    done = subprocess.run(
        [sys.executable, str(_TOOLS), *map(str, args)], capture_output=True, text=True, check=False, timeout=60
    )
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


@pytest.fixture
def model(exam_folder):
    def write(text, name="mymodel.keras", size=4096):
        path = exam_folder / "Category1" / name
        path.write_bytes(text.encode().ljust(size, b" "))
        return path

    return write


def have(portal):
    """How often the portal has each file."""
    return Counter(one["upload"].sha256 for one in portal.exam.submissions.values())


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.cuts
def test_x9_tools_that_submit_at_once_lose_nothing_and_send_nothing_twice(running, portal, model, exam_folder):
    same, other = model("score 3"), model("score 4", "another.keras")
    said, errors = tools("submit", exam_folder, "1", same, other, same, other)
    assert errors == ""
    assert have(portal) == {digest(same): 1, digest(other): 1}
    assert {(one["sha256"], one["submission"]) for one in said} == {
        (upload.sha256, upload.submission) for upload in portal.exam.uploads.values()
    }
    assert sorted(path.stem for path in running.workspace.receipts.iterdir()) == ["s1", "s2"]


@pytest.mark.cuts
def test_x9_tools_that_find_the_portal_at_once_send_what_waits_once(running, portal, model, exam_folder):
    paths = [model(f"score {number}", f"{number}.keras") for number in range(3)]
    for path in paths:
        running.keep_for_later("1", path)
    said, errors = tools("flush", exam_folder, 3)
    assert (errors, [one["stopped"] for one in said]) == ("", [""] * 3)
    running.send_waiting()  # what each left to another that was just done with it
    assert have(portal) == {digest(path): 1 for path in paths}
    assert running.waiting() == ()


def test_a_second_tool_is_told_that_it_waits_and_gets_the_submission_of_the_first(running, portal, model):
    path, told, first = model("score 4"), [], []
    goes_on = threading.Event()

    def slowly(done, total):
        if done == total:
            goes_on.wait(10)

    thread = threading.Thread(target=lambda: first.append(running.submit("1", path, progress=slowly)))
    thread.start()
    while not portal.exam.uploads:
        pass
    second = running.submit("1", path, held_up=lambda: (told.append(True), goes_on.set()))
    thread.join()
    assert (second.id, first[0].id, told, have(portal)) == ("s1", "s1", [True], {digest(path): 1})


def test_the_same_file_submitted_again_later_is_a_submission_of_its_own(running, portal, model):
    path = model("score 4")
    assert (running.submit("1", path).id, running.submit("1", path).id) == ("s1", "s2")


def test_a_category_in_which_another_tool_sends_is_left_to_it(running, portal, model):
    running.keep_for_later("1", model("score 4"))
    with one_at_a_time(running.workspace, "category1"):
        assert (running.send_waiting().sent, running.send_waiting().stopped_by) == ((), None)
        with pytest.raises(Taken), one_at_a_time(running.workspace, "category1", patient=False):
            pass
    assert len(running.send_waiting().sent) == 1


def test_a_broken_note_of_what_was_sent_is_as_good_as_none(running, model):
    running.submit("1", model("score 4"))
    (running.workspace.hidden / "locks" / "category1.json").write_bytes(b"{")
    assert sent_lately(running.workspace, "category1") == ()
    assert running.submit("1", model("score 5")).report.score == 5


def test_a_file_system_that_knows_no_locks_holds_up_no_file(running, portal, model, monkeypatch):
    class WithoutLocks(FileLock):
        def _acquire(self):
            raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks, "FileLock", WithoutLocks)
    running.keep_for_later("1", model("score 3"))
    assert running.submit("1", model("score 4")).report.score == 4
    assert len(portal.exam.submissions) == 2


def test_tools_whose_sign_in_expires_at_once_trade_it_once(running, portal, exam_folder):
    portal.access.clear()
    with ExitStack() as stack, ThreadPoolExecutor(4) as threads:
        sessions = [stack.enter_context(Session.open(exam_folder)) for _ in range(4)]
        states = list(threads.map(Session.state, sessions))
    assert [state.phase.value for state in states] == ["running"] * 4
    assert sum("/o/token" in line for line in portal.log) == 1


@contextmanager
def dying(folder, what):
    """Does `what` with a file, and is killed at a step; tells whether it was."""
    command = [sys.executable, str(_TOOLS), "die", str(folder), what]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def at(step, path):
            process.stdin.write(f"{step} {path}\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield at
        process.stdin.close()


def each_step(at, prepare):
    """Every step at which a process can be killed, until one is not killed any more: its number, the file, whether it died."""
    for step in range(1, 200):
        path = prepare(step)
        said = at(step, path)
        yield step, path, said["killed"]
        if not said["killed"]:
            assert said["status"] == 0
            return
    pytest.fail("it never came to its end")


@pytest.fixture
def impatient(running):
    object.__setattr__(running._patience, "waits_s", Patience(waits_s=()).waits_s)
    return running


@pytest.mark.cuts
def test_x9_a_tool_killed_at_any_step_of_keeping_a_file_keeps_it_whole_or_not_at_all(impatient, portal, model, exam_folder):
    kept = []
    with dying(exam_folder, "keep") as at:
        for step, path, killed in each_step(at, lambda step: model(f"score 4 {step}")):
            waiting = impatient.waiting()
            assert (step, len(waiting) <= 1, waiting or killed) == (step, True, waiting or True)
            assert [one.path.read_bytes() == path.read_bytes() for one in waiting] == [True] * len(waiting)
            impatient.send_waiting()
            assert (step, have(portal)[digest(path)]) == (step, len(waiting))
            kept.append(len(waiting))
    assert (kept[0], kept[-1], sorted(kept)) == (0, 1, kept)
    impatient.keep_for_later("1", model("score 5"))
    assert [path.name for path in (exam_folder / ".guildmark" / "outbox").iterdir()] == ["000001-category1"]


@pytest.mark.cuts
@pytest.mark.parametrize("known", [False, True], ids=["new bytes", "bytes that the portal has"])
def test_x9_a_tool_killed_at_any_step_of_sending_what_waits_sends_it_once(impatient, portal, model, exam_folder, known):
    def prepare(step):
        path = model(f"score 4 {step}")
        if known:
            impatient.submit("1", path)
        impatient.state()
        impatient.keep_for_later("1", path)
        return path

    with dying(exam_folder, "flush") as at:
        for step, path, _killed in each_step(at, prepare):
            impatient.send_waiting()
            assert (step, have(portal)[digest(path)], impatient.waiting()) == (step, 1 + known, ())
    receipts = {path.stem for path in impatient.workspace.receipts.glob("[!.]*.json")}
    assert receipts == set(portal.exam.submissions)


@pytest.mark.cuts
def test_x9_a_tool_killed_at_any_step_of_a_submission_leaves_a_file_that_is_submitted_once(
    impatient, portal, model, exam_folder
):
    with dying(exam_folder, "submit") as at:
        for step, path, killed in each_step(at, lambda step: model(f"score 4 {step}")):
            is_done = bool(have(portal)[digest(path)]) and not (impatient.workspace.uploads / "category1.json").exists()
            if killed and not is_done:
                impatient.submit("1", path)  # as somebody does whose terminal was killed
            assert (step, have(portal)[digest(path)], impatient.waiting()) == (step, 1, ())


@pytest.mark.cuts
def test_x9_a_tool_killed_at_any_step_of_a_submission_leaves_it_to_another_tool_as_soon_as_it_is_kept(
    impatient, portal, model, exam_folder
):
    arrived = []
    with dying(exam_folder, "submit") as at:
        for step, path, _killed in each_step(at, lambda step: model(f"score 4 {step}")):
            handed_in = digest(path)
            path.unlink()
            impatient.send_waiting()
            assert (step, impatient.waiting()) == (step, ())
            arrived.append(have(portal)[handed_in])
    assert (arrived[0], arrived[-1], sorted(arrived)) == (0, 1, arrived)  # lost are only those whose copy was not whole yet
