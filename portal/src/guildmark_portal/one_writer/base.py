"""Django's backend of PostgreSQL, in which transactions are worked on one after the other.

On SQLite a transaction of the portal begins with the right to write, so what it read is still so when it writes. PostgreSQL
lets transactions overlap, and two that look for the same thing at once both find it missing: two outages where there was one.
Here every transaction therefore begins with a lock that the server gives to one at a time and takes back at the commit or the
end of the connection. It costs a message; transactions are short. A statement that stands alone waits for nobody, nor does a
reader. Who waits longer than `lock_timeout` gets an `OperationalError`, as on SQLite.
"""

from typing import Final

from django.db import DatabaseError
from django.db.backends.postgresql import base

_THE_LOCK: Final = 0x6775696C64  # "guild": other users of the same server have locks of databases of their own


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions begin with the lock."""

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 - Django's signature
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs do not know it
        if autocommit or self.connection is None:
            return
        try:
            with self.wrap_database_errors, self.connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_THE_LOCK])
        except Exception:
            self._take_back_the_beginning()
            raise

    def _take_back_the_beginning(self) -> None:
        """Leave no transaction open that Django does not know of."""
        try:
            self.connection.rollback()
            super()._set_autocommit(autocommit=True)  # type: ignore[misc]  # as above
        except DatabaseError:
            self.close()
