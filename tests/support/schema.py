"""What tables there are, whichever engine holds them."""

from __future__ import annotations

from bot.store.database import Database, SqliteDatabase

SQLITE = """
    SELECT t.name AS table_name, c.name AS column_name
    FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
"""
POSTGRES = """
    SELECT c.table_name, c.column_name FROM information_schema.columns AS c
    JOIN information_schema.tables AS t USING (table_schema, table_name)
    WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE'
"""


def columns(database: Database) -> dict[str, set[str]]:
    """The names of the columns of each table."""
    found: dict[str, set[str]] = {}
    with database.transaction() as tx:
        for row in tx.rows(SQLITE if isinstance(database, SqliteDatabase) else POSTGRES):
            found.setdefault(row["table_name"], set()).add(row["column_name"])
    return found
