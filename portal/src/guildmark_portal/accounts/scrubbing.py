"""Leaving nothing of deleted rows in the database's files.

SQLite overwrites what is deleted (`secure_delete`); its write-ahead log still holds what the pages said before, until it is
written back and cut. On another database its own means are needed (PostgreSQL: VACUUM).
"""

from django.db import connection


def scrub() -> bool:
    """Write the log of the database back and empty it; False if somebody reads just now, and it must be tried again."""
    if connection.vendor != "sqlite":
        return True
    if connection.in_atomic_block:
        raise RuntimeError("The log can be emptied only outside of a transaction.")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return bool(cursor.fetchone()[0] == 0)
