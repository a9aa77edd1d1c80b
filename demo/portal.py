"""A portal of its own for a demo or a test: made, filled with an exam, served, watched, and stopped."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
OWNER = "owner@example.org"
FIRST_PORT = 8000
PORTS_TRIED = 50
READY = re.compile(r"^Guildmark is ready: ", re.MULTILINE)


def free_port(first: int = FIRST_PORT) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in range(first, first + PORTS_TRIED):
        with contextlib.closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise OSError(f"no free port between {first} and {first + PORTS_TRIED}")


def run(*command: str, env: Mapping[str, str] | None = None, quiet: bool = True) -> None:
    """Run one of our commands to its end. Raises `subprocess.CalledProcessError`, its output attached."""
    subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        check=True,
        text=True,
        capture_output=quiet,
        env={**os.environ, **(env or {})},
    )


@dataclass
class Portal:
    """A portal in a data directory of its own, listening on loopback."""

    data: Path
    port: int
    process: subprocess.Popen[str] | None = None
    served: bool = False

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What it prints, console mail included."""
        return self.data.parent / "portal.log"

    def init(self, bank: Path, *, kind: str = "demo") -> None:
        """Make the data directory and publish the exam of `bank`."""
        run("guildmark-portal", "init", "--data", str(self.data), "--url", self.url, "--owner", OWNER)
        run("guildmark-portal", "publish", str(bank), "--kind", kind, env={"GUILDMARK_DATA": str(self.data)})

    def start(self, *, within_s: float = 60) -> None:
        """Serve, and wait until it says that it is ready. A port taken in the last moment is passed over the first time.

        Raises `RuntimeError` with the log's end if it does not start.
        """
        give_up = time.monotonic() + within_s
        while time.monotonic() < give_up:
            said = self._serve(give_up)
            if READY.search(said):
                self.served = True
                return
            self.stop()
            if self.served or "already in use" not in said:
                break
            self.port = free_port(self.port + 1)
        raise RuntimeError(f"the portal did not start; the end of {self.log}:\n{self.log.read_text()[-3000:]}")

    def _serve(self, give_up: float) -> str:
        """Start the process; what it says until it is ready, or ends, or `give_up` on the monotonic clock."""
        before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [str(BIN / "guildmark-portal"), "serve", "--host", "127.0.0.1", "--port", str(self.port)],
                env={**os.environ, "GUILDMARK_DATA": str(self.data), "PYTHONUNBUFFERED": "1"},
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        while True:
            ended = self.process.poll() is not None
            said = self.log.read_bytes()[before:].decode()
            # Its own words, not an answer at its address: that may come from whoever took the port.
            if ended or READY.search(said) or time.monotonic() > give_up:
                return said
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop as an operator does, with SIGTERM; wait for the end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """Kill -9 the portal's process, as a crash would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def sign_in_code(self, email: str, *, after: int = 0, within_s: float = 30) -> str:
        """The newest sign-in code mailed to `email`, waiting for it; `after` is where in the log to begin looking."""
        code = re.compile(rf"^To: {re.escape(email)}$.*?^\s*([A-Z0-9]{{3,}}-?[A-Z0-9]{{3,}})\s*$", re.MULTILINE | re.DOTALL)
        give_up = time.monotonic() + within_s
        while time.monotonic() < give_up:
            if found := code.findall(self.log.read_text()[after:]):
                return str(found[-1])
            time.sleep(0.1)
        raise TimeoutError(f"no sign-in code for {email} in {self.log}")


@contextlib.contextmanager
def serving(portal: Portal) -> Iterator[Portal]:
    """`portal`, started, and stopped at the end whatever happens."""
    portal.start()
    try:
        yield portal
    finally:
        portal.stop()
