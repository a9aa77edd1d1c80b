"""A portal that is really served, and the letters of one that is not."""

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CODE = re.compile(r"\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b")
PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()"]

# Stands in for the grading service where only its supervision is tested: says who it is and that it is ready, and waits.
STAND_IN = """
import os, pathlib, sys, time
arguments = sys.argv[1:]
with open(pathlib.Path(arguments[arguments.index("--banks") + 1]).parent / "grader.pids", "a") as pids:
    print(os.getpid(), *arguments, file=pids)
print("ready", flush=True)
time.sleep(600)
"""


def until(condition: Callable[[], object], timeout_s: float = 20) -> object:
    """Wait for `condition`, and return what it found."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {timeout_s} s in vain")


class ServedPortal:
    """A portal in a process of its own, on a free port."""

    def __init__(self, data: Path, env: dict[str, str]) -> None:
        self.data, self.env, self.lines = data, env, list[str]()
        with (data.parent / "stderr.log").open("ab") as errors:
            self.process = subprocess.Popen(
                [*PORTAL, "serve", "--data", str(data), "--port", "0"],
                env=env,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = str(until(self._ready))

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            self.lines.extend(line.rstrip("\n") for line in iter(lines.readline, ""))

    def _ready(self) -> str | None:
        if self.process.poll() is not None:
            raise AssertionError(f"the portal ended: {self.errors()}")
        return next((line.split()[-1] for line in self.lines if line.startswith("Guildmark is ready")), None)

    def errors(self) -> str:
        return (self.data.parent / "stderr.log").read_text()

    def code_for(self, address: str, *, letters: int = 1) -> str:
        """The code in the newest of at least `letters` letters to the address."""

        def newest() -> str | None:
            found = [part for part in "\n".join(self.lines).split("─" * 72) if f"To: {address}\n" in part and CODE.search(part)]
            return CODE.findall(found[-1])[-1] if len(found) >= letters else None

        return str(until(newest))

    def grader_pids(self) -> list[int]:
        path = self.data / "grader.pids"
        return [int(line.split()[0]) for line in path.read_text().splitlines()] if path.exists() else []

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(20)
        finally:
            self.process.kill()
            self._reader.join(5)


@pytest.fixture(scope="session")
def portal_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    script = tmp_path_factory.mktemp("grader") / "stand_in.py"
    script.write_text(STAND_IN)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GUILDMARK_", "DJANGO_"))}
    return {**kept, "GUILDMARK_GRADER_COMMAND": f"{sys.executable} {script}"}


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, portal_env: dict[str, str]) -> Path:
    data = tmp_path_factory.mktemp("made") / "portal"
    subprocess.run(
        [*PORTAL, "init", "--data", str(data), "--owner", "owner@example.org"], env=portal_env, check=True, capture_output=True
    )
    return data


@pytest.fixture
def initialised(tmp_path: Path, made_once: Path) -> Path:
    """What `init` makes, for this test alone."""
    return shutil.copytree(made_once, tmp_path / "portal")


@pytest.fixture
def served(initialised: Path, portal_env: dict[str, str]) -> Iterator[ServedPortal]:
    portal = ServedPortal(initialised, portal_env)
    yield portal
    portal.stop()


@pytest.fixture
def letters(db: None) -> Callable[[], list[str]]:
    """Send what waits to be sent, and return the bodies of all letters so far."""
    from django.core import mail

    from guildmark_portal.jobs.runner import Runner

    def sent() -> list[str]:
        Runner().run_due()
        return [str(message.body) for message in mail.outbox]

    return sent


@pytest.fixture
def newest_code(letters: Callable[[], list[str]]) -> Callable[[], str]:
    return lambda: CODE.findall(letters()[-1])[-1]
