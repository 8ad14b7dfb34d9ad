"""What is PostgreSQL's alone: work that is run again, connections that are lost, a server that is
unfit. What both engines do is in test_database."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from urllib.parse import urlsplit

import psycopg
import pytest

from bot.store.database import (
    BrokenRule,
    Database,
    DatabaseUnfit,
    SqliteDatabase,
    Transaction,
    open_database,
    shown,
)
from bot.store.database.dialect import for_postgres, for_sqlite
from bot.store.database.postgres import PostgresDatabase
from bot.store.staff import audit
from tests.support.people import Clock
from tests.support.postgres import Cluster

ADD = "INSERT INTO marks (name, value) VALUES (:name, '0')"
MORE = "UPDATE marks SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE name = :name"
MARKS = "SELECT name, value FROM marks ORDER BY name"
END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# Ends its own connection while the transaction is being committed.
DIE_AT_COMMIT = (
    """
    CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER die AFTER INSERT ON marks DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.name = 'last words') EXECUTE FUNCTION die()
    """,
)


@pytest.fixture
def there(postgres: Cluster) -> Iterator[PostgresDatabase]:
    with closing(PostgresDatabase(postgres.emptied())) as database:
        with database.transaction() as tx:
            tx.rows(ADD, name="a")
            tx.rows(ADD, name="b")
        yield database


def marks(database: Database) -> dict[str, str]:
    with database.transaction() as tx:
        return {row["name"]: row["value"] for row in tx.rows(MARKS)}


# --- one text for both ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "for_psycopg"),
    [
        ("SELECT :a, :long_name2", "SELECT %(a)s, %(long_name2)s"),
        ("WHERE a LIKE 'x%' AND b = ':c'", "WHERE a LIKE 'x%%' AND b = ':c'"),
        ("SELECT 'it''s :x', :y", "SELECT 'it''s :x', %(y)s"),
        ("SELECT a::text, :b", "SELECT a::text, %(b)s"),
        ("SELECT 7 % 2 -- :no", "SELECT 7 %% 2 -- :no"),
        ('SELECT ":no"', 'SELECT ":no"'),
    ],
)
def test_names_of_values_are_put_as_psycopg_has_them(written: str, for_psycopg: str) -> None:
    assert for_postgres(written) == for_psycopg


def test_sqlite_has_no_use_for_locks() -> None:
    assert for_sqlite("SELECT 1 LIMIT 1 FOR UPDATE SKIP LOCKED") == "SELECT 1 LIMIT 1 "
    assert for_sqlite("SELECT 1 FOR NO KEY UPDATE") == "SELECT 1 "


def test_values_come_back_alike_from_both_engines(database: Database) -> None:
    with database.transaction() as tx:
        for name in ("x", "y"):
            tx.rows(ADD, name=name)
        (row,) = tx.rows("""
            SELECT count(*) AS n, SUM(length(name)) AS sum, AVG(length(value)) AS mean,
                   MAX(name) AS last, 1.5 AS half, MIN(name) = 'x' AS first,
                   'ẢNH' AS text, NULL AS nobody
            FROM marks
        """)
    assert row == {"n": 2, "sum": 2, "mean": 1.0, "last": "y", "half": 1.5, "first": 1,
                   "text": "ẢNH", "nobody": None}  # fmt: skip
    kinds = [type(row[name]) for name in ("n", "sum", "mean", "half", "first")]
    assert kinds == [int, int, float, float, int]


def test_texts_are_in_the_same_order_on_both_engines(database: Database) -> None:
    names = ["a:z", "aa", "Z", "é", "a", "B", "a-b", "ă"]
    with database.transaction() as tx:
        for name in names:
            tx.rows(ADD, name=name)
        assert [row["name"] for row in tx.rows(MARKS)] == sorted(names)


# --- work in each other's way ----------------------------------------------------------------------


async def test_of_two_that_wait_for_each_other_both_get_done(there: PostgresDatabase) -> None:
    met, tries = threading.Barrier(2), []

    def work(tx: Transaction, first: str, second: str) -> None:
        tries.append(first)
        tx.rows(MORE, name=first)
        if len(tries) <= 2:  # who is run again has nobody to meet
            met.wait(5)
        tx.rows(MORE, name=second)

    await asyncio.gather(
        there.run(partial(work, first="a", second="b")),
        there.run(partial(work, first="b", second="a")),
    )
    assert len(tries) == 3
    assert marks(there) == {"a": "2", "b": "2"}


async def test_who_finds_a_free_key_taken_looks_again(there: PostgresDatabase) -> None:
    """As a look-up before an INSERT does, when another process is between the two."""
    looks = []

    def work(tx: Transaction) -> str:
        looks.append(tx.rows("SELECT name FROM marks WHERE name = 'c'"))
        if looks[-1]:
            return "found"
        if len(looks) == 1:
            with there.transaction() as other:
                other.rows(ADD, name="c")
        tx.rows(ADD, name="c")
        return "written"

    assert await there.run(work) == "found"
    assert [len(rows) for rows in looks] == [0, 1]


async def test_what_is_refused_every_time_is_refused_in_the_end(there: PostgresDatabase) -> None:
    tries = []

    def work(tx: Transaction) -> None:
        tries.append(1)
        tx.rows(ADD, name="a")

    with pytest.raises(BrokenRule, match="marks_pkey"):
        await there.run(work)
    assert 1 < len(tries) <= 5


def test_lines_of_the_audit_log_hang_together_whoever_writes_them(
    there: PostgresDatabase, clock: Clock
) -> None:
    def write(number: int) -> None:
        with there.transaction() as tx:
            audit.write(tx, clock(), f"officer {number}", "looked")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(60)))
    with there.transaction() as tx:
        assert list(audit.faults(tx)) == []
        assert len(audit.newest(tx)) == 60


@pytest.mark.parametrize("values", ["('Nguyễn Văn Thử', '')", "('Nguyễn Văn Thử 2', NULL)"])
def test_a_broken_rule_tells_nobodys_data(there: PostgresDatabase, values: str) -> None:
    """The server's own words show the row, and would stand in the log with the traceback."""
    with there.transaction() as tx:
        tx.rows("INSERT INTO marks (name, value) VALUES ('Nguyễn Văn Thử', '')")
    with pytest.raises(BrokenRule, match="marks") as broken, there.transaction() as tx:
        tx.rows(f"INSERT INTO marks (name, value) VALUES {values}")  # noqa: S608 - of the test
    assert "Thử" not in "".join(traceback.format_exception(broken.value))


