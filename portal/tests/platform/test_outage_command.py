"""`guildmark-portal outage`: an outage from the command line."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.commands

PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()"]


def declare(env: dict[str, str], data: Path, began: str, ended: str) -> subprocess.CompletedProcess[str]:
    command = [
        *PORTAL,
        "outage",
        "declare",
        "The network failed.",
        "--from",
        began,
        "--to",
        ended,
        "--data",
        str(data),
        "--json",
    ]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_x10_an_outage_is_declared(initialised, portal_env):
    answer = declare(portal_env, initialised, "2026-01-15T12:00+00:00", "2026-01-15T12:10+00:00")
    assert (answer.returncode, json.loads(answer.stdout)) == (0, {"outage": 1, "running": 0, "decided": []})


def test_what_is_no_outage_is_refused_with_the_next_step(initialised, portal_env):
    found = [
        declare(portal_env, initialised, *span)
        for span in (
            ("2026-01-15T12:00", "2026-01-15T12:10"),
            ("yesterday", "today"),
            ("2026-01-15T12:10+00:00", "2026-01-15T12:00+00:00"),
            ("2026-01-15T12:00+00:00", "2126-01-15T12:00+00:00"),
            ("2025-01-15T12:00+00:00", "2026-01-15T12:00+00:00"),
        )
    ]
    assert [answer.returncode for answer in found] == [2, 2, 3, 3, 3]
    assert [json.loads(answer.stdout)["error"]["next_step"] for answer in found] == [
        "Write it like 2026-01-15T12:00+00:00.",
        "Write it like 2026-01-15T12:00+00:00.",
        "Compare both instants, and declare it again.",
        "Compare its end with the time now, in UTC, and declare it once it is over.",
        "Correct its beginning or its end, or say that it did last that long.",
    ]


def test_x10_the_example_of_the_manual_works_as_printed(initialised, portal_env):
    manual = (Path(__file__).parents[3] / "docs" / "operating.md").read_text()
    (line,) = [line for line in manual.splitlines() if line.startswith("guildmark-portal outage declare ")]
    command = [*PORTAL, *shlex.split(line)[1:], "--data", str(initialised)]
    answer = subprocess.run(command, env=portal_env, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout.startswith("Declared.")) == (0, True)
