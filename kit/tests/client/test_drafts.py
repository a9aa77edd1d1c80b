"""Files that are being copied into the outbox, while other tools put files in, send them, and clear away."""

import errno
import os
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from guildmark.client import copying, drafts, locks, outbox
from guildmark.client.drafts import make_draft
from guildmark.client.locks import one_at_a_time
from guildmark.client.session import Session
from guildmark.errors import KeptInOutbox, Refused

NOBODYS_PID = 10**8


@pytest.fixture
def model(exam_folder):
    def write(text="score 4", number=1, name="mymodel.keras"):
        path = exam_folder / f"Category{number}" / name
        path.write_bytes(text.encode().ljust(1000, b" "))
        return path

    return write


@pytest.fixture
def another(running, exam_folder, signed_in, patience):
    """Another tool on the same exam folder."""
    with Session.open(exam_folder, credentials=signed_in, patience=patience) as session:
        yield session


@pytest.fixture
def copied_slowly(monkeypatch):
    """Holds up the copy of a file, when all its bytes are there, while the context lasts; then gives what `submit` gave."""
    real = copying._copied

    @contextmanager
    def holding(path, submit):
        inside, go, came = threading.Event(), threading.Event(), []

        def slowly(source, target, beat):
            copied = real(source, target, beat)
            if source == path:
                inside.set()
                assert go.wait(10)
            return copied

        def work():
            try:
                came.append(submit(path))
            except Exception as error:  # noqa: BLE001 - the test looks at it
                came.append(error)

        monkeypatch.setattr(copying, "_copied", slowly)
        thread = threading.Thread(target=work)
        thread.start()
        assert inside.wait(10)
        try:
            yield came
        finally:
            go.set()
            thread.join()

    return holding


@pytest.fixture
def without_locks(monkeypatch):
    class WithoutLocks(FileLock):
        def _acquire(self):
            raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks, "FileLock", WithoutLocks)


@pytest.mark.usefixtures("without_locks")
def test_a_tool_that_puts_a_file_in_clears_away_no_copy_that_another_one_makes(running, another, model, copied_slowly):
    with copied_slowly(model("score 3"), lambda path: running.keep_for_later("1", path)) as came:
        another.keep_for_later("2", model("score 4", 2))
    assert [type(one) for one in came] == [KeptInOutbox]
    assert [one.category for one in running.waiting()] == ["category1", "category2"]


def test_a_copy_holds_up_no_other_category_and_is_told_while_it_is_made(running, another, model, copied_slowly):
    with copied_slowly(model("score 3"), lambda path: running.submit("1", path)) as came:
        began = time.monotonic()
        assert another.submit("2", model("score 4", 2)).report.score == 4
        assert time.monotonic() < began + locks.SILENCE_S / 2
        assert [(one.category, one.name) for one in another.sender.outbox.drafts()] == [("category1", "mymodel.keras")]
    assert (came[0].report.score, another.sender.outbox.drafts()) == (3, ())


def test_a_small_file_that_is_handed_in_while_a_large_one_is_copied_comes_after_it(running, another, model, copied_slowly):
    with copied_slowly(model("score 3"), lambda path: running.keep_for_later("1", path)):
        another.keep_for_later("1", model("score 4", name="small.keras"))
    assert [(one.number, one.path.name) for one in running.waiting()] == [(1, "mymodel.keras"), (2, "small.keras")]


def test_where_the_copy_was_taken_away_nobody_is_told_that_it_is_kept(running, model, monkeypatch):
    real = outbox.write_slip

    def cleared(place, item):
        real(place, item)
        (place / "file" / "mymodel.keras").unlink()

    monkeypatch.setattr(outbox, "write_slip", cleared)
    with pytest.raises(Refused, match="changed while it was being sent"):
        running.keep_for_later("1", model())
    monkeypatch.setattr(outbox, "write_slip", lambda place, item: (outbox.clear_away(place), real(place, item)))
    with pytest.raises(Exception, match="No such file") as caught:
        running.keep_for_later("1", model())
    assert (caught.value.code, running.waiting()) == ("not_written", ())


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a process cannot be seen")
def test_whose_draft_it_is_tells_whether_it_is_alive(tmp_path, monkeypatch):
    mine = make_draft(tmp_path, 1, "category1")
    with monkeypatch.context() as other:
        other.setattr(drafts, "_this_machine", lambda: "0123abcd")
        far = make_draft(tmp_path, 2, "category1")
    with monkeypatch.context() as other:
        other.setattr(os, "getpid", lambda: NOBODYS_PID)
        dead = make_draft(tmp_path, 3, "category1")
    (tmp_path / "draft-1").mkdir()
    strange = drafts.Draft(tmp_path / "draft-1")
    assert list(drafts.drafts(tmp_path)) == [mine, far, dead, strange]

    def after(seconds):
        for one in (mine, far, dead, strange):
            os.utime(one.path, (time.time() - seconds,) * 2)
        return [one.is_alive for one in (mine, far, dead)], [one.is_left for one in (mine, far, dead, strange)]

    assert after(0) == ([True, True, False], [False, False, True, False])
    assert after(600) == ([True, False, False], [False, False, True, False])
    assert after(4000) == ([False, False, False], [True, True, True, True])


