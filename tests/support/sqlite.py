"""SQLite files as a new deployment has them. The migrations run once in each process of the tests: all of
them for each of some thousand databases took a tenth of the suite's time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.store.database import SqliteDatabase


def opened(path: Path) -> SqliteDatabase:
    """The database in *path*, which is new when it is not there."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(_new())
    return SqliteDatabase(path)


@cache
def _new() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        SqliteDatabase(path).close()
        return path.read_bytes()


def steps(database: SqliteDatabase, work: Callable[[], object]) -> int:
    """How much SQLite does for *work*, in tens of instructions of its machine: the same on each run."""
    connection, ticks = database._connection.conn, []
    connection.set_progress_handler(lambda: ticks.append(1), 10)
    try:
        work()
    finally:
        connection.set_progress_handler(None, 10)
    return len(ticks)
