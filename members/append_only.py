"""Migration operation that makes a table append-only in the database itself.

``AppendOnly("rewards_transfer")`` installs triggers that refuse UPDATE and DELETE on PostgreSQL and SQLite, so
that no code path, admin page or shell can rewrite history. Dropping the triggers is a visible act of a
database administrator, and the ledger's chain shows what was changed meanwhile.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'append-only: rows of {table} are never changed or deleted'
        USING ERRCODE = 'integrity_constraint_violation';
END $body$
"""
_POSTGRES_TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_append_only()
"""
_SQLITE_TRIGGER = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'append-only: rows of {table} are never changed or deleted'); END
"""


class AppendOnly(migrations.RunPython):
    """Refuse UPDATE and DELETE on ``table`` by trigger; reversible."""

    def __init__(self, table: str) -> None:
        self.table = table

        def forwards(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:  # Any: historical apps
            _execute(schema_editor, install_sql(schema_editor.connection.vendor, table))

        def backwards(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:  # Any: historical apps
            _execute(schema_editor, remove_sql(schema_editor.connection.vendor, table))

        super().__init__(forwards, backwards, elidable=False)

    def describe(self) -> str:
        """Say what the operation does, for the migrate command's output."""
        return f"Make {self.table} append-only"


def install_sql(vendor: str, table: str) -> list[str]:
    """Return the statements that make ``table`` append-only on a database of this vendor."""
    if vendor == "postgresql":
        return [_POSTGRES_FUNCTION.format(table=table), _POSTGRES_TRIGGER.format(table=table)]
    return [_SQLITE_TRIGGER.format(table=table, verb=verb) for verb in ("UPDATE", "DELETE")]


def remove_sql(vendor: str, table: str) -> list[str]:
    """Return the statements that take the triggers off again."""
    if vendor == "postgresql":
        return [
            f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
            f"DROP FUNCTION IF EXISTS {table}_append_only()",
        ]
    return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for verb in ("UPDATE", "DELETE")]


def _execute(schema_editor: BaseDatabaseSchemaEditor, statements: list[str]) -> None:
    for statement in statements:
        # No parameters at all: the bodies hold no placeholders, and none may be looked for.
        schema_editor.execute(statement, params=None)
