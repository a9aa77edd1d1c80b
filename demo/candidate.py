"""The candidate of the demo: types the client's commands, fills in the starters with the pack's reference, trains."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomllib

from demo.portal import BIN

Narrate = Callable[[str], None]
Progress = Callable[[float], None]
SOLUTION = "solution.py"
EPOCH = re.compile(r"Epoch (\d+)/(\d+)")


@dataclass(frozen=True)
class Candidate:
    """Somebody with a terminal: an exam folder, and a place where the client keeps the sign-in."""

    email: str
    server: str
    home: Path
    folder: Path

    @property
    def _env(self) -> dict[str, str]:
        return {
            **os.environ,
            "GUILDMARK_CONFIG_DIR": str(self.home),
            "GUILDMARK_SERVER": self.server,
            "GUILDMARK_ENVIRONMENT": "0",  # it trains with ours
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }

    def _command(self, *words: str) -> list[str]:
        return [str(BIN / "guildmark"), *words]

    def guildmark(self, *words: str) -> None:
        """Type a command and let it speak for itself. Raises `subprocess.CalledProcessError` if it fails."""
        subprocess.run(self._command(*words), check=True, cwd=self.folder, env=self._env)

    def guildmark_json(self, *words: str) -> dict[str, Any]:
        """Run a command with `--json` and return what it says."""
        done = subprocess.run(
            self._command(*words, "--json"), capture_output=True, check=False, text=True, cwd=self.folder, env=self._env
        )
        if done.returncode:
            raise RuntimeError(f"guildmark {' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def login(self, allow: Callable[[str], None]) -> None:
        """Sign in with the device grant; `allow` is what the person does in the browser with the link."""
        command = self._command("login", "--server", self.server, "--json")
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=self.folder, env=self._env) as process:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            allow(json.loads(process.stdout.readline())["verification_uri_complete"])
            process.stdout.read()
        if process.returncode:
            raise RuntimeError(f"guildmark login ended with {process.returncode}")

    def fill_in(self, category: Path, forms: Path) -> None:
        """Put a full reference solution of the drawn form beside its starter, which it uses."""
        form = json.loads((category / "task.json").read_text())["form"]
        (references,) = forms.glob(f"*/{form}/reference/reference.toml")
        entries = tomllib.loads(references.read_text())["reference"]
        solution = next(entry["solution"] for entry in entries if entry["role"] == "full")
        (category / SOLUTION).write_text((references.parent / solution).read_text())

    def train(self, category: Path, progress: Progress) -> None:
        """Run the solution in `category`; `progress` hears the share of epochs done. Raises `RuntimeError` with its output."""
        said: list[str] = []
        command = [sys.executable, "-u", SOLUTION]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=category, env=self._env
        ) as process:
            for line in process.stdout or ():
                said.append(line)
                if epoch := EPOCH.search(line):
                    progress((int(epoch[1]) - 1) / int(epoch[2]))
        if process.returncode:
            raise RuntimeError(f"{category.name}/starter.py ended with {process.returncode}:\n{''.join(said)[-3000:]}")
        progress(1.0)
