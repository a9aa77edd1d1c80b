"""What was handed in goes its way, whatever happens to the tool, the file, the sign-in, the portal or another device."""

import os
import stat
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from loopback_exam import START

from guildmark.client import copying, disk, locks, one_upload
from guildmark.client.copying import copy_durably
from guildmark.client.locks import holder_of, one_at_a_time
from guildmark.client.pauses import Pauses
from guildmark.client.session import Session
from guildmark.errors import AttemptClosed, KeptInOutbox, ModelRefused, Refused, SignInRequired, StillWaiting, UsageError

MEGABYTE = 1024 * 1024
FOR_EVER = 10**6


@pytest.fixture
def model(exam_folder):
    def write(text="score 4", number=1, size=1000, folder=exam_folder):
        path = folder / f"Category{number}" / "mymodel.keras"
        path.write_bytes(text.encode().ljust(size, b" "))
        return path

    return write


def scores(portal):
    exam = portal.exam
    return sorted((one["upload"].category, exam.report(one["upload"].data).score) for one in exam.submissions.values())


def steps(portal):
    """The openings and the pieces, in the order in which the portal saw them."""
    lines = [line.split() for line in portal.log]
    return [
        "open" if method == "POST" else "bytes" for method, path, _length in lines if "uploads" in path and method != "HEAD"
    ]


# The tool


def test_a_tool_that_is_killed_in_mid_upload_has_kept_the_file_and_another_sends_the_rest(running, portal, model, exam_folder):
    path = model(size=5 * MEGABYTE)
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from guildmark.client.session import Session\n"
        "def die(done, total):\n"
        "    if done: os.kill(os.getpid(), signal.SIGKILL)\n"
        "Session.open(Path(sys.argv[1])).submit('1', progress=die)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(exam_folder)], check=False, capture_output=True, timeout=60)
    assert done.returncode == -9, done.stderr
    path.unlink()
    portal.log.clear()
    assert [one.path.name for one in running.waiting()] == ["mymodel.keras"]
    assert [one.report.score for one in running.send_waiting().sent] == [4]
    assert (portal.sent_bytes(), running.waiting()) == (3 * MEGABYTE, ())


def test_a_window_that_is_gone_and_cannot_show_progress_stops_no_file(running, model):
    def gone(_done, _total):
        raise RuntimeError("App is not running")

    assert running.submit("1", model(), progress=gone).report.score == 4


# The file


def test_the_copy_is_for_its_owner_alone(running, portal, model, exam_folder):
    portal.faults.drop = FOR_EVER
    with pytest.raises(KeptInOutbox):
        running.submit("1", model())
    outbox = exam_folder / ".guildmark" / "outbox"
    (item,) = running.waiting()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (outbox, item.path, item.place / "slip.json")] == [
        0o700,
        0o600,
        0o600,
    ]
    assert item.by.pid == os.getpid()


@pytest.fixture
def small_disk(running, monkeypatch):
    """An exam under way on a disk with less room than a model takes."""
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=3 * MEGABYTE))
    monkeypatch.setattr(copying, "_clone", lambda _old, _new: False)


@pytest.mark.usefixtures("small_disk")
def test_without_room_for_a_copy_the_file_itself_is_sent_and_stays(running, portal, model):
    path = model(size=2 * MEGABYTE)
    running.submit("1", path)
    assert [upload.size for upload in portal.exam.uploads.values()] == [2 * MEGABYTE]
    assert (running.waiting(), path.stat().st_size) == ((), 2 * MEGABYTE)


@pytest.mark.usefixtures("small_disk")
def test_without_room_for_a_copy_a_file_that_is_saved_over_meanwhile_is_not_sent_for_what_it_was(running, portal, model):
    path = model(size=2 * MEGABYTE)
    portal.faults.drop = FOR_EVER
    with pytest.raises(KeptInOutbox):
        running.submit("1", path)
    portal.faults.drop = 0
    path.write_bytes(b"something else".ljust(2 * MEGABYTE))
    emptied = running.send_waiting()
    assert ([one.refused.code for one in emptied.refused], portal.exam.submissions) == (["copy_damaged"], {})


@pytest.mark.usefixtures("small_disk")
def test_without_room_for_the_copy_and_a_second_name_it_tells_how_much_is_needed(running, portal, model, monkeypatch):
    monkeypatch.setattr(copying, "_named_twice", lambda _source, _target: False)
    with pytest.raises(
        UsageError, match=r"There is no room on the disk of .*: 6\.0 MiB are needed\. 3\.0 MiB are free\."
    ) as said:
        running.submit("1", model(size=2 * MEGABYTE))
    assert (said.value.code, portal.exam.uploads, running.waiting()) == ("no_room", {}, ())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full is Linux's")
