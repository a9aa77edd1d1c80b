"""The database of a portal, as `portal.toml` names it: a file of SQLite in the data directory, or a server of PostgreSQL.

[database]
engine = "postgresql"                  # or sqlite
host = "/run/postgresql"               # the folder of the server's socket, or a host
port = 5432
name = "guildmark"
user = "guildmark"                     # the password: secrets.json, "database_password"
                                       # or the variable GUILDMARK_DATABASE_PASSWORD; none where the socket tells who comes
tls = "off"                            # required, or verified against the system's authorities; off on this machine alone
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from guildmark.i18n import _

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
PASSWORD_VARIABLE: Final = "GUILDMARK_DATABASE_PASSWORD"  # noqa: S105 - a name, no password
TLS: Final = {"off": "disable", "required": "require", "verified": "verify-full"}
"""What people write, and what PostgreSQL calls it."""
_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}")
_HOST: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,252}|/[^\s,]{1,90}")
_LAST_PORT: Final = 65535


class DatabaseUnfit(ValueError):
    """Something below `database` cannot be used; the message says all of it."""


@dataclass(frozen=True)
class DatabaseConfig:
    """Which database. Of SQLite only `engine` counts; `host` may be the folder of a Unix socket."""

    engine: str = SQLITE
    host: str = "localhost"
    port: int = 5432
    name: str = "guildmark"
    user: str = "guildmark"
    tls: str = "off"

    @property
    def is_here(self) -> bool:
        """Whether what is sent to it stays on this machine."""
        return self.host.startswith("/") or self.host in _LOOPBACK


def parse(document: Any) -> DatabaseConfig:
    """The table `database` of the configuration. Raises `DatabaseUnfit`."""
    known = {one.name for one in fields(DatabaseConfig)}
    if not isinstance(document, Mapping) or set(document) - known:
        raise DatabaseUnfit(_("database has engine, host, port, name, user and tls, and nothing else"))
    found = DatabaseConfig(**document)
    problems = []
    if found.engine not in {SQLITE, POSTGRESQL}:
        problems.append(_("database.engine must be sqlite or postgresql"))
    if not isinstance(found.host, str) or not _HOST.fullmatch(found.host):
        problems.append(_("database.host must be a host, or the folder of a socket"))
    if not isinstance(found.port, int) or not 0 < found.port <= _LAST_PORT:
        problems.append(_("database.port must be a whole number between 1 and 65535"))
    if not all(isinstance(one, str) and _NAME.fullmatch(one) for one in (found.name, found.user)):
        problems.append(_("database.name and database.user must be names of letters, digits, dots, dashes and underscores"))
    if found.tls not in TLS:
        problems.append(_("database.tls must be off, required or verified"))
    elif not problems and found.tls == "off" and not found.is_here:
        problems.append(_("database.tls must be required or verified where the server is another machine"))
    if problems:
        raise DatabaseUnfit("; ".join(problems))
    return found


def text(found: DatabaseConfig) -> str:
    """The table `database` of `portal.toml`, with its comments, after an empty line."""
    return f"""
[database]
# sqlite: a file in this folder. postgresql: a server; its password stands in secrets.json, if the socket needs one.
engine = {json.dumps(found.engine)}
# A host, or the folder of the server's socket, such as /run/postgresql.
host = {json.dumps(found.host)}
port = {found.port}
name = {json.dumps(found.name)}
user = {json.dumps(found.user)}
# off on this machine alone; required; verified: with a certificate of an authority that this machine trusts
tls = {json.dumps(found.tls)}
"""


def password(kept: str) -> str:
    """The password: from the environment, else the one that is `kept` in the secrets; empty if it is in neither."""
    return os.environ.get(PASSWORD_VARIABLE) or kept
