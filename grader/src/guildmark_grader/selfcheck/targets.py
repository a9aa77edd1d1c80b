"""What the attacks are aimed at: things of this host that a worker must not reach, made for it and taken away."""

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guildmark_grader.sandbox import layout

_VICTIM = """
import ctypes, sys
text = ctypes.create_string_buffer(sys.argv[1].encode())
print(ctypes.addressof(text), flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Targets:
    """Where they are. `readable` is a file that may be read and no more, `memory` a file in memory that may be written."""

    facts: dict[str, Any]
    readable: int
    memory: int

    @property
    def argument(self) -> str:
        """What an attack is told."""
        return json.dumps(self.facts)


@contextmanager
def standing(uid: int | None) -> Iterator[Targets]:
    """Targets that nothing but the box protects: anybody may read and write them. `uid` is whose a process among them is."""
    token, text = secrets.token_hex(8), secrets.token_hex(16)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="guildmark-doctor-")))
        folder.chmod(0o777)
        file = folder / "secret"
        file.write_text(text, encoding="ascii")
        file.chmod(0o666)
        if uid is not None:
            os.chown(file, uid, uid)
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        hearing = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        hearing.bind(("127.0.0.1", 0))
        for address in (str(folder / "socket"), f"\0guildmark-{token}"):
            named = stack.enter_context(socket.socket(socket.AF_UNIX))
            named.bind(address)
            named.listen()
        (folder / "socket").chmod(0o777)
        victim = stack.enter_context(_victim(text, uid))
        readable = os.open(file, os.O_RDONLY)
        stack.callback(os.close, readable)
        memory = os.memfd_create("target", os.MFD_ALLOW_SEALING)
        stack.callback(os.close, memory)
        facts = {
            "folder": str(folder),
            "file": str(file),
            "socket": str(folder / "socket"),
            "abstract": f"guildmark-{token}",
            "tcp": listening.getsockname()[1],
            "udp": hearing.getsockname()[1],
            "processes": [os.getpid(), os.getppid(), victim["process"]],
            "victim": victim,
            "programs": [layout.PYTHON, str(layout.interpreter())],
            "sibling": f"sibling-{token}",
            "key": secrets.randbelow(2**30) + 1,
        }
        yield Targets(facts, readable, memory)


@contextmanager
def _victim(text: str, uid: int | None) -> Iterator[dict[str, Any]]:
    """A process that keeps `text` in its memory."""
    command: list[str | Path] = [layout.interpreter(), "-I", "-S", "-c", _VICTIM, text]
    places = {"LD_LIBRARY_PATH": str(Path(sys.base_prefix, "lib"))}
    try:
        process = _started(command, places, uid)
    except PermissionError:  # that user may not read the interpreter
        process = _started(command, places, None)
    with process:
        try:
            address = process.stdout.readline() if process.stdout else b""
            yield {"process": process.pid, "address": int(address), "text": text}
        finally:
            process.kill()


def _started(command: list[str | Path], places: dict[str, str], uid: int | None) -> "subprocess.Popen[bytes]":
    whose: dict[str, Any] = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=places, cwd="/", **whose)