# --- connections -----------------------------------------------------------------------------------


async def test_idle_connections_may_be_cut(there: PostgresDatabase, postgres: Cluster) -> None:
    await asyncio.gather(
        *(there.run(lambda tx: tx.rows("SELECT pg_sleep(0.02)")) for _ in range(8))
    )
    with psycopg.connect(postgres.shared, autocommit=True) as other:
        other.execute(END_OTHERS)
    await there.run(lambda tx: tx.rows(MORE, name="a"))
    assert marks(there)["a"] == "1"


async def test_work_whose_connection_is_cut_is_done_once(
    there: PostgresDatabase, postgres: Cluster
) -> None:
    tries = []

    def work(tx: Transaction) -> None:
        tx.rows(MORE, name="a")
        tries.append(1)
        if len(tries) == 1:
            with psycopg.connect(postgres.shared, autocommit=True) as other:
                other.execute(END_OTHERS)
        tx.rows(MORE, name="b")

    await there.run(work)
    assert len(tries) == 2
    assert marks(there) == {"a": "1", "b": "1"}


async def test_what_was_cut_while_it_was_committed_is_told_and_not_done_again(
    postgres: Cluster,
) -> None:
    address, tries = postgres.create(), []

    def work(tx: Transaction) -> None:
        tries.append(1)
        tx.rows(ADD, name="last words")

    with closing(PostgresDatabase(address)) as database:
        with database.transaction() as tx:
            for statement in DIE_AT_COMMIT:
                tx.rows(statement)
        with pytest.raises(psycopg.OperationalError):
            await database.run(work)
        assert len(tries) == 1
        await database.run(lambda tx: tx.rows(ADD, name="goes on"))


