"""The triggers that keep the audit table append-only, in the words of each database.

SQLite's REPLACE deletes a row without asking its DELETE trigger, therefore an insert under an existing id is refused too.
PostgreSQL's TRUNCATE asks no row, therefore it is refused for the whole table.
"""

from typing import Any, Final

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_REFUSAL: Final = "audit entries can only be added"

_SQLITE: Final = {
    "audit_entry_no_update": "BEFORE UPDATE ON audit_entry",
    "audit_entry_no_delete": "BEFORE DELETE ON audit_entry",
    "audit_entry_no_replace": "BEFORE INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)",
}
_POSTGRESQL: Final = {
    "audit_entry_no_change": "BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW",
    "audit_entry_no_truncate": "BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT",
}
_FUNCTION: Final = f"""
CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$
"""

GUARD: Final = {
    "sqlite": [f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END" for name, when in _SQLITE.items()],
    "postgresql": [
        _FUNCTION,
        *(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION audit_entry_refuse()" for name, when in _POSTGRESQL.items()),
    ],
}
UNGUARD: Final = {
    "sqlite": [f"DROP TRIGGER {name}" for name in _SQLITE],
    "postgresql": [*(f"DROP TRIGGER {name} ON audit_entry" for name in _POSTGRESQL), "DROP FUNCTION audit_entry_refuse()"],
}


def guard(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the triggers; a database without an entry above is refused rather than left unguarded."""
    _run(GUARD, editor)


def unguard(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Remove the triggers, when the migration is taken back."""
    _run(UNGUARD, editor)


def _run(statements: dict[str, list[str]], editor: BaseDatabaseSchemaEditor) -> None:
    vendor = editor.connection.vendor
    if vendor not in statements:
        raise NotImplementedError(f"audit/triggers.py has no triggers for {vendor} yet; the audit table needs them.")
    for statement in statements[vendor]:
        editor.execute(statement)
