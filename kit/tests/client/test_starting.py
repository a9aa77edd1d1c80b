"""What could have been seen before the clock starts is seen before, and what goes wrong after it is told as it is."""

import errno
from types import SimpleNamespace

import pytest

from guildmark.client import disk, workspace
from guildmark.errors import Refused, UsageError


@pytest.fixture
def prepared(session, exam_folder):
    session.register("test", exam_folder)
    session.prepare()
    return session


def no_space(*_args, **_kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_who_signs_in_with_another_account_is_told_whose_exam_it_is(running, portal, signed_in):
    tokens = signed_in.tokens(portal.url)
    signed_in.remember(portal.url, tokens.model_copy(update={"access_token": "mallory"}))
    with pytest.raises(Refused, match=r"“.+” in .+ was begun with another one\.") as caught:
        running.state()
    assert (caught.value.code, caught.value.next_step) == (
        "not_found",
        "Sign in with the account that began it: guildmark login",
    )


def test_without_room_for_the_exams_files_the_clock_does_not_start(prepared, portal, monkeypatch):
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=1000))
    with pytest.raises(
        UsageError, match=r"There is no room on the disk of .*exam: 4\.\d MiB are needed\. 1000 bytes are free\."
    ):
        prepared.begin()
    assert (portal.exam.started_at, [line for line in portal.log if line.split()[1].endswith("/begin")]) == (None, [])


def test_where_the_folder_cannot_be_written_to_the_clock_does_not_start(prepared, portal, monkeypatch):
    def read_only(folder):
        raise OSError(errno.EROFS, "Read-only file system", str(folder))

    monkeypatch.setattr(disk, "require_writable", read_only)
    with pytest.raises(UsageError, match=r"files cannot be written to .*: Read-only file system\.") as caught:
        prepared.begin()
    assert (caught.value.code, caught.value.next_step.endswith("then start the exam."), portal.exam.started_at) == (
        "not_written",
        True,
        None,
    )


def test_a_disk_that_fills_up_just_then_says_that_the_clock_runs_and_the_next_start_goes_on(
    prepared, portal, monkeypatch, exam_folder
):
    with monkeypatch.context() as full:
        full.setattr(workspace, "write_atomically", no_space)
        with pytest.raises(UsageError, match="The exam runs, and its files cannot be written") as caught:
            prepared.begin()
    assert "start once more: the clock runs" in caught.value.next_step
    started = portal.exam.started_at
    prepared.begin()
    assert (portal.exam.started_at, (exam_folder / "Category1" / "starter.py").is_file()) == (started, True)
    assert list(exam_folder.glob(".*.tmp")) == []
