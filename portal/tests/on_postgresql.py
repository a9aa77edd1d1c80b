"""The portal's tests on PostgreSQL: `pytest -p portal.tests.on_postgresql portal/tests`, as `make postgresql-suite` runs them.

A server is started for the run, and every worker makes a database of its own there. Tests that know no database are left out;
so are portals that tests start as processes, whose data directory names SQLite, unless the test asks for `database_for`.
"""

import os
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
from portal.tests.own_postgresql import USER, Server, own_postgresql

_ASKS_FOR_A_DATABASE: Final = {"db", "transactional_db", "database_for"}
_QUICK: Final = ("fsync=off", "full_page_writes=off", "autovacuum=off")
"""What is made for a run may be lost with the machine, and is gone before it needs tidying."""
_VARIABLE: Final = "GUILDMARK_TESTS_POSTGRESQL"
"""Tells a run's workers, and the tests, the folder and the port of the server."""


def server() -> Server | None:
    """The server of this run; None for a run on SQLite."""
    folder, _colon, port = os.environ.get(_VARIABLE, "").rpartition(":")
    return Server(Path(folder), int(port)) if folder else None


# The condition is text, which pytest reads when the test is to begin: this module is imported before the server is started.
about_sqlite: Final = pytest.mark.skipif(f"'{_VARIABLE}' in os.environ", reason="it is about SQLite itself")


NameDatabase = Callable[[Path], None]
"""Before `init`: names a new database of the run's server in the data directory; does nothing where the run is on SQLite."""


def name_database(data: Path) -> None:
    """See `NameDatabase`."""
    found = server()
    if found is not None:
        name = f"portal_{secrets.token_hex(8)}"
        found.create(name)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data / "portal.toml").write_text(found.config(name))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the server, unless the run's first process has, and name it to Django before anything is connected."""
    from django.conf import settings
    from django.db import connections

    from guildmark_portal import database
    from guildmark_portal.database_config import DatabaseConfig

    found = server()
    if found is None:
        running = ExitStack()
        found = running.enter_context(own_postgresql(settings=_QUICK))
        config.add_cleanup(running.close)
        os.environ[_VARIABLE] = f"{found.folder}:{found.port}"
    config.option.reuse_db = True  # so that none is dropped, which a thread's connection can hold up: all go with the server
    # The threads of Django's test client end without closing theirs; those of a served portal do: see `request_threads`.
    config.addinivalue_line("filterwarnings", "ignore:.*was deleted while still open:ResourceWarning")
    chosen = DatabaseConfig(engine="postgresql", host=str(found.folder), port=found.port, user=USER)
    settings.DATABASES = {"default": database.of(chosen, folder=settings.DATA_DIR)}
    connections.settings = connections.configure_settings(settings.DATABASES)
    connections["default"].close()
    del connections["default"]  # Django looked at the one of SQLite while it was set up
    assert connections["default"].vendor == "postgresql"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what would say the same on any database."""
    config.hook.pytest_deselected(items=[item for item in items if not _asks_for_a_database(item)])
    items[:] = filter(_asks_for_a_database, items)


def _asks_for_a_database(item: pytest.Item) -> bool:
    fixtures = _ASKS_FOR_A_DATABASE.intersection(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.get_closest_marker("django_db") is not None
