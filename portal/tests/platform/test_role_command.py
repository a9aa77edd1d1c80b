"""`guildmark-portal role`: roles from the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.commands

PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()"]


def run(env: dict[str, str], data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*PORTAL, "role", *arguments, "--data", str(data)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_a_role_is_granted_listed_and_revoked(initialised, portal_env):
    granted = run(portal_env, initialised, "grant", "owner@example.org", "reviewer")
    assert (granted.returncode, granted.stdout) == (0, "owner@example.org now has the role reviewer.\n")
    listed = json.loads(run(portal_env, initialised, "list", "--json").stdout)
    assert listed == {"roles": [{"email": "owner@example.org", "role": role} for role in ("owner", "reviewer")]}
    revoked = run(portal_env, initialised, "revoke", "owner@example.org", "reviewer")
    assert revoked.stdout == "owner@example.org no longer has the role reviewer.\n"


def test_what_cannot_be_is_refused_with_the_next_step(initialised, portal_env):
    found = [
        run(portal_env, initialised, *arguments)
        for arguments in (
            ("grant", "owner@example.org", "king"),
            ("grant", "nobody@example.org", "support"),
            ("revoke", "owner@example.org", "owner"),
        )
    ]
    assert [answer.returncode for answer in found] == [2, 3, 3]
    assert [answer.stderr.splitlines()[-1] for answer in found] == [
        "Choose one of: owner, examiner, reviewer, author, support, auditor.",
        "Check the address, or ask the person to create an account first.",
        "Make somebody else an owner first.",
    ]