async def test_work_waits_while_the_server_starts_again(postgres: Cluster) -> None:
    with closing(PostgresDatabase(postgres.create())) as database:
        await database.run(lambda tx: tx.rows(ADD, name="a"))
        await asyncio.to_thread(postgres.stop, "fast")
        waiting = [
            asyncio.ensure_future(database.run(lambda tx, n=n: tx.rows(ADD, name=f"{n}")))
            for n in range(20)
        ]
        await asyncio.sleep(0)
        await asyncio.to_thread(postgres.start)
        await asyncio.gather(*waiting)
        assert len(marks(database)) == 21


def test_scrubbing_leaves_no_room_to_what_is_deleted(there: PostgresDatabase) -> None:
    size = "SELECT pg_relation_size('marks') AS bytes"
    with there.transaction() as tx:
        for number in range(500):
            tx.rows(ADD, name=f"{number}" * 50)
    with there.transaction() as tx:
        tx.rows("DELETE FROM marks")
        (before,) = tx.rows(size)
    there.scrub()
    with there.transaction() as tx:
        assert before["bytes"] > 0
        assert tx.rows(size) == [{"bytes": 0}]


# --- opening ---------------------------------------------------------------------------------------


def test_many_processes_may_start_on_an_empty_database_at_once(postgres: Cluster) -> None:
    address = postgres.create()
    with ThreadPoolExecutor(6) as pool:
        for database in pool.map(PostgresDatabase, [address] * 6):
            database.close()


def test_another_order_of_letters_is_refused_with_what_to_do(postgres: Cluster) -> None:
    try:
        address = postgres.create("LOCALE_PROVIDER icu ICU_LOCALE 'vi'")
    except psycopg.errors.FeatureNotSupported:
        pytest.skip("this PostgreSQL knows no other order than C")
    with pytest.raises(DatabaseUnfit, match="LC_COLLATE 'C'"):
        open_database(address)


def test_another_encoding_is_refused_with_what_to_do(postgres: Cluster) -> None:
    address = postgres.create("ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    with pytest.raises(DatabaseUnfit, match=r"LATIN1.*ENCODING 'UTF8'"):
        open_database(address)


def test_an_encoding_that_is_none_is_refused_by_its_name(postgres: Cluster) -> None:
    address = postgres.create("ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
    with pytest.raises(DatabaseUnfit, match="bảng mã SQL_ASCII"):
        open_database(address)


def test_who_may_make_no_tables_is_told_what_is_missing(postgres: Cluster) -> None:
    """So it is from PostgreSQL 15 on with a database that somebody else owns."""
    address = postgres.create()
    postgres.execute("CREATE ROLE guest LOGIN")
    postgres.execute("REVOKE CREATE ON SCHEMA public FROM public", urlsplit(address).path[1:])
    with pytest.raises(DatabaseUnfit, match=r"ALTER DATABASE made_\d+ OWNER TO guest"):
        open_database(address.replace("user=postgres", "user=guest"))


def test_who_moves_whole_tables_is_not_cut_off_while_the_other_side_is_busy(
    there: PostgresDatabase,
) -> None:
    """A service that stops in the middle of a transaction is; this one waits for the other database."""
    limit = "SELECT current_setting('idle_in_transaction_session_timeout') AS after"
    with there.transaction() as tx:
        assert sum(len(rows) for rows in tx.read("SELECT * FROM marks")) == 2
        assert tx.rows(limit) == [{"after": "0"}]
    with there.transaction() as tx:
        assert tx.rows(limit) == [{"after": "15s"}]


def test_a_server_that_is_not_there_is_told_in_a_line() -> None:
    with pytest.raises(DatabaseUnfit, match="không nối được PostgreSQL"):
        open_database("postgresql://127.0.0.1:9/nothing")


def test_a_path_is_a_file_of_sqlite(tmp_path: object) -> None:
    with closing(open_database(f"{tmp_path}/x.db")) as database:
        assert isinstance(database, SqliteDatabase)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("postgresql://bot:secret@db:6432/vneid?password=x", "postgresql://bot@db:6432/vneid"),
        ("postgresql:///vneid?host=/run/postgresql", "postgresql:///vneid"),
        ("data/vneid.db", "data/vneid.db"),
    ],
)
def test_a_password_is_never_shown(address: str, text: str) -> None:
    assert shown(address) == text
