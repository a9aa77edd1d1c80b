"""The triggers that keep the audit table append-only, in the words of each database.

SQLite's REPLACE deletes a row without asking its DELETE trigger, therefore an insert under an existing id is refused too.
"""

from typing import Any, Final

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_SQLITE: Final = {
    "audit_entry_no_update": "BEFORE UPDATE ON audit_entry",
    "audit_entry_no_delete": "BEFORE DELETE ON audit_entry",
    "audit_entry_no_replace": "BEFORE INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)",
}
_REFUSAL: Final = "SELECT RAISE(ABORT, 'audit entries can only be added')"

GUARD: Final = {"sqlite": [f"CREATE TRIGGER {name} {when} BEGIN {_REFUSAL}; END" for name, when in _SQLITE.items()]}
UNGUARD: Final = {"sqlite": [f"DROP TRIGGER {name}" for name in _SQLITE]}


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
