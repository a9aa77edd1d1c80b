"""The bridge that the pages of a Jupyter server share: it stays while it has something to do, although nobody looks."""

import json
import queue
import runpy
from pathlib import Path

import pytest
from bridge_front import LIMIT_S, model

from guildmark.bridge import Endpoint

SHARED = Path(__file__).parents[3] / "integrations" / "jupyter" / "guildmark_jupyter" / "shared.py"

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the kit alone, without what is for JupyterLab")


@pytest.fixture
def page(sitting, portal):
    """A page before a shared bridge, and the folder of an exam that runs."""
    _ide, begun = sitting
    answers = queue.Queue()
    endpoint = Endpoint(lambda line: answers.put(json.loads(line)))
    shared = runpy.run_path(str(SHARED))["SharedBridge"](Path(begun["folder"]))
    shared.join(endpoint)

    def ask(method, **params):
        shared.receive(json.dumps({"jsonrpc": "2.0", "id": method, "method": method, "params": params}), endpoint)
        while (answer := answers.get(timeout=LIMIT_S)).get("id") != method:
            pass
        return answer["result"]

    def leave():
        shared.leave(endpoint)
        for thread in shared._asked:
            thread.join(LIMIT_S)

    yield shared, ask, leave
    shared.close()


def test_a_bridge_that_nobody_looks_at_is_left(page):
    shared, ask, leave = page
    ask("hello", client="test")
    assert shared.is_left(after_s=0) is False
    leave()
    assert shared.is_left(after_s=60) is False
    assert shared.is_left(after_s=0) is True


def test_a_bridge_that_sends_what_waits_is_not_left_before_it_is_sent(page, sitting, portal):
    (ide, begun), (shared, ask, leave) = sitting, page
    model(begun, 4, size=500_000)
    portal.faults.drop = 10_000
    assert ide.result("submit", category="1", anyway=True)["submission"] is None
    ide.close()
    ask("hello", client="test")
    leave()
    assert shared.is_left(after_s=0) is False
