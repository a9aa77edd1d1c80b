"""The grading service as a child of the portal: started, started again when it dies, never left behind.

Theory of operation. One thread starts the child and waits for it, for as long as the portal runs; the kernel's death signal
(`tether.py`) follows the *thread* that started a child, so it must be this one that lives on. A child that dies is
started again after a pause that doubles while it keeps dying and starts over once it has lived for a while. The child has
a session of its own: Ctrl-C in the terminal reaches the portal alone, which then stops the child in its own order.

The child's stdout is ours to read: the line `ready` says that it listens. It is no news at the start, but it is after a
death that was reported. A thread of its own reads it, because a grandchild that kept the pipe open would hold up whoever
waits for its end. What the child has to say to people it writes to stderr, which is ours too.
"""

import logging
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from guildmark.errors import UsageError
from guildmark.i18n import _

log = logging.getLogger(__name__)

TETHER = Path(__file__).with_name("tether.py")
COMMAND_VARIABLE = "GUILDMARK_GRADER_COMMAND"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 30.0
SETTLED_S = 10.0
READY = b"ready"


def grader_command() -> list[str]:
    """The command that starts the grader: from the environment, beside this Python, or on the PATH."""
    if given := os.environ.get(COMMAND_VARIABLE):
        return shlex.split(given)
    beside = Path(sys.executable).with_name("guildmark-grader")
    found = str(beside) if beside.is_file() else shutil.which("guildmark-grader")
    if not found:
        raise UsageError(
            _("The command guildmark-grader was not found; without it no model can be graded."),
            next_step=_("Run: pip install guildmark-grader. Or name its command in {variable}.").format(
                variable=COMMAND_VARIABLE
            ),
        )
    return [found]


class Child:
    """Keeps one command running between `start` and `stop`."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths = 0
        self._thread = threading.Thread(target=self._keep_running, name="grading-service", daemon=True)

    def start(self) -> None:
        """Start the command, and the thread that watches over it."""
        self._thread.start()

    def stop(self, *, timeout_s: float = 3) -> None:
        """Ask the command to end, and after `timeout_s` seconds make it."""
        self._stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                log.warning("The grading service did not end in %g s and was killed.", timeout_s)
                process.kill()
        self._thread.join(timeout_s)

    def _keep_running(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            began = time.monotonic()
            status = self._run_once()
            if self._stopping.is_set():
                return
            if time.monotonic() - began > SETTLED_S:
                pause_s = FIRST_PAUSE_S
            self._deaths += 1
            log.error("The grading service ended (%s); it is started again in %g s. Nothing is lost.", status, pause_s)
            self._stopping.wait(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _run_once(self) -> str:
        """Start the command and wait until it ends; how it ended."""
        tethered = [sys.executable, "-I", str(TETHER), str(os.getpid()), *self._command]
        try:
            self._process = subprocess.Popen(tethered, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True)
        except OSError as error:
            return str(error)
        threading.Thread(target=self._listen, args=(self._process,), name="grading-service-ready", daemon=True).start()
        if self._stopping.is_set():  # `stop` came between; it saw no process to end
            self._process.terminate()
        return f"status {self._process.wait()}"

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        """Read the child's stdout to its end, so that it never waits for a reader; tell when it listens again."""
        if process.stdout is None:
            return
        with process.stdout as lines:
            for line in lines:
                if line.strip() == READY and self._deaths:
                    log.warning("The grading service is ready again.")
