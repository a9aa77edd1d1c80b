"""A server of PostgreSQL of one's own, from Debian's package: a cluster in a folder that is removed, on socket and loopback.

Run as root, it works as nobody's superuser but as the system's user `postgres`, because the server refuses to run as root.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

USER = "guildmark"
PASSWORD = "open sesame"
_SYSTEM_USER = "postgres"
_HOW_IT_IS_MADE = ("--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")


@dataclass(frozen=True)
class Server:
    """Where it listens: the folder of its socket, which needs no password, and a port of loopback, which needs one."""

    folder: Path
    port: int

    def create(self, database: str) -> None:
        """A new, empty database."""
        _run(["createdb", "--host", str(self.folder), "--port", str(self.port), "--username", USER, database])

    def restart(self) -> None:
        """Cut every connection, as an operator's update does, and come back."""
        _run(["pg_ctl", "--pgdata", str(self.folder / "data"), "--wait", "--silent", "--mode", "fast", "restart"])

    def config(self, database: str, *, host: str = "") -> str:
        """The table of `portal.toml` for one of its databases."""
        where = host or str(self.folder)
        return (
            f'[database]\nengine = "postgresql"\nhost = "{where}"\nport = {self.port}\nname = "{database}"\nuser = "{USER}"\n'
        )


@contextmanager
def own_postgresql(*, settings: Sequence[str] = ("fsync=off",)) -> Iterator[Server]:
    """Run a new server inside the block."""
    folder = Path(tempfile.mkdtemp(prefix="guildmark-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, _SYSTEM_USER)
        folder.chmod(0o755)
        server = Server(folder, _free_port())
        secret = folder / "password"
        secret.write_text(PASSWORD)
        data = str(folder / "data")
        _run(["initdb", "--pgdata", data, "--username", USER, "--pwfile", str(secret), *_HOW_IT_IS_MADE])
        told = ["listen_addresses=127.0.0.1", f"port={server.port}", f"unix_socket_directories={folder}", *settings]
        options = " ".join(f"-c {setting}" for setting in told)
        _run(["pg_ctl", "--pgdata", data, "--wait", "--silent", "--log", str(folder / "log"), "--options", options, "start"])
        try:
            yield server
        finally:
            _run(["pg_ctl", "--pgdata", data, "--wait", "--silent", "--mode", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: Sequence[str]) -> None:
    program, *arguments = command
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[4]))
    path = str(found[-1]) if found else shutil.which(program)
    if path is None:
        raise FileNotFoundError(f"{program} is missing; run: make postgresql")
    account = pwd.getpwnam(_SYSTEM_USER) if os.geteuid() == 0 else None
    done = subprocess.run(
        [path, *arguments],
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
    )
    if done.returncode != 0:
        raise RuntimeError(f"{program}: {done.stderr.strip()}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
