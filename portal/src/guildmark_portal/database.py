"""The database: one file of SQLite. A receipt is a promise, so every commit reaches the disk."""

from pathlib import Path
from typing import Any, Final

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
        "NAME": folder / "db.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": _PRAGMAS},
        "TEST": {"NAME": folder / "test.sqlite3"},
    }
