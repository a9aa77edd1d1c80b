"""The front-ends in TypeScript, tried in Node without the programs around them."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NODE = ROOT / ".ides-venv" / "bin"


@pytest.mark.ides
@pytest.mark.parametrize("part", ["panel", "vscode", "jupyter"])
def test_what_a_front_end_does_by_itself(part: str) -> None:
    env = {**os.environ, "PATH": f"{NODE}{os.pathsep}{os.environ['PATH']}"}
    command = ["node", str(ROOT / "integrations" / "test.mjs"), part]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
