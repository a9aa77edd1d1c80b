"""A disk that is full, and files that cannot be read: sending needs no room, and one file holds up no other."""

import errno
from pathlib import Path

import pytest

from guildmark.client import copying, locks, one_upload, outbox, places, receipts, tus
from guildmark.client.copying import copy_durably
from guildmark.errors import KeptInOutbox, Refused, StillWaiting

FOR_EVER = 10**6
MEGABYTE = 1024 * 1024


@pytest.fixture
def model(exam_folder):
    def write(text="score 4", number=1, name="mymodel.keras", size=1000):
        path = exam_folder / f"Category{number}" / name
        path.write_bytes(text.encode().ljust(size, b" "))
        return path

    return write


@pytest.fixture
def full(monkeypatch):
    """No small file can be written by these modules, and yet a copy was made."""

    def no_room(path, *_args, **_how):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    def fill(*modules):
        for module in modules:
            monkeypatch.setattr(module, "write_atomically", no_room)

    return fill


ALL = (tus, locks, places, receipts)


@pytest.mark.parametrize("modules", [ALL, *((one,) for one in ALL)], ids=["all", *(one.__name__[17:] for one in ALL)])
def test_where_no_note_can_be_written_a_file_is_submitted_all_the_same(running, portal, model, full, modules):
    full(*modules)
    assert running.submit("1", model()).report.score == 4
    assert (running.waiting(), len(portal.exam.submissions)) == ((), 1)
    assert running.submit("1", model("score 5")).report.score == 5


def test_where_no_note_can_be_written_what_waits_is_sent_once(running, portal, model, full):
    (running.workspace.hidden / "last.json").unlink(missing_ok=True)
    running.keep_for_later("1", model("score 3"))
    full(*ALL)
    running.keep_for_later("2", model("score 2", 2))
    assert (running.waiting()[0].before, len(running.waiting())) == (None, 2)
    assert sorted(one.report.score for one in running.send_waiting().sent) == [2, 3]
    assert (running.waiting(), len(portal.exam.submissions)) == ((), 2)


def test_on_a_full_disk_the_rest_of_a_file_goes_on_and_not_the_whole(running, portal, model, full):
    full(*ALL)

    def gone(done, _total):
        portal.faults.drop = FOR_EVER if done else 0

    with pytest.raises(KeptInOutbox, match="stopped answering while"):
        running.submit("1", model(size=5 * MEGABYTE), progress=gone)
    portal.faults.drop = 0
    portal.log.clear()
    assert [one.report.score for one in running.send_waiting().sent] == [4]
    assert (sorted(portal.exam.uploads), portal.sent_bytes()) == (["u1"], 3 * MEGABYTE)


@pytest.fixture
def unreadable(running, model, monkeypatch):
    """A file that waits in category 1, whose copy the disk does not give back, until what is given is called."""
    running.keep_for_later("1", model("score 3"))
    (item,) = running.waiting()
    failing, real = [True], Path.open

    def opened(path, *args, **how):
        if failing and path == item.path:
            raise OSError(errno.EIO, "Input/output error", str(path))
        return real(path, *args, **how)

    monkeypatch.setattr(Path, "open", opened)
    return failing.clear


def test_a_copy_that_cannot_be_read_opens_nothing_and_holds_up_no_later_file(running, portal, model, unreadable):
    assert running.submit("1", model("score 4", name="4.keras")).report.score == 4
    assert [upload.file_name for upload in portal.exam.uploads.values()] == ["4.keras"]
    (item,) = running.waiting()
    assert (item.problem.code, "cannot be read: Input/output error" in item.problem.message) == ("not_read", True)
    with pytest.raises(StillWaiting, match="cannot be read"):
        running.finish(confirm=True)
    unreadable()
    assert [one.report.score for one in running.send_waiting().sent] == [3]


def test_a_copy_that_cannot_be_read_and_has_no_slip_is_told(running, portal, model, unreadable):
    (item,) = running.waiting()
    (item.place / "slip.json").unlink()
    assert [(one.category, one.path.name) for one in running.waiting()] == [("category1", "mymodel.keras")]
    assert (running.send_waiting().stopped_by.code, portal.exam.uploads) == ("not_read", {})
    unreadable()
    assert [one.report.score for one in running.send_waiting().sent] == [3]


def test_a_file_that_stops_to_be_readable_while_it_is_sent_says_so(running, model, monkeypatch):
    monkeypatch.setattr(one_upload, "_require_readable", lambda _item: None)
    running.keep_for_later("1", model())
    (item,) = running.waiting()
    monkeypatch.setattr(one_upload, "_require_whole", lambda _item: item.path.unlink())
    assert running.send_waiting().stopped_by.code == "not_read"


def test_a_model_that_the_disk_does_not_give_back_is_told_as_that(running, model, monkeypatch):
    path, real = model(), Path.open

    def opened(one, *args, **how):
        if one == path:
            raise OSError(errno.EIO, "Input/output error", str(one))
        return real(one, *args, **how)

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(Refused, match=r"mymodel\.keras cannot be read: Input/output error\.") as caught:
        running.submit("1", path)
    assert (caught.value.code, running.waiting(), running.sender.outbox.drafts()) == ("not_read", (), ())


def test_a_copy_that_shares_its_blocks_with_a_file_that_is_being_saved_is_made_anew(tmp_path, monkeypatch):
    """A clone takes no time, so that a file that is half saved shows only by what comes after it."""
    path, saves = tmp_path / "model", iter([b"half and the rest"])
    path.write_bytes(b"half")

    def clone(old, new):
        new.write(old.read())
        new.seek(0)
        return True

    monkeypatch.setattr(copying, "_SETTLE_S", 0.0)
    monkeypatch.setattr(copying, "_clone", clone)
    copy_durably(path, tmp_path / "copy", beat=lambda: [path.write_bytes(each) for each in [next(saves, None)] if each])
    assert (tmp_path / "copy").read_bytes() == b"half and the rest"


def test_a_full_disk_that_takes_the_copy_and_not_the_slip_keeps_the_file(running, portal, model, full):
    full(places)
    portal.faults.drop = FOR_EVER
    with pytest.raises(KeptInOutbox):
        running.submit("1", model())
    (item,) = running.waiting()
    assert (item.ticket, outbox.read_place(item.place, item.number, item.category)) == (item.ticket, item)
    portal.faults.drop = 0
    assert [one.report.score for one in running.send_waiting().sent] == [4]
