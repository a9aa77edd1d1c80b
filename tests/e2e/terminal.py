"""A terminal that somebody types in: tmux holds it, with a shell of one's own in it."""

import os
import re
import subprocess
import time
import uuid
from pathlib import Path

from demo.portal import BIN

WITHIN_S = 90.0


def environment_of(config: Path) -> dict[str, str]:
    """What a shell has in which `guildmark` is somebody's own: the sign-ins lie in `config`."""
    return {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "GUILDMARK_CONFIG_DIR": str(config),
        "GUILDMARK_ENVIRONMENT": "0",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "PS1": "$ ",
    }


class Terminal:
    """A terminal of 110 columns and 40 lines, with a shell in it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.socket = f"guildmark-{uuid.uuid4().hex[:8]}"
        self.environment = {**os.environ, **environment}
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", "110", "-y", "40", "-c", str(folder), "sh")

    def _tmux(self, *words: str) -> str:
        command = ["tmux", "-u", "-L", self.socket, *words]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=self.environment).stdout

    def type(self, line: str) -> None:
        """A line, and Enter."""
        self._tmux("send-keys", "-l", line)
        self._tmux("send-keys", "Enter")

    def press(self, *keys: str) -> None:
        """Keys by name, one after the other."""
        for key in keys:
            self._tmux("send-keys", key)
            time.sleep(0.3)

    def screen(self) -> str:
        """What stands there now."""
        return self._tmux("capture-pane", "-p", "-J")

    def until(self, pattern: str, *, within_s: float = WITHIN_S) -> str:
        """The screen, as soon as it shows `pattern`."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            shown = self.screen()
            if re.search(pattern, shown):
                return shown
            time.sleep(0.2)
        raise AssertionError(f"{pattern!r} is not on the screen:\n{self.screen()}")

    def close(self) -> None:
        """End it, and everything in it."""
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], capture_output=True, check=False)
