"""The file of master keys: made by `init`, rotated by a command, never shown."""

import json
import os
import stat
import subprocess
import sys

import pytest

pytestmark = pytest.mark.commands

PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()"]


@pytest.fixture
def portal(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GUILDMARK_", "DJANGO_"))}

    def run(*arguments):
        command = [*PORTAL, *arguments, "--data", str(tmp_path / "portal"), "--json"]
        answer = subprocess.run(command, env=kept, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout), answer.stdout + answer.stderr

    return run


def test_the_keys_are_made_once_and_rotated_by_a_command(portal, tmp_path):
    path = tmp_path / "portal" / "identity-keys.json"
    told, _said = portal("init")
    assert "identity-keys.json" in told["made"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (first,) = json.loads(path.read_text())["keys"]
    again, _said = portal("init")
    assert (again["made"], json.loads(path.read_text())["keys"]) == ([], [first])
    told, said = portal("rotate-identity-key")
    second, old = json.loads(path.read_text())["keys"]
    assert (told["records"], old) == (0, first)
    portal("rotate-identity-key", "--forget-old")
    (third,) = json.loads(path.read_text())["keys"]
    assert third["id"] not in {first["id"], second["id"]}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(key["key"] in said for key in (first, second, third))
