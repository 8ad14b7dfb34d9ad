"""Transactions on SQLite: one writer thread that commits in groups.

Work handed to `run` is a plain function of a `Transaction`. The writer thread takes all the work
that is waiting, runs each piece in its own savepoint under one `BEGIN IMMEDIATE`, commits once and
only then reports the results. A piece that raises is rolled back alone. So every message is
atomic and durable before it is acknowledged, and a busy hour costs one fsync per group instead of
one per message.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import sqlite_utils

from bot.store.database.dialect import for_sqlite
from bot.store.database.interface import (
    BrokenRule,
    DatabaseClosed,
    DatabaseFault,
    Row,
    Transaction,
)
from bot.store.database.schema import migrate

T = TypeVar("T")

GROUP = 128  # pieces of work in one commit; bounds how long the first of them waits
BUSY_TIMEOUT_MS = 10_000
CACHED_STATEMENTS = 256
FAULTS = frozenset({
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOTADB,
})  # fmt: skip
BATCH = 2000  # rows read at a time when whole tables are moved


class SqliteTransaction:
    """A transaction of one SQLite connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, **values: Any) -> list[Row]:
        try:
            cursor = self._connection.execute(for_sqlite(sql), values)
            if cursor.description is None:
                return []
            return _named(cursor, cursor.fetchall())
        except sqlite3.IntegrityError as error:
            raise BrokenRule(str(error)) from error
        except sqlite3.DatabaseError as error:
            if _is_fault(error):
                raise DatabaseFault(str(error)) from error
            raise

    def read(self, sql: str) -> Iterator[list[Row]]:
        cursor = self._connection.execute(sql)
        while found := cursor.fetchmany(BATCH):
            yield _named(cursor, found)

    def write(self, sql: str, rows: Iterable[Row]) -> None:
        try:
            self._connection.executemany(sql, rows)
        except sqlite3.IntegrityError as error:
            raise BrokenRule(str(error)) from error

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """A savepoint. Its name is always the same (the innermost counts), so that SQLite need not
        parse it anew each time, as it would with sqlite-utils' random names."""
        self._connection.execute("SAVEPOINT piece")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK TO piece")
                self._connection.execute("RELEASE piece")
            raise
        self._connection.execute("RELEASE piece")

    @property
    def stands(self) -> bool:
        """Whether it goes on: SQLite ends a transaction by itself when the disk fails in it."""
        return self._connection.in_transaction


def _is_fault(error: sqlite3.DatabaseError) -> bool:
    """Whether it is the disk or another process that fails, and not the statement."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in FAULTS


def _as_fault(error: BaseException) -> BaseException:
    """As the rest of the service knows it, when no transaction could be begun or committed."""
    if not isinstance(error, sqlite3.DatabaseError):
        return error
    fault = DatabaseFault(str(error))
    fault.__cause__ = error
    return fault


def _named(cursor: sqlite3.Cursor, rows: list[tuple[Any, ...]]) -> list[Row]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in rows]


@dataclass(slots=True, repr=False, eq=False)
class Piece:
    """A piece of work that waits, and where its outcome is to be told.

    It keeps neither error nor waiter once they have met: an error's traceback leads to frames that hold
    the piece, a ring that stays in memory until the collector comes by.
    """

    work: Callable[[SqliteTransaction], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        """In the waiter's loop, once; a waiter that gave up meanwhile is passed over."""
        future, error = self.future, self.error
        del self.future, self.error
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(self.result)