def test_a_copy_that_gets_on_touches_its_draft(tmp_path, monkeypatch):
    draft = make_draft(tmp_path, 1, "category1")
    os.utime(draft.path, (0, 0))
    now, beats = [0.0], []
    monkeypatch.setattr(drafts, "elapsed_s", lambda: now[0])
    beat = drafts.beating(draft, lambda: beats.append(True))
    beat()
    assert (draft.path.stat().st_mtime, beats) == (0, [True])
    now[0] = 2.0
    beat()
    assert (draft.path.stat().st_mtime > 0, beats) == (True, [True, True])


# What lies in a place


@pytest.mark.parametrize("has_slip", [True, False])
def test_what_a_system_lays_beside_the_copy_is_not_taken_for_it(running, portal, model, has_slip):
    running.keep_for_later("1", model())
    (item,) = running.waiting()
    for name in ("._mymodel.keras", ".DS_Store"):
        (item.path.parent / name).write_bytes(b"\0\5\26\7")
    if not has_slip:
        (item.place / "slip.json").unlink()
    assert [one.report.score for one in running.send_waiting().sent] == [4]


def test_a_slip_names_no_file_outside_its_place(running, model, exam_folder):
    running.keep_for_later("1", model())
    (item,) = running.waiting()
    slip = item.place / "slip.json"
    slip.write_text(slip.read_text().replace("mymodel.keras", "../../../../secret"))
    assert [one.path for one in running.waiting()] == [item.path]


def test_a_copy_that_somebody_took_away_is_told(running, portal, model):
    running.keep_for_later("1", model())
    (item,) = running.waiting()
    item.path.unlink()
    assert [one.path.name for one in running.waiting()] == ["mymodel.keras"]
    assert [one.refused.code for one in running.send_waiting().refused] == ["copy_damaged"]
    assert portal.exam.uploads == {}


def test_a_name_that_is_no_text_is_kept_all_the_same(running, model):
    path = model()
    odd = path.rename(Path(os.fsdecode(os.fsencode(path.parent) + b"/m\xff.keras")))
    running.keep_for_later("1", odd)
    assert [one.path.name for one in running.waiting()] == [odd.name]


def test_what_was_removed_takes_nothing_with_it_that_has_its_number_now(running, model):
    running.keep_for_later("1", model())
    (first,) = running.waiting()
    running.sender.outbox.remove(first)
    running.keep_for_later("1", model())
    (second,) = running.waiting()
    running.sender.outbox.remove(first)
    assert ((first.number, first.sha256), running.waiting()) == ((second.number, second.sha256), (second,))


def test_a_place_that_is_held_for_a_moment_is_moved_when_it_is_free(running, portal, model, monkeypatch):
    """As on Windows, where a virus scanner reads what is new."""
    held, real = [True, False, True, False], Path.rename

    def rename(path, target):
        if ("draft-" in path.name or "category" in path.name) and held and held.pop(0):
            raise PermissionError(errno.EACCES, "Access is denied", str(path))
        return real(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    monkeypatch.setattr(outbox, "_MOVE_AGAIN_S", 0.0)
    assert running.submit("1", model()).report.score == 4
    assert (held, running.waiting()) == ([], ())


def test_a_place_that_cannot_be_cleared_away_makes_no_error_of_what_was_received(running, portal, model, monkeypatch):
    real = Path.rename

    def rename(path, target):
        if path.name.endswith("category1"):
            raise PermissionError(errno.EACCES, "Access is denied", str(path))
        return real(path, target)

    monkeypatch.setattr(outbox, "_MOVE_AGAIN_S", 0.0)
    with monkeypatch.context() as held:
        held.setattr(Path, "rename", rename)
        assert running.submit("1", model()).report.score == 4
        assert len(running.waiting()) == 1
    running.send_waiting()
    assert (running.waiting(), len(portal.exam.submissions)) == ((), 1)


def test_two_that_are_put_in_at_once_without_locks_get_places_of_their_own(running, another, model, copied_slowly):
    """The second takes the number while the first still copies, and the first goes behind it."""
    with copied_slowly(model("score 3"), lambda path: running.keep_for_later("1", path)):
        place = running.workspace.hidden / "outbox" / "000001-category1"
        (place / "file").mkdir(parents=True)
        (place / "file" / "other.keras").write_bytes(b"score 2")
    assert [(one.number, one.path.name) for one in running.waiting()] == [(1, "other.keras"), (2, "mymodel.keras")]


def test_what_is_kept_waits_for_a_turn_that_ends_soon(running, model):
    with one_at_a_time(running.workspace, "outbox"):
        thread = threading.Thread(target=lambda: running.keep_for_later("1", model()))
        thread.start()
        thread.join(0.3)
        assert (thread.is_alive(), running.waiting()) == (True, ())
    thread.join()
    assert len(running.waiting()) == 1


def test_a_draft_that_finds_no_room_leaves_nothing(tmp_path, monkeypatch):
    real = os.mkdir

    def full(path, *how):
        if str(path).endswith("file"):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        real(path, *how)

    monkeypatch.setattr(os, "mkdir", full)
    with pytest.raises(OSError, match="No space left"):
        make_draft(tmp_path, 1, "category1")
    assert list(tmp_path.iterdir()) == []
