"""An export takes its place whole or not at all, and never the place of something else."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from guildmark_portal.registry import placing
from guildmark_portal.registry.placing import MARK, in_place_of
from guildmark_portal.registry.refusals import ExportRunning, FolderInUse, FolderRefused

pytestmark = pytest.mark.certificates

KILLED = """
import os, signal, sys
from pathlib import Path
from guildmark_portal.registry.placing import in_place_of
with in_place_of(Path(sys.argv[1])) as draft:
    (draft / "export.json").write_text("new")
    (draft / "more").write_text("new")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def write(folder: Path, text: str) -> None:
    with in_place_of(folder) as draft:
        (draft / MARK).write_text(text, encoding="utf-8")


def beside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir())


def test_a_new_folder_and_an_earlier_export_are_written(folder: Path) -> None:
    for text in ("one", "two"):
        write(folder, text)
        assert ((folder / MARK).read_text(encoding="utf-8"), beside(folder)) == (text, ["register"])
    assert folder.stat().st_mode & 0o777 == 0o777 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_nothing_of_the_earlier_export_is_left_in_the_new_one(folder: Path) -> None:
    write(folder, "one")
    (folder / "network").mkdir()
    (folder / "network" / "ada.html").write_text("Ada", encoding="utf-8")
    write(folder, "two")
    assert [path.name for path in folder.iterdir()] == [MARK]


@pytest.mark.parametrize("make", [lambda path: path.write_text("mine"), lambda path: (path / "photos").mkdir(parents=True)])
def test_what_is_no_export_is_never_replaced(folder: Path, make) -> None:
    folder.parent.mkdir(parents=True)
    make(folder)
    with pytest.raises(FolderInUse) as refused:
        write(folder, "one")
    assert refused.value.next_step == "Name a folder that does not exist yet, or that of an earlier export."
    assert beside(folder) == ["register"]
    assert folder.is_file() or (folder / "photos").is_dir()


def test_a_fault_leaves_the_earlier_export_and_nothing_beside_it(folder: Path) -> None:
    write(folder, "one")
    with pytest.raises(UnicodeEncodeError):
        write(folder, "\udc80")
    assert ((folder / MARK).read_text(encoding="utf-8"), beside(folder)) == ("one", ["register"])


def test_x13_kill_9_leaves_the_earlier_export_and_the_next_one_sweeps_up(folder: Path) -> None:
    write(folder, "one")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False, timeout=30)
    assert killed.returncode == -signal.SIGKILL
    assert ((folder / MARK).read_text(encoding="utf-8"), beside(folder)) == ("one", [".register.draft", "register"])
    write(folder, "three")
    assert (sorted(path.name for path in folder.iterdir()), beside(folder)) == ([MARK], ["register"])


def test_where_folders_cannot_be_exchanged_they_are_renamed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "_exchanged", lambda _one, _other: False)
    for text in ("one", "two"):
        write(folder, text)
        assert ((folder / MARK).read_text(encoding="utf-8"), beside(folder)) == (text, ["register"])


def test_two_at_once_are_one_too_many(folder: Path) -> None:
    with in_place_of(folder) as draft:
        (draft / MARK).write_text("one", encoding="utf-8")
        with pytest.raises(ExportRunning):
            write(folder, "two")
    assert (folder / MARK).read_text(encoding="utf-8") == "one"


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(FolderRefused) as refused:
        write(tmp_path / "file" / "register", "one")
    assert "See that the folder above it can be written" in str(refused.value)
