"""Databases as they were at some moment, to begin from as often as is wanted, on both engines.

A file is copied. A copy of a whole database of PostgreSQL costs a tenth of a second of a core and more,
nearly all of it for the hundreds of files that every database has; so its rows are kept beside the
tables, and put back into them.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg.rows import dict_row

from bot.store.database import Row, SqliteDatabase, Transaction
from bot.store.database.postgres import PostgresDatabase, PostgresTransaction
from bot.store.database.postgres_types import register
from tests.support.postgres import Cluster

KEEP = """
    DO $$
    DECLARE one text; filled boolean;
    BEGIN
        CREATE SCHEMA {kept};
        FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', one) INTO filled;
            IF filled THEN
                EXECUTE format('CREATE TABLE {kept}.%I AS TABLE public.%I', one, one);
            END IF;
        END LOOP;
    END $$
"""
# Whoever was killed is gone first: the server undoes what they had begun, and lets go of its locks.
AGAIN = """
    DO $$
    DECLARE one text;
    BEGIN
        WHILE EXISTS (
            SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
            AND backend_type = 'client backend' AND pid <> pg_backend_pid()
        ) LOOP
            PERFORM pg_sleep(0.001);
            PERFORM pg_stat_clear_snapshot();
        END LOOP;
        SET LOCAL session_replication_role = replica;  -- tables come in any order
        FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
        LOOP EXECUTE format('DELETE FROM public.%I', one); END LOOP;
        FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = '{kept}'
        LOOP EXECUTE format('INSERT INTO public.%I TABLE {kept}.%I', one, one); END LOOP;
    END $$
"""


class Shelf(Protocol):
    """`at_once` databases may be in use; the next one takes the place of the first of them."""

    at_once: int

    def empty(self) -> str:
        """The address of a database with tables and no rows."""
        ...

    def keep(self, address: str) -> str:
        """What is in it now, by a name; nobody uses it."""
        ...

    def again(self, kept: str) -> str:
        """The address of a database with what was kept."""
        ...

    def seen(self, address: str) -> AbstractContextManager[Transaction]:
        """What is in it when the service starts again, after whatever happened."""
        ...


@dataclass
class Files:
    """SQLite: every database is a file of its own."""

    folder: Path
    at_once: int = 6  # most of their time goes into waiting for the disk
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def empty(self) -> str:
        address = self._new()
        SqliteDatabase(address).close()
        return address

    def keep(self, address: str) -> str:
        return shutil.copy(address, self._new())

    def again(self, kept: str) -> str:
        return shutil.copy(kept, self._new())

    @contextmanager
    def seen(self, address: str) -> Iterator[Transaction]:
        with closing(SqliteDatabase(address)) as database, database.transaction() as tx:
            assert tx.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
            assert tx.rows("PRAGMA foreign_key_check") == []
            yield tx

    def _new(self) -> str:
        return str(self.folder / f"{next(self._numbers)}.db")


@dataclass
class Server:
    """PostgreSQL: one database, and a schema for each of those that were kept."""

    address: str
    connection: psycopg.Connection[Row]
    at_once: int = 1
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self._empty = self.keep(self.address)

    def empty(self) -> str:
        return self.again(self._empty)

    def keep(self, address: str) -> str:
        assert address == self.address
        kept = f"kept_{next(self._numbers)}"
        self.connection.execute(KEEP.format(kept=kept).encode())
        return kept

    def again(self, kept: str) -> str:
        self.connection.execute(AGAIN.format(kept=kept).encode())
        return self.address

    @contextmanager
    def seen(self, address: str) -> Iterator[Transaction]:
        """What was not committed is seen by nobody, and no row breaks what the schema forbids."""
        assert address == self.address
        with self.connection.transaction():
            yield PostgresTransaction(self.connection)


@contextmanager
def on_server(cluster: Cluster) -> Iterator[Server]:
    address = cluster.create()
    PostgresDatabase(address).close()  # its tables
    opened = psycopg.connect(address, autocommit=True, row_factory=dict_row)
    with closing(opened) as connection:
        register(connection.adapters)
        connection.execute("SET statement_timeout = '10s'")  # who is not gone by then stays
        yield Server(address, connection)
