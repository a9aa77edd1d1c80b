"""VS Code in a browser (code-server), with our extension in it and a profile of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / ".ides" / "code-server" / "node_modules" / ".bin" / "code-server"
NODE = ROOT / ".ides-venv" / "bin"
EXTENSION = ROOT / "integrations" / "vscode" / "dist" / "guildmark.vsix"
READY_S = 60
QUIET = {
    "chat.disableAIFeatures": True,
    "extensions.autoCheckUpdates": False,
    "files.hotExit": "off",
    "remote.autoForwardPorts": False,
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "window.autoDetectColorScheme": True,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
}


@dataclass(frozen=True)
class CodeServer:
    """A server that shows `folder`, at `url`."""

    url: str
    folder: Path


@contextmanager
def code_server(folder: Path, home: Path, *, port: int, portal: str) -> Iterator[CodeServer]:
    """Install the extension and serve `folder`; what the server and its profile write lies in `home`."""
    if not PROGRAM.exists():
        pytest.fail("This test needs code-server. Run: make code-server", pytrace=False)
    profile, log = home / "code", home / "code-server.log"
    (profile / "User").mkdir(parents=True)
    (profile / "User" / "settings.json").write_text(json.dumps({**QUIET, "guildmark.server": portal}))
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("VSCODE_")},
        "HOME": str(home),
        "PATH": f"{NODE}{os.pathsep}{os.environ['PATH']}",
        "GUILDMARK_CONFIG_DIR": str(home / "config"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    command = [str(PROGRAM), "--user-data-dir", str(profile), "--extensions-dir", str(home / "extensions")]
    subprocess.run([*command, "--install-extension", str(EXTENSION)], env=env, check=True, capture_output=True, timeout=120)
    address = f"127.0.0.1:{port}"
    serve = ["--auth", "none", "--bind-addr", address, "--disable-telemetry", "--disable-update-check", str(folder)]
    with (
        log.open("w") as out,
        subprocess.Popen([*command, *serve], env=env, stdout=out, stderr=out, start_new_session=True) as process,
    ):
        try:
            _until_it_answers(f"http://{address}/healthz", log)
            yield CodeServer(f"http://{address}/?folder={folder}", folder)
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def python_in(folder: Path) -> None:
    """Give the folder an environment: ours under another name, as nothing is to be installed in a test."""
    program = folder / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)


def _until_it_answers(url: str, log: Path) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        with suppress(httpx.TransportError):
            if httpx.get(url).is_success:
                return
        time.sleep(0.2)
    raise RuntimeError(f"code-server did not start; the end of its log:\n{log.read_text()[-3000:]}")
