"""Bookings per second: a place held and confirmed, each in a transaction that is on the disk.

    .venv/bin/python -m tests.bench.bookings

Beside it, in the same run and in a file of the same kind (WAL, synchronous=FULL), raw `sqlite3`
transactions of the same two statements: the guarded update of the slot, and the insert of the
booking; one transaction each for the hold and for the confirmation.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from bot.core.messages import Address
from bot.store.booking import bookings
from bot.store.database import SqliteDatabase, Transaction
from bot.store.values import Ids, stamp
from tests.support import town

BOOKINGS = 2_000
BUSY = 100  # citizens whose taps are under way at the same moment
ROUNDS = 3  # of both, in turn; the best of each counts
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = date(2026, 12, 7)
SLOTS = [town.slot_id("mau-a", DAY, hour) for hour in range(7, 17)]

TAKE = """
    UPDATE slots SET booked = booked + 1
    WHERE id = :slot AND open = 1 AND booked < capacity RETURNING starts_at
"""
INSERT = """
    INSERT INTO bookings (id, code, version, party, member, service, office, slot, starts_at,
                          channel, person, holder, before, state, held_until, created_at, changed_at)
    VALUES (:id, :code, 1, :id, 1, 'the', 'mau-a', :slot, :starts_at, 'web', :person, :holder,
            'new', 'held', :until, :now, :now)
"""
CONFIRM = """
    UPDATE bookings SET before = state, state = 'booked', held_until = NULL, changed_at = :now
    WHERE id = :id AND state = 'held' AND held_until > :now
"""


def prepare(file: Path) -> SqliteDatabase:
    database = SqliteDatabase(file)
    town.build(database)
    with database.transaction() as tx:
        for hour in range(7, 17):
            town.slot(tx, "mau-a", DAY, hour, BOOKINGS)
    return database


# --- ours ----------------------------------------------------------------------------------------


async def book(database: SqliteDatabase, ids: Ids, number: int) -> None:
    person, slot = Address("web", f"person-{number}"), SLOTS[number % len(SLOTS)]

    def hold(tx: Transaction) -> str:
        held = bookings.hold(
            tx,
            slot=slot,
            service="the",
            person=person,
            holders=[f"web:{person.user}"],
            now=NOW,
            held_until=NOW + timedelta(minutes=10),
            new_id=lambda: ids.new(NOW),
        )
        return held[0].party

    def confirm(tx: Transaction) -> None:
        bookings.confirm(tx, party, person, NOW)

    party = await database.run(hold)
    await database.run(confirm)


def ours(file: Path, at_once: int = BUSY) -> float:
    """Seconds for all bookings through `Database.run`, by *at_once* citizens at the same time."""

    async def citizens(database: SqliteDatabase) -> float:
        ids, numbers = Ids(), iter(range(BOOKINGS))

        async def one_after_the_other() -> None:
            for number in numbers:
                await book(database, ids, number)

        began = time.perf_counter()
        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
        return time.perf_counter() - began

    with closing(prepare(file)) as database:
        return asyncio.run(citizens(database))


# --- raw -----------------------------------------------------------------------------------------


def raw(file: Path) -> float:
    """Seconds for the same bookings by bare statements on one connection, one after the other."""
    prepare(file).close()
    ids, now, until = Ids(), stamp(NOW), stamp(NOW + timedelta(minutes=10))
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        run = connection.execute
        began = time.perf_counter()
        for number in range(BOOKINGS):
            slot, id_, person = SLOTS[number % len(SLOTS)], ids.new(NOW), f"person-{number}"
            names = {"id": id_, "code": str(number), "person": person, "holder": f"web:{person}"}
            run("BEGIN IMMEDIATE")
            (starts_at,) = run(TAKE, {"slot": slot}).fetchone()
            more = {"slot": slot, "starts_at": starts_at, "until": until, "now": now}
            run(INSERT, {**names, **more})
            run("COMMIT")
            run("BEGIN IMMEDIATE")
            run(CONFIRM, {"id": id_, "now": now})
            run("COMMIT")
        return time.perf_counter() - began


def booked(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        sql = "SELECT count(*) FROM bookings WHERE state = 'booked'"
        return int(connection.execute(sql).fetchone()[0])


def best(measure: Callable[[Path], float], file: Path, so_far: float) -> float:
    """Bookings per second; every one of them must be in the file."""
    rate = BOOKINGS / measure(file)
    if booked(file) != BOOKINGS:
        raise RuntimeError(f"{booked(file)} of {BOOKINGS} are in the file")
    return max(rate, so_far)


def main() -> None:
    ways = {
        "raw sqlite3, one after the other": raw,
        "Database.run, one after the other": partial(ours, at_once=1),
        f"Database.run, {BUSY} citizens at once": ours,
    }
    rates = dict.fromkeys(ways, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            for name, measure in ways.items():
                rates[name] = best(measure, Path(folder) / f"{name} {number}.db", rates[name])
    base = next(iter(rates.values()))
    for name, rate in rates.items():
        print(f"{name:36} {rate:8.0f} bookings/s  ratio {rate / base:5.2f}")


if __name__ == "__main__":
    main()
