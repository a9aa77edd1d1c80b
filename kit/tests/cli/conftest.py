import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for what several files of tests use

from command_answers import RUNNER, Answer

from guildmark.cli import app


@pytest.fixture
def guildmark(monkeypatch, portal, tmp_path):
    """Runs a command in the folder `here` (the exam's, once there is one)."""
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setenv("GUILDMARK_SERVER", portal.url)
    monkeypatch.setenv("COLUMNS", "120")
    return lambda *args: Answer(RUNNER.invoke(app, list(args)))


@pytest.fixture
def started(guildmark, signed_in, monkeypatch, tmp_path):
    assert guildmark("start", "--yes", "--json").json["phase"] == "running"
    monkeypatch.chdir(tmp_path / "place" / "test")
    return tmp_path / "place" / "test"


@pytest.fixture
def no_wait(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _s: None)
