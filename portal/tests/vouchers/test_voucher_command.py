"""`guildmark-portal vouchers`: made, listed and stopped from the command line (rule G7)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from portal.tests.platform.conftest import initialised, made_once, portal_env

__all__ = ["initialised", "made_once", "portal_env"]

pytestmark = pytest.mark.commands
PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()", "vouchers"]


def test_g7_vouchers_are_made_listed_and_stopped(initialised: Path, portal_env: dict[str, str]) -> None:
    def run(*arguments: str) -> tuple[int, dict[str, object]]:
        command = [*PORTAL, *arguments, "--data", str(initialised), "--json"]
        answer = subprocess.run(command, env=portal_env, capture_output=True, text=True, check=False)
        return answer.returncode, json.loads(answer.stdout)

    status, made = run("make", "Class", "--pays", "30 USD", "--count", "2", "--uses", "3", "--until", "2100-12-31")
    assert (status, len(set(made["codes"]))) == (0, 2)
    assert [run("stop", str(made["batch"]))[1]["stopped"] for _ in range(2)] == [True, False]
    (row,) = run("list")[1]["batches"]
    assert (row["pays"], row["slots"], row["used"], row["stands"]) == ("30 USD of the fee", 6, 0, "stopped")
    refused = [run("make", "X", "--pays", pays)[0] for pays in ("nothing", "50 percent", "101%", "0 USD", "0.5 JPY")]
    half = [run("make", "Half", "--pays", pays)[0] for pays in ("50%", "50 %", "30 usd")]
    assert (half, {row["pays"] for row in run("list")[1]["batches"]}) == ([0] * 3, {"50% of the fee", "30 USD of the fee"})
    assert (refused, run("make", "X", "--until", "2001-01-01")[0], run("stop", "77")[0]) == ([2] * 5, 3, 3)
