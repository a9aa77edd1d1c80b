"""The database: a file of SQLite, or PostgreSQL. A receipt is a promise, so every commit reaches the disk, but for `unsynced`.

A thread keeps its connection until it ends, because opening one costs more than most readings, and its statements have to be
compiled anew; `close_old_connections` closes only those that failed. Who starts a thread closes its connections at its end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from guildmark.i18n import _
from guildmark_portal.database_config import SQLITE, TLS, DatabaseConfig

_PRAGMAS: Final = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
_WAITS_S: Final = 30
"""For a lock, and for a server that does not answer."""

_SESSION: Final = {
    # Commits reach the disk whatever the server's own default is, and nothing waits for ever.
    "synchronous_commit": "on",
    "lock_timeout": f"{_WAITS_S}s",
    # A plan is made for the values at hand: the same search finds one holder or half of them.
    "plan_cache_mode": "force_custom_plan",
    # What would be compiled, or given to further processes, has been answered by then.
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    # The server's default is for disks that turn: a thousand rows by an index seem dearer to it than reading a whole table.
    "random_page_cost": "1.1",
}
"""What every session on PostgreSQL is told."""

CACHE: Final[dict[str, Any]] = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "portal_cache",
    "KEY_FUNCTION": "guildmark_portal.accounts.expiry.cache_key",
    "OPTIONS": {"MAX_ENTRIES": 100_000},  # sign-in codes of devices live here: culling would lose them
}


def of(config: DatabaseConfig, *, folder: Path, password: str = "") -> dict[str, Any]:
    """Django's settings of the database that `config` names; `folder` is the data directory."""
    return in_folder(folder) if config.engine == SQLITE else _on_server(config, password)


def in_folder(folder: Path) -> dict[str, Any]:
    """Django's settings of a database in `folder`."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "CONN_MAX_AGE": None,
        "NAME": folder / "db.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": _WAITS_S, "init_command": _PRAGMAS},
        "TEST": {"NAME": folder / "test.sqlite3"},
    }


def _on_server(config: DatabaseConfig, password: str) -> dict[str, Any]:
    if find_spec("psycopg") is None:
        raise ImproperlyConfigured(_('PostgreSQL needs what comes with: pip install "guildmark-portal[postgresql]"'))
    options = {
        "application_name": "guildmark-portal",
        "connect_timeout": _WAITS_S,
        "sslmode": TLS[config.tls],
        "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
    }
    if config.tls == "verified":
        options["sslrootcert"] = "system"
    return {
        "ENGINE": "guildmark_portal.one_writer",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,  # a server that was restarted costs nobody a page
        "HOST": config.host,
        "PORT": str(config.port),
        "NAME": config.name,
        "USER": config.user,
        "PASSWORD": password,
        "OPTIONS": options,
    }


@contextmanager
def unsynced() -> Iterator[None]:
    """Commits inside are whole, but need not have reached the disk; not where a transaction is open already."""
    if connection.in_atomic_block:
        yield
        return
    quick, safe = _UNSYNCED[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(quick)
        try:
            yield
        finally:
            cursor.execute(safe)


_UNSYNCED: Final = {
    "sqlite": ("PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL"),
    "postgresql": ("SET synchronous_commit = off", "SET synchronous_commit = on"),
}
