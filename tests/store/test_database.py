"""Transactions, on whichever engine; then what is SQLite's alone."""

from __future__ import annotations

import asyncio
import sqlite3
import weakref
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.store.database import (
    BrokenRule,
    Database,
    DatabaseClosed,
    DatabaseFault,
    SqliteDatabase,
    Transaction,
)
from bot.store.migrations import MIGRATIONS
from tests.support.uncollected import uncollected

ADD = "INSERT INTO marks (name, value) VALUES (:name, '1')"
ALL = "SELECT name FROM marks ORDER BY name"


def names(database: Database) -> list[str]:
    with database.transaction() as tx:
        return [row["name"] for row in tx.rows(ALL)]


def add(tx: Transaction, name: str) -> str:
    tx.rows(ADD, name=name)
    return name


async def test_work_is_committed_before_its_result_is_seen(
    database: Database, another: Callable[[], Database]
) -> None:
    assert await database.run(lambda tx: add(tx, "a")) == "a"
    with closing(another()) as other:
        assert names(other) == ["a"]


async def test_a_failing_piece_is_undone_alone(database: Database) -> None:
    def fails(tx: Transaction) -> None:
        add(tx, "bad")
        raise ValueError("no")

    results = await asyncio.gather(
        database.run(lambda tx: add(tx, "a")),
        database.run(fails),
        database.run(lambda tx: add(tx, "c")),
        return_exceptions=True,
    )
    assert results[0] == "a"
    assert isinstance(results[1], ValueError)
    assert results[2] == "c"
    assert names(database) == ["a", "c"]


async def test_on_sqlite_pieces_run_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    seen: list[int] = []
    database = SqliteDatabase(tmp_path / "x.db")
    await asyncio.gather(*(database.run(lambda tx, n=n: seen.append(n)) for n in range(300)))
    database.close()
    assert seen == list(range(300))


async def test_an_inner_block_can_fail_without_the_rest(database: Database) -> None:
    def work(tx: Transaction) -> None:
        add(tx, "kept")
        with pytest.raises(ValueError, match="inner"), tx.atomic():
            add(tx, "undone")
            raise ValueError("inner")

    await database.run(work)
    assert names(database) == ["kept"]


async def test_a_broken_rule_of_the_schema_is_raised(database: Database) -> None:
    await database.run(lambda tx: add(tx, "a"))
    with pytest.raises(BrokenRule):
        await database.run(lambda tx: add(tx, "a"))


async def test_closing_finishes_what_waits_and_refuses_the_rest(database: Database) -> None:
    waiting = [
        asyncio.ensure_future(database.run(lambda tx, n=n: add(tx, f"{n}"))) for n in range(9)
    ]
    await asyncio.sleep(0)  # let the futures hand their work in
    database.close()
    assert await asyncio.gather(*waiting) == [f"{n}" for n in range(9)]
    with pytest.raises(DatabaseClosed):
        await database.run(lambda tx: add(tx, "late"))
    database.close()


def test_opening_again_keeps_the_schema_and_the_data(tmp_path: Path) -> None:
    first = SqliteDatabase(tmp_path / "x.db")
    with first.transaction() as tx:
        add(tx, "a")
    first.close()
    second = SqliteDatabase(tmp_path / "x.db")
    assert names(second) == ["a"]
    with second.transaction() as tx:
        recorded = [row["name"] for row in tx.rows("SELECT name FROM migrations ORDER BY name")]
    assert recorded == [name for name, _ in MIGRATIONS]
    second.close()


def test_a_commit_survives_losing_power(tmp_path: Path) -> None:
    with closing(SqliteDatabase(tmp_path / "x.db")) as database, database.transaction() as tx:
        assert tx.rows("PRAGMA synchronous") == [{"synchronous": 2}]
        assert tx.rows("PRAGMA journal_mode") == [{"journal_mode": "wal"}]
        assert tx.rows("PRAGMA foreign_keys") == [{"foreign_keys": 1}]


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(ValueError, match="stop"), database.transaction() as tx:
        add(tx, "a")
        raise ValueError("stop")
    assert names(database) == []


async def test_on_sqlite_a_disk_that_fails_in_the_middle_fails_the_whole_group(
    tmp_path: Path,
) -> None:
    """SQLite undoes what was done before, and would go on with what comes afterwards."""

    with closing(SqliteDatabase(tmp_path / "x.db")) as database:
        work = [lambda tx: add(tx, "a"), overfill, lambda tx: add(tx, "c")]
        told = await asyncio.gather(*map(database.run, work), return_exceptions=True)
        assert all(isinstance(one, DatabaseFault) for one in told)
        assert names(database) == []
        await database.run(lambda tx: tx.rows("PRAGMA max_page_count = 1000000"))
        assert await database.run(lambda tx: add(tx, "d")) == "d"


def test_on_sqlite_a_commit_speaks_only_for_the_transaction_that_was_begun(tmp_path: Path) -> None:
    with closing(SqliteDatabase(tmp_path / "x.db")) as database:
        with pytest.raises(sqlite3.OperationalError, match="whole"), database.transaction() as tx:
            add(tx, "lost")
            tx.rows("ROLLBACK")  # as SQLite does by itself when the disk fails
            tx.rows("BEGIN")
            add(tx, "kept")
        assert names(database) == []


def overfill(tx: Transaction) -> None:
    """The disk of this one is full."""
    tx.rows("PRAGMA max_page_count = 1")
    tx.rows("INSERT INTO marks (name, value) VALUES ('big', :much)", much="x" * 100_000)


def give_up(tx: Transaction) -> None:
    raise ValueError("no")


@pytest.mark.parametrize("fails", [overfill, give_up])
async def test_on_sqlite_what_failed_goes_out_of_memory_without_the_collector(
    tmp_path: Path, fails: Callable[[Transaction], None]
) -> None:
    """While a disk is full every message fails; all of them together are much to hold."""

    class Message:
        def told(self, tx: Transaction) -> None:
            fails(tx)

    async def try_it(database: Database) -> weakref.ref[Message]:
        message = Message()
        with pytest.raises((DatabaseFault, ValueError)):
            await database.run(message.told)
        return weakref.ref(message)

    with closing(SqliteDatabase(tmp_path / "x.db")) as database, uncollected():
        held = [await try_it(database) for _ in range(5)]
        await database.run(lambda tx: None)
        assert [one() for one in held] == [None] * 5


async def test_a_cancelled_waiter_does_not_stop_the_writer(database: Database) -> None:
    task = asyncio.ensure_future(database.run(lambda tx: add(tx, "maybe")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await database.run(lambda tx: add(tx, "sure")) == "sure"


def test_only_its_owner_may_read_the_file_and_its_log(tmp_path: Path) -> None:
    with closing(SqliteDatabase(tmp_path / "new.db")) as database:
        with database.transaction() as tx:
            add(tx, "a")
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("new.db", "new.db-wal", "new.db-shm"), 0o600)


def test_traces_that_a_reader_keeps_in_the_log_are_not_taken_for_gone(tmp_path: Path) -> None:
    path = tmp_path / "read.db"
    with closing(SqliteDatabase(path)) as database, closing(sqlite3.connect(path)) as reader:
        with database.transaction() as tx:
            add(tx, "a")
            tx.rows("PRAGMA busy_timeout = 0")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM marks").fetchall()
        with pytest.raises(DatabaseFault):
            database.scrub()
        reader.rollback()
        database.scrub()
