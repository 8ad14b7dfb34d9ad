"""Transactions on PostgreSQL: a few threads with a connection each. The one door to psycopg.

Any number of processes may serve from one database: guarded statements and row locks keep them
apart (READ COMMITTED: a statement that waited for a row sees it as it has become). Work that stood
in the way of another transaction, or whose connection was lost before its commit, is undone by the
server and run again from its beginning. What was lost while it was being committed is raised: it
may have happened.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Generic, TypeAlias, TypeVar

import psycopg
import structlog
from psycopg import errors
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from bot.store.database.dialect import for_postgres
from bot.store.database.interface import (
    BrokenRule,
    DatabaseClosed,
    DatabaseFault,
    DatabaseUnfit,
    Row,
)
from bot.store.database.postgres_types import register
from bot.store.database.schema import migrate

T = TypeVar("T")
Connection: TypeAlias = psycopg.Connection[Row]

THREADS = 8  # pieces of work at a time in one process
SPARE = 4  # connections for `transaction`, beside those of the threads
PATIENCE = 10.0  # seconds in which a piece of work is tried again
FIRST_PAUSE = 0.02  # seconds, doubled at each attempt
LONGEST_PAUSE = 1.0
CONNECT_WITHIN = 5  # seconds
BATCH = 2000  # rows read at a time when whole tables are moved
PREPARE_AFTER = 2  # runs of a statement on one connection
PREPARED = 1000  # statements kept on each connection
MIGRATING = 0x766E656964  # the lock of whoever changes the schema: any number of our own

# For each connection. A process that stops in the middle of a transaction (paused, cut off) must not
# keep its rows locked; an answer to a person is no use after half a minute.
SETTINGS = (
    "SET default_transaction_isolation = 'read committed'",
    "SET statement_timeout = '30s'",
    "SET lock_timeout = '10s'",
    "SET idle_in_transaction_session_timeout = '15s'",
    "SET jit = off",  # every statement is short
    """
    SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off'
    """,
)
# For a transaction that moves whole tables: it waits as long as the other database is busy.
UNHURRIED = "SET LOCAL idle_in_transaction_session_timeout = 0"
OUR_NAME = f"vneid-bot {socket.gethostname()[:30]}:{os.getpid()}"  # as the server lists us
OTHERS = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'vneid-bot %%'
      AND application_name <> %s
"""
LOCK_SCHEMA = "SELECT pg_advisory_xact_lock(%s)"
# Ids, codes and times are compared as texts; in most languages' order 'a' comes before 'Z'.
FIT = "SELECT 'Z' < 'a' AND 'a-z' < 'aa' AS plain, current_setting('server_encoding') AS encoding"
UNFIT = (
    "cơ sở dữ liệu {name} dùng bảng mã {encoding} hoặc thứ tự chữ không phải C. Tạo lại bằng lệnh: "
    "CREATE DATABASE ten OWNER nguoi_dung ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
)
NO_RIGHTS = (
    "người dùng {user} không có quyền tạo và sửa bảng trong cơ sở dữ liệu {name} ({reason}). Người quản trị "
    "PostgreSQL chạy: ALTER DATABASE {name} OWNER TO {user}; bảng nào do người khác tạo thì cũng đổi chủ như vậy"
)

# Another transaction was faster. So it is with a key that was free when it was looked for and is
# taken now: the statement that looks will find it.
FASTER = (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation)
MOST_CLASHES = 5  # after so many it is no chance any more

log = structlog.get_logger()