class SqliteDatabase:
    """One SQLite file in WAL mode with full durability; created and migrated when opened."""

    shared = False

    def __init__(self, path: str | Path, *, patience: int = BUSY_TIMEOUT_MS) -> None:
        self.path = str(path)
        if self.path != ":memory:":
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        self._connection = _connect(self.path, patience)
        self._lock = threading.Lock()  # the connection belongs to one thread at a time
        self._work: queue.SimpleQueue[Piece | None] = queue.SimpleQueue()
        try:
            with self.transaction() as tx:
                migrate(tx)
        except BaseException:
            self._connection.close()
            raise
        self._writer = threading.Thread(target=self._write_forever, name="sqlite", daemon=True)
        self._writer.start()
        self._closed = False

    async def run(self, work: Callable[[Transaction], T]) -> T:
        if self._closed:
            raise DatabaseClosed
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._work.put(Piece(work, future))
        try:
            return await future
        finally:
            del future  # its error's traceback leads here: another ring

    @contextmanager
    def transaction(self) -> Iterator[SqliteTransaction]:
        try:
            with self._lock, _immediate(self._connection) as tx:
                yield tx
        except sqlite3.DatabaseError as error:
            if _is_fault(error):
                raise DatabaseFault(str(error)) from error
            raise

    def used_by_others(self) -> bool:
        """A file has one user: bot.ops.deployment.lock sees to that."""
        return False

    def scrub(self) -> None:
        """`secure_delete` writes zeros over what is deleted, but not over copies that are left where
        a page was split: only a new file has none of them. Then the log is cut off, too; raises
        `DatabaseFault` when somebody reads from it for longer than the busy timeout."""
        with self._lock:
            self._connection.execute("VACUUM")
            busy, *_ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise DatabaseFault("a reader keeps the log from being cut off")

    def close(self) -> None:
        """Finish the work that is waiting, then close. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self._work.put(None)
        self._writer.join()
        self._connection.close()

    def _write_forever(self) -> None:
        while True:
            group = self._next_group()
            if group:
                with self._lock:
                    self._write(group)
            if self._closed and self._work.empty():
                return

    def _next_group(self) -> list[Piece]:
        """Everything that waits now, at most GROUP pieces; blocks until there is one."""
        group: list[Piece] = []
        item = self._work.get()
        while item is not None:
            group.append(item)
            if len(group) == GROUP or self._work.empty():
                break
            item = self._work.get()
        return group

    def _write(self, group: list[Piece]) -> None:
        try:
            with _immediate(self._connection) as tx:
                for piece in group:
                    _run(piece, tx)
        except BaseException as error:  # the commit failed: every waiter must hear of it
            _fail_all(group, _as_fault(error))
        _tell_all(group)


def _fail_all(group: list[Piece], error: BaseException) -> None:
    for piece in group:
        piece.error = piece.error or error


def _run(piece: Piece, tx: SqliteTransaction) -> None:
    try:
        with tx.atomic():
            piece.result = piece.work(tx)
    except Exception as error:  # it belongs to whoever handed the work in
        piece.error = error
        if not tx.stands:
            raise DatabaseFault("what others did beside it is undone, too") from error


def _tell_all(group: list[Piece]) -> None:
    """One wake-up for each event loop that waits, however many pieces it handed in."""
    waiting: dict[asyncio.AbstractEventLoop, list[Piece]] = {}
    for piece in group:
        waiting.setdefault(piece.future.get_loop(), []).append(piece)
    for loop, pieces in waiting.items():
        with suppress(RuntimeError):  # that loop was closed: nobody waits there any more
            loop.call_soon_threadsafe(_tell, pieces)


def _tell(pieces: list[Piece]) -> None:
    for piece in pieces:
        piece.tell()


def _connect(path: str, patience: int) -> sqlite_utils.Database:
    if path != ":memory:":
        Path(path).touch(
            mode=0o600
        )  # its log gets the same mode; a file that is there keeps its own
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=CACHED_STATEMENTS
    )
    connection.execute(f"PRAGMA busy_timeout = {patience}")
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        try:
            connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
    return sqlite_utils.Database(connection)


@contextmanager
def _immediate(database: sqlite_utils.Database) -> Iterator[SqliteTransaction]:
    """`BEGIN IMMEDIATE` … `COMMIT`: a deferred BEGIN that turns to writing can fail at once in
    spite of the busy timeout.

    When the disk fails in the middle SQLite may undo the whole transaction and go on in a new one,
    whose commit would then speak for what is lost: only the first one has the savepoint `whole`.
    """
    database.conn.execute("BEGIN IMMEDIATE")
    database.conn.execute("SAVEPOINT whole")
    try:
        yield SqliteTransaction(database.conn)
        database.conn.execute("RELEASE whole")
        database.conn.execute("COMMIT")
    except BaseException:
        if database.conn.in_transaction:
            database.conn.execute("ROLLBACK")
        raise
