"""Finding uv and Pythons on a machine that is new."""

import os
from pathlib import Path

import pytest

from guildmark.client.installing import installer
from guildmark.client.interpreters import uv

NAME = "uv.exe" if os.name == "nt" else "uv"


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A terminal that was opened before anything was installed: nothing of the home is on its PATH."""
    for name in ("UV_INSTALL_DIR", "XDG_BIN_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


def put(folder):
    folder.mkdir(parents=True)
    (folder / NAME).touch(mode=0o755)
    return str(folder / NAME)


def test_l3_uv_is_found_where_its_installer_put_it_in_the_terminal_that_ran_it(bare):
    assert uv() is None
    there = put(bare / ".local" / "bin")
    assert (uv(), installer(None).uv) == (there, there)


def test_uv_is_found_where_its_installer_was_told_to_put_it(bare, monkeypatch):
    there = put(bare / "tools")
    monkeypatch.setenv("UV_INSTALL_DIR", str(bare / "tools"))
    assert uv() == there


def test_the_uv_on_path_comes_first(bare):
    put(bare / ".local" / "bin")
    on_path = put(bare / "bin")
    assert uv() == on_path
