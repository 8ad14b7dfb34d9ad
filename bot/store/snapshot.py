"""A copy of the SQLite file while the service writes, and looking into such a copy."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.store.database import SqliteTransaction

STEP = 1000  # pages, 4 MB
TABLES = """
    SELECT name FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name
"""


def copy(database: Path, to: Path, rest: Callable[[], None]) -> None:
    """SQLite's online backup of one state of the file, while writers go on beside it. The copy is one
    file, complete in itself. *rest* is called after every few MB, which are on the disk by then: a
    flood of unwritten pages would hold up the commits of others.

    The transaction that is open all the time keeps that one state: without it the copy would begin
    anew at every commit.
    """
    with (
        closing(_opened(database, "mode=rw")) as source,
        closing(sqlite3.connect(to, isolation_level=None)) as target,
    ):
        target.execute("PRAGMA synchronous = OFF")  # lost in a power cut, it is made anew
        source.execute("BEGIN")
        source.execute(TABLES).fetchall()
        with to.open("rb") as written:

            def step(status: int, left: int, total: int) -> None:
                os.fsync(written.fileno())
                rest()

            source.backup(target, pages=STEP, progress=step)
        target.execute("PRAGMA journal_mode = DELETE")


def _opened(file: Path, options: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{file.resolve().as_uri()}?{options}", uri=True, timeout=60, isolation_level=None
    )


@contextmanager
def reading(file: Path) -> Iterator[SqliteTransaction]:
    """A look into a copy that nobody writes to."""
    with closing(_opened(file, "mode=ro&immutable=1")) as connection:
        yield SqliteTransaction(connection)


def faults(file: Path) -> list[str]:
    """What SQLite itself finds wrong with the file; nothing when it is whole."""
    try:
        with reading(file) as tx:
            broken = [str(row["integrity_check"]) for row in tx.rows("PRAGMA integrity_check")]
            loose = tx.rows("PRAGMA foreign_key_check")
    except sqlite3.DatabaseError as error:
        return [str(error)]
    found = [f"integrity_check: {line}" for line in broken if line != "ok"]
    return found + [f"foreign_key_check: {row['table']}, {row['parent']}" for row in loose]


def counts(file: Path) -> dict[str, int]:
    """How many rows each table has."""
    with reading(file) as tx:
        names = [row["name"] for row in tx.rows(TABLES)]
        return {name: _count(tx, name) for name in names}


def _count(tx: SqliteTransaction, table: str) -> int:
    quoted = table.replace('"', '""')
    return int(tx.rows(f'SELECT COUNT(*) AS n FROM "{quoted}"')[0]["n"])  # noqa: S608 - its own name
