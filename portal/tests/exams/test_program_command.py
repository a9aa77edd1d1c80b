"""`guildmark-portal program`: exam versions, their stages and what was settled when, from the command line (rule P2)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from portal.tests.platform.conftest import initialised, made_once, portal_env

from .conftest import MakeBank

__all__ = ["initialised", "made_once", "portal_env"]

pytestmark = pytest.mark.commands
PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()"]


def test_p2_a_version_goes_from_draft_to_live_at_the_command_line(
    initialised: Path, portal_env: dict[str, str], make_bank: MakeBank
) -> None:
    def run(*arguments: str) -> tuple[int, dict[str, Any]]:
        command = [*PORTAL, *arguments, "--data", str(initialised), "--json"]
        answer = subprocess.run(command, env=portal_env, capture_output=True, text=True, check=False)
        return answer.returncode, json.loads(answer.stdout)

    first, second = make_bank(), make_bank(version="2030.2", pass_mark=50)
    assert run("publish", str(first.folder), "--kind", "mock")[1]["stage"] == "live"
    _status, made = run("publish", str(second.folder), "--kind", "mock", "--stage", "draft")
    assert (made["stage"], "program versions tiny-mock" in made["next_step"]) == ("draft", True)
    assert run("program", "step", "tiny-mock", "2030.2", "live", "--why", "Now.")[0] == 3  # not proven
    assert run("program", "step", "tiny-mock", "2030.9", "proven", "--why", "Now.")[0] == 3  # no such version
    assert run("program", "step", "tiny-mock", "2030.2", "proven")[0] == 3  # no reason
    assert run("program", "step", "tiny-mock", "2030.2", "proven", "--owner", "a@example.org")[0] == 2
    assert run("program", "step", "tiny-mock", "2030.2", "proven", "--why", "Now.")[1]["stage"] == "proven"
    assert run("program", "invite", "tiny-mock", "2030.2", "A@example.org")[1] == {"invited": ["a@example.org"]}
    assert run("program", "withdraw", "tiny-mock", "2030.2", "a@example.org")[1] == {"withdrawn": True}
    assert run("programs", "step", "tiny-mock", "2030.2", "live", "--why", "Now.")[1]["stage"] == "live"
    rows = run("program", "versions", "tiny-mock")[1]["versions"]
    assert [(row["version"], row["stage"], list(row["next"])) for row in rows] == [
        ("2030.2", "live", ["retired"]),
        ("2030.1", "retired", ["live"]),
    ]
    run("program", "set", "tiny-mock", "fee=80")
    assert run("program", "diff", "tiny-mock", "1", "2")[1]["changed"] == {"fee": {"from": "0", "to": "80"}}
    assert run("program", "diff", "tiny-mock", "1", "9")[0] == 3
    told = run("program", "history", "tiny-mock")[1]
    assert [one["number"] for one in told["settled"]] == [1, 2]
    assert [(one["version"], one["stage"]) for one in told["stages"]][-2:] == [("2030.1", "retired"), ("2030.2", "live")]
    assert [row["live"] for row in run("program", "list")[1]["programs"]] == [["2030.2"]]