def test_a_disk_that_is_full_in_the_middle_says_the_same(tmp_path, monkeypatch):
    (tmp_path / "model").write_bytes(b"x" * MEGABYTE)
    monkeypatch.setattr(copying, "_private", lambda _path: open("/dev/full", "r+b", buffering=0))  # noqa: PTH123, SIM115
    assert copy_durably(tmp_path / "model", tmp_path / "named").size == MEGABYTE
    monkeypatch.setattr(copying, "_named_twice", lambda _source, _target: False)
    with pytest.raises(UsageError, match=r"There is no room on the disk of .*: 5\.0 MiB are needed\."):
        copy_durably(tmp_path / "model", tmp_path / "copy")


def test_a_file_that_is_just_being_saved_is_copied_when_that_is_done(tmp_path, monkeypatch):
    path, saves = tmp_path / "model", iter([b"epoch 2", b"epoch 3"])
    path.write_bytes(b"epoch 1")
    monkeypatch.setattr(copying, "_SETTLE_S", 0.0)
    monkeypatch.setattr(copying, "_clone", lambda _old, _new: False)
    copied = copy_durably(
        path, tmp_path / "copy", beat=lambda: [path.write_bytes(each) for each in [next(saves, None)] if each]
    )
    assert ((tmp_path / "copy").read_bytes(), copied.size) == (b"epoch 3", 7)
    with pytest.raises(Refused) as caught:
        copy_durably(path, tmp_path / "other", beat=lambda: path.write_bytes(os.urandom(9)))
    assert (caught.value.code, (tmp_path / "other").exists()) == ("file_changed", False)


def test_a_copy_that_is_damaged_here_is_refused_here_and_not_sent_for_ever(running, portal, model):
    running.keep_for_later("1", model(size=2 * MEGABYTE))
    (item,) = running.waiting()
    item.path.write_bytes(b"score 5".ljust(2 * MEGABYTE, b"?"))
    (refused,) = running.send_waiting().refused
    assert (refused.refused.code, portal.sent_bytes(), running.waiting()) == ("copy_damaged", 0, ())


# The sign-in


def test_a_sign_in_that_is_over_at_submit_keeps_the_file_until_somebody_signed_in(running, portal, model):
    running.state()
    portal.access.clear()
    portal.refresh.clear()
    with pytest.raises(SignInRequired, match=r"mymodel\.keras is kept here and is not submitted yet") as caught:
        running.submit("1", model())
    assert (caught.value.code, len(running.waiting())) == ("sign_in_required", 1)
    portal.access.add("ada-1")
    assert [one.report.score for one in running.send_waiting().sent] == [4]


def test_a_wrong_account_loses_nothing(running, portal, model, signed_in):
    tokens = signed_in.tokens(portal.url)
    signed_in.remember(portal.url, tokens.model_copy(update={"access_token": "mallory"}))
    with pytest.raises(KeptInOutbox, match=r"There is no such thing\. mymodel\.keras is kept here"):
        running.submit("1", model())
    assert [one.problem.code for one in running.waiting()] == ["not_found"]
    signed_in.remember(portal.url, tokens)
    assert [one.report.score for one in running.send_waiting().sent] == [4]


# The portal


def test_a_portal_that_stumbles_at_the_opening_is_asked_again(running, portal, model, waits):
    portal.faults.broken = 2
    assert (running.submit("1", model()).report.score, waits) == (4, [0.5, 1])


def test_a_portal_that_goes_on_stumbling_gets_the_file_later(running, portal, model):
    portal.faults.broken = FOR_EVER
    with pytest.raises(
        KeptInOutbox, match=r"status 500\. mymodel\.keras is kept here and is not submitted yet: it is tried again"
    ):
        running.submit("1", model())
    portal.faults.broken = 0
    assert [one.report.score for one in running.send_waiting().sent] == [4]


def test_a_file_that_fails_for_a_reason_of_its_own_holds_up_no_newer_one(running, portal, model):
    original = portal.exam.open_upload

    def refuse_the_first(category, name, sha256, size):
        if size == 1000:
            raise Refused("Not this one now.", code="strange")
        return original(category, name, sha256, size)

    portal.exam.open_upload = refuse_the_first
    running.keep_for_later("1", model("score 1"))
    assert running.submit("1", model("score 2", size=1001)).report.score == 2
    running.keep_for_later("1", model("score 3", size=1002))
    emptied = running.send_waiting()
    assert ([one.report.score for one in emptied.sent], emptied.stopped_by.code) == ([3], "strange")
    assert [one.size for one in running.waiting()] == [1000]


