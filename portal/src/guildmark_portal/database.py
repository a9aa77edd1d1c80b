"""The database: one file of SQLite. A receipt is a promise, so every commit reaches the disk, but for those of `unsynced`.

A thread keeps its connection until it ends, because opening one costs more than most readings, and its statements have to be
compiled anew; `close_old_connections` closes only those that failed. Who starts a thread closes its connections at its end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.db import connection

_PRAGMAS: Final = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"

CACHE: Final[dict[str, Any]] = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "portal_cache",
    "KEY_FUNCTION": "guildmark_portal.accounts.expiry.cache_key",
    "OPTIONS": {"MAX_ENTRIES": 100_000},  # sign-in codes of devices live here: culling would lose them
}


def in_folder(folder: Path) -> dict[str, Any]:
    """Django's settings of a database in `folder`."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "CONN_MAX_AGE": None,
        "NAME": folder / "db.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": _PRAGMAS},
        "TEST": {"NAME": folder / "test.sqlite3"},
    }


@contextmanager
def unsynced() -> Iterator[None]:
    """Commits inside are whole, but need not have reached the disk; not where a transaction is open already."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=NORMAL")
        try:
            yield
        finally:
            cursor.execute("PRAGMA synchronous=FULL")
