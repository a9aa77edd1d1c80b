"""Who is signed in where: tokens by portal, in one private file of the user.

The folder is `GUILDMARK_CONFIG_DIR`, or where the platform keeps settings. The file is readable by its owner alone.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from guildmark.client.disk import not_written
from guildmark.client.files import write_atomically
from guildmark.errors import Refused
from guildmark.i18n import _

_FILE = "credentials.json"
_PATIENCE_S: Final = 30.0
"""So long a tool waits for another one, which may be stopped (Ctrl+Z); then it goes on with what stands in the file."""


class Tokens(BaseModel):
    """What a portal gave at sign-in."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    access_token: str
    refresh_token: str | None = None


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    default_server: str | None = None
    servers: dict[str, Tokens] = {}


def config_dir() -> Path:
    """The folder of the user's settings: `GUILDMARK_CONFIG_DIR`, or the platform's default."""
    if named := os.environ.get("GUILDMARK_CONFIG_DIR"):
        return Path(named)
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming") / "guildmark"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "guildmark"
    return Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "guildmark"


@dataclass(frozen=True)
class _Held:
    """Tokens that could not be written yet, and those that stand in the file in their place."""

    tokens: Tokens
    instead_of: Tokens | None


class Credentials:
    """The file of tokens. Read at every look, so that two processes of one user see each other's sign-ins.

    Tokens that cannot be written are held in memory, until they can be or somebody signs in anew.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.path = (folder or config_dir()) / _FILE
        self._held: dict[str, _Held] = {}
        self._lock = FileLock(self.path.with_suffix(".lock"))  # of each thread
        self._mine = threading.local()

    def tokens(self, server: str) -> Tokens | None:
        """The tokens for `server`, or None if nobody signed in there."""
        stored, held = self._read().servers.get(server), self._held.get(server)
        if held is None:
            return stored
        if stored != held.instead_of:
            self._held.pop(server, None)
            return stored
        with suppress(OSError):
            self.remember(server, held.tokens)
        return held.tokens

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While one process of the user trades its tokens for new ones, the others wait, and take those.

        Nothing is remembered or forgotten meanwhile, but by the holder: whoever changes the file reads it first. No tool waits
        for ever: where another one holds on for too long, or the file system knows no locks, it goes on without the lock. The
        thread that is alone may call it again.
        """
        if getattr(self._mine, "is_alone", False):
            yield
            return
        with ExitStack() as stack:
            with suppress(OSError, NotImplementedError):  # one of them is `Timeout`; a home of a cluster may know no locks
                self.path.parent.mkdir(parents=True, exist_ok=True)
                stack.enter_context(self._lock.acquire(timeout=_PATIENCE_S))
            self._mine.is_alone = True
            stack.callback(setattr, self._mine, "is_alone", False)
            yield

    @property
    def default_server(self) -> str | None:
        """The portal of the last sign-in."""
        return self._read().default_server

    def remember(self, server: str, tokens: Tokens, *, make_default: bool = False) -> None:
        """Keep `tokens` for `server`. Raises `OSError` where they cannot be written: then they are held."""
        with self.alone():
            stored = self._read()
            default = server if make_default else stored.default_server
            self._held[server] = _Held(tokens, instead_of=stored.servers.get(server))
            self._write(_Stored(default_server=default, servers={**stored.servers, server: tokens}))
            self._held.pop(server, None)

    def require_room(self) -> None:
        """Raise `UsageError` unless tokens can be written now: one for a single use is not traded for what could be lost."""
        with self.alone():
            try:
                self._write(self._read())
            except OSError as error:
                raise not_written(error) from error

    def forget(self, server: str) -> None:
        """Drop the tokens of `server`."""
        with self.alone():
            self._held.pop(server, None)
            stored = self._read()
            kept = {name: tokens for name, tokens in stored.servers.items() if name != server}
            self._write(_Stored(default_server=stored.default_server, servers=kept))

    def _read(self) -> _Stored:
        try:
            return _Stored.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return _Stored()
        except (OSError, ValidationError) as error:
            raise Refused(
                _("The file with your sign-in cannot be read: {path}").format(path=self.path),
                next_step=_("Delete that file and run: guildmark login"),
                code="credentials_unreadable",
            ) from error

    def _write(self, stored: _Stored) -> None:
        write_atomically(self.path, stored.model_dump_json(indent=2).encode(), private=True)