class PostgresTransaction:
    """A transaction of one connection. `clash` is set when another one was faster."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.clash = False

    def rows(self, sql: str, **values: Any) -> list[Row]:
        with self._errors():
            cursor = self._connection.execute(for_postgres(sql).encode(), values)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def atomic(self) -> Iterator[None]:
        with self._connection.transaction():
            yield

    def read(self, sql: str) -> Iterator[list[Row]]:
        self._connection.execute(UNHURRIED)
        with self._connection.cursor("reader") as cursor:  # a named one is kept on the server
            cursor.execute(sql.encode())
            while found := cursor.fetchmany(BATCH):
                yield found

    def write(self, sql: str, rows: Iterable[Row]) -> None:
        with self._errors(), self._connection.cursor() as cursor:
            cursor.executemany(for_postgres(sql).encode(), rows)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except FASTER as error:
            self.clash = True
            if isinstance(error, errors.IntegrityError):
                raise _broken(error) from None
            raise DatabaseFault(str(error)) from error  # nobody's who works with it
        except errors.IntegrityError as error:
            raise _broken(error) from None
        except psycopg.OperationalError as error:
            raise DatabaseFault(str(error)) from error


def _broken(error: errors.IntegrityError) -> BrokenRule:
    """Without the server's details and *error* itself, which show the row: it is somebody's."""
    return BrokenRule(error.diag.message_primary)


class PostgresDatabase:
    """One database of a PostgreSQL server; its tables are made and migrated when it is opened."""

    shared = True

    def __init__(self, address: str, *, threads: int = THREADS) -> None:
        _prepare(address)
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            address,
            kwargs=_CONNECTION,
            configure=_configure,
            min_size=1,
            max_size=threads + SPARE,
            timeout=PATIENCE / 4,
            reconnect_timeout=LONGEST_PAUSE,  # we ask again ourselves
            open=True,
        )
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="postgres")
        self._closed = False

    async def run(self, work: Callable[[PostgresTransaction], T]) -> T:
        if self._closed:
            raise DatabaseClosed
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._run, work)

    @contextmanager
    def transaction(self) -> Iterator[PostgresTransaction]:
        with self._pool.connection() as connection, connection.transaction():
            yield PostgresTransaction(connection)

    def used_by_others(self) -> bool:
        with self._pool.connection() as connection:
            return bool(connection.execute(OTHERS, (OUR_NAME,)).fetchall())

    def scrub(self) -> None:
        """What is deleted makes room for others. Copies in the server's log and backups last as long
        as whoever runs the server keeps those."""
        with self._pool.connection() as connection:
            connection.execute("SET statement_timeout = 0")
            try:
                connection.execute("VACUUM (SKIP_LOCKED)")  # another process may be at it
            finally:
                connection.execute(SETTINGS[1])

    def close(self) -> None:
        """Finish the work that is waiting, then close. Safe to call twice."""
        self._closed = True
        self._threads.shutdown()
        self._pool.close()

    def _run(self, work: Callable[[PostgresTransaction], T]) -> T:
        """Until it is committed, fails by its own fault, or patience is at an end."""
        until, pauses, clashes = time.monotonic() + PATIENCE, _pauses(), 0
        while True:
            attempt: _Attempt[T] = _Attempt(work)
            try:
                return attempt.run(self._pool)
            except Exception as error:
                clashes += attempt.clash
                if not attempt.lost and not (attempt.clash and clashes < MOST_CLASHES):
                    raise
                if self._closed or time.monotonic() > until:
                    raise DatabaseFault(str(error)) from error
                _log(error, attempt)
            time.sleep(next(pauses))


class _Attempt(Generic[T]):
    """One attempt at a piece of work, and what is known of it when it fails."""

    def __init__(self, work: Callable[[PostgresTransaction], T]) -> None:
        self._work = work
        self.clash = False  # another transaction was faster
        self.lost = False  # no connection, or no longer; nothing was committed

    def run(self, pool: ConnectionPool[Connection]) -> T:
        try:
            with pool.connection() as connection:
                return self._on(connection)
        except PoolTimeout:
            self.lost = True
            raise

    def _on(self, connection: Connection) -> T:
        committing = False
        tx = PostgresTransaction(connection)
        try:
            with connection.transaction():
                result = self._work(tx)
                committing = True
        except BaseException:
            self.clash = tx.clash
            self.lost = connection.closed and not committing
            raise
        return result


def _log(error: Exception, attempt: _Attempt[Any]) -> None:
    """Without the statement's values: they are people's."""
    why = "connection lost" if attempt.lost else "another transaction was faster"
    log.info("transaction run again", why=why, error=type(error).__name__)


def _pauses() -> Iterator[float]:
    pause = FIRST_PAUSE
    while True:
        yield pause * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
        pause = min(pause * 2, LONGEST_PAUSE)


# --- connections ---------------------------------------------------------------------------------

_CONNECTION: dict[str, Any] = {
    "autocommit": True,  # transactions are begun by name
    "row_factory": dict_row,
    "prepare_threshold": PREPARE_AFTER,
    "connect_timeout": CONNECT_WITHIN,
    "application_name": OUR_NAME,
    "client_encoding": "utf8",
}


def _configure(connection: Connection) -> None:
    register(connection.adapters)
    connection.prepared_max = PREPARED
    for statement in SETTINGS:
        connection.execute(statement)


def _prepare(address: str) -> None:
    """See that the database is there and fit, and migrate it: one process at a time."""
    try:
        with psycopg.connect(address, **_CONNECTION) as connection:
            register(connection.adapters)
            _check(connection)
            _migrate(connection)
    except psycopg.OperationalError as error:
        raise DatabaseUnfit(f"không nối được PostgreSQL: {str(error).strip()}") from error


def _migrate(connection: Connection) -> None:
    try:
        with connection.transaction():
            connection.execute(LOCK_SCHEMA, (MIGRATING,))
            migrate(PostgresTransaction(connection))
    except errors.InsufficientPrivilege as error:
        names = {"name": connection.info.dbname, "user": connection.info.user}
        reason = error.diag.message_primary
        raise DatabaseUnfit(NO_RIGHTS.format(**names, reason=reason)) from error


def _check(connection: Connection) -> None:
    row = connection.execute(FIT).fetchone()
    if row is None or not row["plain"] or row["encoding"] != "UTF8":
        encoding = row["encoding"] if row else ""
        raise DatabaseUnfit(UNFIT.format(name=connection.info.dbname, encoding=encoding))
