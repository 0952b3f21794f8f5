"""Migration operation that makes a table append-only in the database itself.

``AppendOnly("rewards_transfer")`` installs triggers that refuse UPDATE and DELETE on PostgreSQL and SQLite, so
that no code path, admin page or shell can rewrite history. Dropping the triggers is a visible act of a
database administrator, and the ledger's chain shows what was changed meanwhile.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_POSTGRES_UP = """
CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'append-only: rows of {table} are never changed or deleted'
        USING ERRCODE = 'integrity_constraint_violation';
END $body$;
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
"""
_POSTGRES_DOWN = """
DROP TRIGGER IF EXISTS {table}_append_only ON {table};
DROP FUNCTION IF EXISTS {table}_append_only();
"""
_SQLITE_UP = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'append-only: rows of {table} are never changed or deleted'); END
"""


class AppendOnly(migrations.RunPython):
    """Refuse UPDATE and DELETE on ``table`` by trigger; reversible."""

    def __init__(self, table: str) -> None:
        self.table = table

        def forwards(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:  # Any: historical apps
            install(schema_editor, table)

        def backwards(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:  # Any: historical apps
            remove(schema_editor, table)

        super().__init__(forwards, backwards, elidable=False)

    def describe(self) -> str:
        """Say what the operation does, for the migrate command's output."""
        return f"Make {self.table} append-only"


def install(schema_editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Create the triggers on ``table``."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_POSTGRES_UP.format(table=table), params=None)
    else:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(_SQLITE_UP.format(table=table, verb=verb), params=None)


def remove(schema_editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Drop the triggers on ``table``."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_POSTGRES_DOWN.format(table=table), params=None)
    else:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}", params=None)
