"""The master keys of the vault: a file beside the database, never inside it.

`identity-keys.json` holds a list. The first key wraps, all of them unwrap, so that a rotation loses nothing. The file is
read whenever it is needed: a rotation reaches a portal that is running. It belongs into another backup than the database:
whoever has one of the two can read nothing.
"""

import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from guildmark.i18n import _
from guildmark_portal.datadir import DataDirectoryUnusable

KEYS_FILE: Final = "identity-keys.json"
KEY_BYTES: Final = 32


@dataclass(frozen=True)
class MasterKey:
    """An AES-256 key that wraps the keys of files."""

    id: str
    secret: bytes = field(repr=False)
    created_at: datetime

    @classmethod
    def generate(cls, *, now: datetime) -> "MasterKey":
        """A new key from the system's randomness."""
        return cls(secrets.token_hex(8), secrets.token_bytes(KEY_BYTES), now)

    def to_json(self) -> dict[str, str]:
        """The document that `from_json` reads."""
        return {"id": self.id, "key": self.secret.hex(), "created_at": self.created_at.isoformat()}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "MasterKey":
        """A key as `to_json` wrote it; `KeyError`, `TypeError` or `ValueError` for anything else."""
        key = cls(str(document["id"]), bytes.fromhex(document["key"]), datetime.fromisoformat(document["created_at"]))
        if len(key.secret) != KEY_BYTES or not key.id:
            raise ValueError("a key is too short")
        return key


def ensure(directory: Path, *, now: datetime) -> bool:
    """Make the file with its first key unless it is there, whole or not at all; whether it was made."""
    path = directory / KEYS_FILE
    if path.exists():
        return False
    fresh = _written(directory, [MasterKey.generate(now=now)])
    try:
        os.link(fresh, path)
    except FileExistsError:  # somebody else was faster
        return False
    finally:
        fresh.unlink()
    _sync(directory)
    return True


def read(directory: Path) -> tuple[MasterKey, ...]:
    """The keys, the one that wraps first. Raises `DataDirectoryUnusable` if they cannot be read."""
    path = directory / KEYS_FILE
    try:
        keys = tuple(MasterKey.from_json(entry) for entry in json.loads(path.read_text(encoding="utf-8"))["keys"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataDirectoryUnusable(
            _("{path} cannot be read ({kind}): no evidence of identity can be opened.").format(
                path=path, kind=type(error).__name__
            ),
            next_step=_("Restore it from your backup; its keys cannot be made again."),
        ) from error
    if not keys:
        raise DataDirectoryUnusable(_("{path} holds no key.").format(path=path), next_step=_("Restore it from your backup."))
    return keys


def replace(directory: Path, keys: list[MasterKey]) -> None:
    """Have `keys` in the file, whole or not at all, and on the disk when this returns."""
    _written(directory, keys).replace(directory / KEYS_FILE)
    _sync(directory)


def _written(directory: Path, keys: list[MasterKey]) -> Path:
    """A file of another name that holds `keys`, on the disk; none if that fails."""
    fresh = directory / f".{KEYS_FILE}.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump({"keys": [key.to_json() for key in keys]}, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    return fresh


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
