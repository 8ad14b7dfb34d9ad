"""200 citizens want 50 places at the same moment: 50 get one, nobody two, and no place is lost.

The race is run through the store, from several connections to one database of either engine. How one
citizen books is an argument, so that other ways in can be raced too. A control runs the same code with
the guard taken out: it oversells, so the race would show it.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias

import pytest

from bot.store.bookings import AlreadyBooked, HoldEnded, SlotFull
from bot.store.database import BrokenRule, Row, Transaction, is_shared, open_database
from tests.bookings import Desk, hour, wrong
from tests.handlers import town
from tests.postgres import Cluster

CITIZENS = 200
CONNECTIONS = 4
SLOTS = {hour(number): 10 for number in (8, 9, 10, 11, 13)}  # 50 places
# A race on PostgreSQL takes ten times as long.
SEEDS = [*(("sqlite", seed) for seed in range(20)), *(("postgres", seed) for seed in range(5))]
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
UNGUARDED = "AND booked < capacity"
CHECK = " CHECK (booked BETWEEN 0 AND capacity)"
RULE = """
    SELECT conname AS name FROM pg_constraint
    WHERE conrelid = CAST('slots' AS regclass) AND pg_get_constraintdef(oid) LIKE '%booked%capacity%'
"""

# Book one place for somebody at one of the slots: the code, or None when all of them were full.
BookOne: TypeAlias = Callable[[str, Sequence[str]], str | None]


@dataclass(frozen=True)
class Told:
    """What a citizen was told: the code of a booking, or None."""

    citizen: str
    code: str | None


def race(
    enter: Callable[[], AbstractContextManager[BookOne]], seed: int, workers: int = CONNECTIONS
) -> list[Told]:
    """Let all citizens book at once, some from two devices; who got nothing tries once more."""
    dice = random.Random(seed)
    citizens = [f"{n:03}" for n in range(CITIZENS)]
    devices = citizens + dice.sample(citizens, 30)
    dice.shuffle(devices)
    first = _rush(enter, devices, dice, workers)
    lucky = {told.citizen for told in first if told.code}
    return first + _rush(enter, [c for c in citizens if c not in lucky], dice, workers)


def _rush(
    enter: Callable[[], AbstractContextManager[BookOne]],
    citizens: Sequence[str],
    dice: random.Random,
    workers: int,
) -> list[Told]:
    queue: SimpleQueue[tuple[str, list[str]]] = SimpleQueue()
    for citizen in citizens:
        queue.put((citizen, dice.sample(list(SLOTS), len(SLOTS))))

    def work() -> list[Told]:
        told = []
        with enter() as book:
            while True:
                try:
                    citizen, slots = queue.get_nowait()
                except Empty:
                    return told
                told.append(Told(citizen, book(citizen, slots)))

    with ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(work) for _ in range(workers)]
        return [told for job in jobs for told in job.result()]


# --- the store as one way in ---------------------------------------------------------------------


class Unguarded:
    """The same statements with the guard taken out."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def rows(self, sql: str, **values: Any) -> list[Row]:
        return self._tx.rows(sql.replace(UNGUARDED, ""), **values)

    def atomic(self) -> Any:
        return self._tx.atomic()


@contextmanager
def store(
    address: str, wrap: Callable[[Transaction], Transaction] = lambda tx: tx
) -> Iterator[BookOne]:
    """A connection of its own; a hold and its confirmation are two transactions, as in a chat."""
    with closing(open_database(address)) as database, asyncio.Runner() as runner:

        def run(work: Callable[[Desk], Any]) -> Any:
            return runner.run(database.run(lambda tx: work(Desk(wrap(tx), lambda: NOW))))

        def book(citizen: str, slots: Sequence[str]) -> str | None:
            for slot in slots:
                try:
                    run(lambda desk: desk.hold(citizen, slot))  # noqa: B023 - run at once
                    return str(run(lambda desk: desk.confirm(citizen))[0].code)
                except (SlotFull, HoldEnded):
                    continue
                except AlreadyBooked as error:
                    return error.booking.code
            return None

        yield book


@pytest.fixture
def address(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A database of the test's own, with the places."""
    name = str(tmp_path / "race.db")
    if engine == "postgres":
        cluster: Cluster = request.getfixturevalue("postgres")
        name = cluster.create()
    with closing(open_database(name)) as database:
        town.build(database)
        with database.transaction() as tx:
            tx.rows("DELETE FROM slots")
            for number in (8, 9, 10, 11, 13):
                town.slot(tx, "mau-a", town.FRIDAY, number, SLOTS[hour(number)])
    return name


@pytest.fixture
def unchecked(address: str) -> str:
    """The table as it would be without its own rule."""
    if is_shared(address):
        with closing(open_database(address)) as database, database.transaction() as tx:
            (rule,) = tx.rows(RULE)
            tx.rows(f'ALTER TABLE slots DROP CONSTRAINT "{rule["name"]}"')
        return address
    with closing(sqlite3.connect(address)) as raw:
        raw.execute("PRAGMA writable_schema = ON")
        changed = raw.execute(
            "UPDATE sqlite_master SET sql = replace(sql, ?, '') WHERE name = 'slots' AND sql LIKE ?",
            (CHECK, f"%{CHECK}%"),
        )
        assert changed.rowcount == 1
        raw.commit()
    return address


# --- what came of it -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    booked: int
    oversold: int
    lost: int  # codes that were told to somebody and are not in the database
    untold: int  # bookings in the database that nobody was told of
    doubles: int  # citizens with two
    broken: list[str]


def outcome(address: str, told: Sequence[Told]) -> Outcome:
    with closing(open_database(address)) as database, database.transaction() as tx:
        rows = tx.rows("SELECT code, person FROM bookings WHERE state = 'booked'")
        over = tx.rows(
            "SELECT COALESCE(SUM(booked - capacity), 0) AS n FROM slots WHERE booked > capacity"
        )
        broken = [*wrong(tx)]
    booked = {row["code"]: row["person"] for row in rows}
    codes = {one.code: one.citizen for one in told if one.code}
    return Outcome(
        booked=len(booked),
        oversold=over[0]["n"],
        lost=sum(booked.get(code) != citizen for code, citizen in codes.items()),
        untold=len(booked.keys() - codes.keys()),
        doubles=len(booked) - len(set(booked.values())),
        broken=broken,
    )


@pytest.mark.parametrize(("engine", "seed"), SEEDS, indirect=["engine"])
def test_fifty_of_two_hundred_get_the_fifty_places(address: str, seed: int) -> None:
    told = race(lambda: store(address), seed)
    assert outcome(address, told) == Outcome(50, 0, 0, 0, 0, [])


def test_without_the_guard_the_same_race_oversells(unchecked: str) -> None:
    """The control: everything else is as above, so the race above can fail."""
    found = outcome(unchecked, race(lambda: store(unchecked, Unguarded), seed=0))
    assert found.booked == CITIZENS
    assert found.oversold == CITIZENS - 50
    assert found.broken == ["a slot has more people than places"]


def test_the_table_alone_refuses_what_an_unguarded_statement_would_do(address: str) -> None:
    with pytest.raises(BrokenRule, match=r"booked|slots_check"):
        race(lambda: store(address, Unguarded), seed=0)
    assert outcome(address, ()).oversold == 0


def test_the_guarded_statement_alone_keeps_to_the_places(unchecked: str) -> None:
    told = race(lambda: store(unchecked), seed=0)
    assert outcome(unchecked, told) == Outcome(50, 0, 0, 0, 0, [])
