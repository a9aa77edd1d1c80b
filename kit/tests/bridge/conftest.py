from pathlib import Path

import pytest
from bridge_front import Inside, Process


@pytest.fixture
def new_ide(tmp_path, portal, signed_in, monkeypatch):
    """Opens bridges in this process."""
    monkeypatch.setenv("GUILDMARK_SERVER", portal.url)
    opened = []

    def make(folder=tmp_path):
        opened.append(Inside(Path(folder)))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def ide(new_ide):
    return new_ide()


@pytest.fixture
def new_process(tmp_path, portal, signed_in):
    """Starts bridges as an IDE does."""
    started = []

    def make(*command, **environment):
        started.append(Process(tmp_path, *command, **{"GUILDMARK_SERVER": portal.url, **environment}))
        return started[-1]

    yield make
    for one in started:
        if one.process.poll() is None:
            one.close()


@pytest.fixture
def sitting(ide):
    """An IDE whose exam runs, and its folder."""
    ide.result("hello", client="test")
    ide.result("prepare")
    return ide, ide.result("begin")
