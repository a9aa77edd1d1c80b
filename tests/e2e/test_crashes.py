"""Crashes of ours delay a score and lose nothing."""

import os
import signal
import time
from pathlib import Path

import pytest
from demo.portal import Portal

pytestmark = pytest.mark.cuts


def children(pid: int) -> list[int]:
    """The processes that `pid` started and that still run."""
    listed = [(task / "children").read_text().split() for task in Path(f"/proc/{pid}/task").iterdir()]
    return [int(child) for some in listed for child in some]


def grader_of(portal: Portal) -> int:
    """The process id of the grading service that the portal started."""
    assert portal.process is not None
    (grader,) = [
        pid for pid in children(portal.process.pid) if b"guildmark-grader" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    return grader


def freeze_boxes(grader: int) -> None:
    """Stop everything that the grading service has started, so that a grade takes as long as a test needs."""
    found, begun = children(grader), []
    while found:
        pid = found.pop()
        os.kill(pid, signal.SIGSTOP)
        begun.append(pid)
        found += children(pid)
    assert begun


def wait_for_phase(candidate, number: int, phase: str, within_s: float = 60) -> dict:
    """The newest submission of a category once it is in `phase`."""
    give_up = time.monotonic() + within_s
    while time.monotonic() < give_up:
        submission = candidate.guildmark_json("status")["categories"][number - 1]["submissions"][0]
        if submission["phase"] == phase:
            return submission
        time.sleep(0.1)
    pytest.fail(f"the submission was not {phase} within {within_s} s: {submission}")


def test_x9_killing_the_grader_during_a_grade_delays_the_score_and_loses_nothing(new_portal, person, quick_pack) -> None:
    new_portal.start()
    ada = person("ada", at=new_portal)
    ada.begin()
    ada.solve(1, quick_pack)
    killed = grader_of(new_portal)
    freeze_boxes(killed)
    ada.candidate.guildmark_json("submit", "1", "--no-wait")
    wait_for_phase(ada.candidate, 1, "grading")
    os.kill(killed, signal.SIGKILL)

    submission = wait_for_phase(ada.candidate, 1, "done")
    assert (submission["report"]["verdict"], submission["report"]["score"]) == ("graded", 5)
    assert len(ada.candidate.guildmark_json("status")["categories"][0]["submissions"]) == 1
    assert grader_of(new_portal) != killed


def test_x9_killing_the_portal_between_accepting_and_grading_loses_nothing(
    new_portal, person, quick_pack, monkeypatch, tmp_path
) -> None:
    idle = tmp_path / "grader-that-never-serves"
    idle.write_text("#!/bin/sh\nexec sleep 600\n")
    idle.chmod(0o755)
    monkeypatch.setenv("GUILDMARK_GRADER_COMMAND", str(idle))
    new_portal.start()
    ada = person("ada", at=new_portal)
    ada.begin()
    ada.solve(1, quick_pack)
    receipt = ada.candidate.guildmark_json("submit", "1", "--no-wait")["submission"]["receipt"]
    new_portal.kill()

    monkeypatch.delenv("GUILDMARK_GRADER_COMMAND")
    new_portal.start()
    submission = wait_for_phase(ada.candidate, 1, "done")
    assert (submission["report"]["verdict"], submission["report"]["score"]) == ("graded", 5)
    assert (submission["id"], submission["receipt"]) == (receipt["submission"], receipt)