@pytest.mark.parametrize("code", ["file.too_large", "file.empty", "unknown_category"])
def test_what_the_portal_refuses_for_good_is_told_and_not_tried_again(running, portal, model, code):
    def refuse(*_announced):
        raise Refused("Too large.", code=code)

    portal.exam.open_upload = refuse
    running.keep_for_later("1", model("score 1", 1))
    running.keep_for_later("1", model("score 2", 1))
    assert [one.refused.code for one in running.send_waiting().refused] == [code, code]
    assert (running.waiting(), len(running.sender.outbox.refused())) == ((), 2)
    portal.log.clear()
    running.send_waiting()
    assert portal.log == []
    with pytest.raises(Refused) as caught:
        running.submit("2", model("score 3", 2))
    assert (caught.value.code, caught.value.message, running.waiting()) == (code, "Too large.", ())


def test_what_may_pass_is_tried_again_with_growing_pauses(running, portal, model, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("guildmark.client.pauses.elapsed_s", lambda: now[0])

    def refuse(*_announced):
        raise Refused("Not now.", code="strange")

    portal.exam.open_upload = refuse
    running.keep_for_later("1", model())
    pauses, tried = Pauses(15.0, 50.0), []
    for _second in range(200):
        portal.log.clear()
        assert running.sender.send_waiting(pauses=pauses).stopped_by.code == "strange"
        tried += [now[0] - 1000.0] if portal.log else []
        now[0] += 1.0
    assert tried == [0.0, 15.0, 45.0, 95.0, 145.0, 195.0]


def test_s8_what_can_be_opened_is_opened_before_the_first_byte_goes(running, portal, model):
    running.keep_for_later("2", model("score 2", 2))
    running.keep_for_later("2", model("score 3", 2))
    running.submit("1", model("score 1", 1))
    assert steps(portal) == ["open", "open", "bytes", "bytes", "open", "bytes"]
    portal.log.clear()
    running.keep_for_later("1", model("score 4", 1))
    running.keep_for_later("2", model("score 5", 2))
    running.send_waiting()
    assert steps(portal) == ["open", "open", "bytes", "bytes"]
    assert scores(portal) == [("category1", 1), ("category1", 4), ("category2", 2), ("category2", 3), ("category2", 5)]


def test_s8_after_an_outage_near_the_end_the_first_of_each_category_counts_though_its_bytes_come_late(running, portal, model):
    for number in (1, 2):
        running.keep_for_later(str(number), model(f"score {number}", number, 5 * MEGABYTE))
    portal.exam.now = START + timedelta(hours=5) - timedelta(seconds=1)

    def goes_on(_item, done, _total):
        if done:
            portal.exam.now = START + timedelta(hours=5, minutes=1)

    assert len(running.send_waiting(goes_on).sent) == 2


# Another tool


@pytest.fixture
def stopped(running, exam_folder):
    """A process that took the turn in category 1 and is stopped."""
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from guildmark.client.locks import one_at_a_time\n"
        "from guildmark.client.workspace import Workspace\n"
        "with one_at_a_time(Workspace(Path(sys.argv[1])), 'category1'):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(exam_folder)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_tool_that_is_stopped_with_the_turn_is_named_and_the_file_waits(running, portal, model, stopped, monkeypatch):
    monkeypatch.setattr(locks, "SILENCE_S", 0.3)
    told = []
    with pytest.raises(KeptInOutbox, match="does not get on") as caught:
        running.submit("1", model(), held_up=lambda: told.append(True))
    assert f"process {stopped.pid}" in caught.value.next_step
    assert (told, len(running.waiting()), portal.exam.uploads) == ([True], 1, {})
    stopped.kill()
    stopped.wait()
    assert [one.report.score for one in running.send_waiting().sent] == [4]


def test_a_tool_that_gets_on_is_waited_for(running):
    """Its note is touched while it works, and then its turn ends: longer than a silence, and nobody gives up."""
    import threading

    began = threading.Event()

    def work():
        with one_at_a_time(running.workspace, "category1") as turn:
            began.set()
            for _ in range(8):
                time.sleep(0.1)
                turn._beaten_at = 0.0
                turn.beat()

    thread = threading.Thread(target=work)
    thread.start()
    began.wait(10)
    with one_at_a_time(running.workspace, "category1", silence_s=0.5):
        assert holder_of(running.workspace, "category1").pid == os.getpid()
    thread.join()
    assert holder_of(running.workspace, "category1") is None


def test_while_a_file_is_being_sent_it_is_not_told_as_waiting(running, portal, model):
    seen = []
    running.submit("1", model(), progress=lambda *_: seen.append((len(running.waiting()), running.sender.outbox.resting())))
    assert seen == [(1, ()), (1, ())]


# Another device


@pytest.fixture
def elsewhere(running, tmp_path, signed_in, patience):
    """The same exam in a folder of another machine."""
    with Session(running.server, credentials=signed_in, patience=patience) as other:
        other.register("test", tmp_path / "elsewhere")
        other.prepare()
        other.begin()
        yield other


@pytest.fixture
def replaced(running, portal, model):
    """Submits a file whose upload another device takes the place of, and gives what is said."""

    def submit():
        def take_its_place(done, total):
            if done and done < total:
                portal.exam.open_upload("category1", "theirs.keras", "0" * 64, 10)

        with pytest.raises((KeptInOutbox, ModelRefused)) as caught:
            running.submit("1", model(size=5 * MEGABYTE), progress=take_its_place)
        return caught.value

    return submit


@pytest.fixture
def real_state(portal):
    """The portal tells the open upload, and refuses bytes for one that was replaced, as the real one does."""
    exam, original = portal.exam, portal.exam.category
    known = {}

    def category(number, identifier):
        known.update(exam.uploads)
        standing = next((u for u in exam.uploads.values() if u.category == identifier and not u.submission), None)
        told = None
        if standing is not None:
            told = {"id": standing.id, "category": identifier, "file_name": standing.file_name, "size": standing.size}
            told |= {"offset": len(standing.data), "opened_at": standing.opened_at.isoformat()}
        return {**original(number, identifier), "open_upload": told}

    exam.category = category


class _Uploads(dict):
    """Uploads of which a replaced one is told to be closed."""

    def __missing__(self, _name):
        raise Refused("This upload is complete, or was abandoned.", code="upload_closed")


@pytest.fixture
def closes(portal, real_state):
    original = portal.exam.open_upload

    def open_upload(*announced):
        upload = original(*announced)
        portal.exam.uploads = _Uploads(portal.exam.uploads)
        return upload

    portal.exam.open_upload = open_upload


def test_two_devices_in_one_category_do_not_take_each_others_place_for_ever(running, portal, closes, replaced, monkeypatch):
    error = replaced()
    assert "Another device is handing in theirs.keras in this category" in error.message
    for _ in range(3):
        portal.log.clear()
        assert running.send_waiting().stopped_by.code == "upload_elsewhere"
        assert steps(portal) == []
    theirs = next(one for one in portal.exam.uploads.values() if one.file_name == "theirs.keras")
    monkeypatch.setattr(one_upload, "_STANDS_STILL", timedelta(0))
    theirs.data = b"123"  # it gets on
    assert running.send_waiting().stopped_by.code == "upload_elsewhere"
    assert [one.report.score for one in running.send_waiting().sent] == [4]  # it stands still: that device is gone


def test_an_upload_that_this_folder_left_behind_holds_up_nothing(running, portal, model, closes):
    with pytest.raises(KeptInOutbox):
        running.submit("1", model(size=5 * MEGABYTE), progress=lambda *_: setattr(portal.faults, "drop", FOR_EVER))
    portal.faults.drop = 0
    (damaged,) = running.waiting()
    damaged.path.write_bytes(b"score 5".ljust(5 * MEGABYTE, b"?"))
    running.keep_for_later("1", model("score 3", size=1001))
    emptied = running.send_waiting()
    assert ([one.report.score for one in emptied.sent], emptied.stopped_by) == ([3], None)
    assert [one.refused.code for one in emptied.refused] == ["copy_damaged"]


def test_where_the_last_one_counts_a_file_that_something_newer_replaced_is_not_sent_again(running, portal, closes, replaced):
    original = portal.exam.state
    portal.exam.state = lambda: {**original(), "counts": "last"}
    assert replaced().code == "superseded"
    assert (running.waiting(), [one.refused.code for one in running.sender.outbox.refused()]) == ((), ["superseded"])


# The end


def test_x6_finishing_while_a_file_waits_is_refused_and_names_it(running, portal, model):
    running.keep_for_later("1", model())
    with one_at_a_time(running.workspace, "category1"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(locks, "SILENCE_S", 0.2)
        with pytest.raises(StillWaiting, match=r"would not count: category1/mymodel\.keras") as caught:
            running.finish(confirm=True)
    assert (caught.value.code, caught.value.details) == ("still_waiting", {"files": ["category1/mymodel.keras"]})
    assert portal.exam.finished_at is None
    running.finish(confirm=True)
    assert (scores(portal), running.waiting()) == ([("category1", 4)], ())


def test_x6_finishing_without_what_waits_needs_a_word_of_its_own(running, portal, model):
    def refuse(*_announced):
        raise Refused("Not now.", code="strange")

    running.keep_for_later("1", model())
    portal.exam.open_upload = refuse
    with pytest.raises(StillWaiting, match="Not now"):
        running.finish(confirm=True)
    running.finish(confirm=True, leave_waiting=True)
    assert portal.exam.finished_at is not None


def test_s8_what_is_handed_in_after_the_end_is_refused_and_its_copy_stays(running, portal, model):
    portal.exam.now = START + timedelta(hours=6)
    with pytest.raises(AttemptClosed):
        running.submit("1", model())
    assert [one.path.is_file() for one in running.sender.outbox.refused()] == [True]
