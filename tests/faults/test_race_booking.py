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
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias

import pytest

from bot.core.messages import Address
from bot.store.booking import bookings, fair_shares, limits
from bot.store.booking.bookings import (
    AlreadyBooked,
    BookedElsewhere,
    HoldEnded,
    NotBooked,
    SlotFull,
)
from bot.store.database import BrokenRule, Row, Transaction, is_shared, open_database
from bot.store.people import phone_owners
from bot.store.values import Ids, stamp
from tests.support import town
from tests.support.bookings import Desk, account, hour, wrong
from tests.support.postgres import Cluster

CITIZENS = 200
CONNECTIONS = 4
SLOTS = {hour(number): 10 for number in (8, 9, 10, 11, 13)}  # 50 places
# A race on PostgreSQL takes ten times as long.
SEEDS = [*(("sqlite", seed) for seed in range(20)), *(("postgres", seed) for seed in range(5))]
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LINK = "INSERT INTO links (channel, person, owner, at) VALUES ('web', :name, :owner, '')"
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


# --- a capacity that is lowered while people come and go -------------------------------------------


@pytest.mark.parametrize(
    ("engine", "seed"), [("sqlite", 0), ("sqlite", 1), ("postgres", 0)], indirect=["engine"]
)
def test_a_lowered_capacity_holds_in_a_rush_of_cancels_and_new_ones(
    address: str, seed: int
) -> None:
    """All places are booked, each hour serves four from now on, all cancel while others book: no
    hour is filled over its four again."""
    codes = [one.code for one in race(lambda: store(address), seed) if one.code]
    with closing(open_database(address)) as database, database.transaction() as tx:
        tx.rows("UPDATE slots SET lowered_to = 4")
    random.Random(seed).shuffle(codes)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for done in [pool.submit(_come_and_go, address, codes[n::4], n) for n in range(4)]:
            done.result()
    with closing(open_database(address)) as database, database.transaction() as tx:
        rows = tx.rows("SELECT capacity, booked FROM slots")
        assert [row["capacity"] for row in rows] == [4] * len(SLOTS)
        assert all(row["booked"] <= 4 for row in rows)
        assert wrong(tx) == {}


def _come_and_go(address: str, codes: Sequence[str], worker: int) -> None:
    """Somebody cancels, what was given back is freed, and somebody new looks for a place."""
    with store(address) as book, closing(open_database(address)) as database:
        for number, code in enumerate(codes):
            with database.transaction() as tx:
                desk = Desk(tx, lambda: NOW)
                desk.cancel(code)
                tx.rows("UPDATE returned SET release_at = :now", now=stamp(NOW))
                desk.release()
            book(f"new-{worker}-{number}", list(SLOTS))


# --- one person with two accounts ------------------------------------------------------------------


def two_accounts(address: str, names: SimpleQueue[str], linked: bool) -> None:
    """Each of *names* holds a place and books it, as far as it can."""
    with closing(open_database(address)) as database, asyncio.Runner() as runner:

        def attempt(step: Callable[[Desk], Any]) -> None:
            with suppress(AlreadyBooked, BookedElsewhere, HoldEnded):
                runner.run(database.run(lambda tx: step(Desk(tx, lambda: NOW))))

        while not names.empty():
            name = names.get()
            attempt(partial(Desk.hold, who=name, slot=hour(8)))
            attempt(partial(_confirm, name=name, mark="" if linked else f"number of {name[:-1]}"))


def _confirm(desk: Desk, name: str, mark: str) -> None:
    if mark:
        phone_owners.owned(desk.tx, account(name), mark, NOW)
    desk.confirm(name, vouched=mark)


@pytest.mark.parametrize("linked", [True, False])
def test_two_accounts_of_one_person_that_book_at_once_get_one_place(
    address: str, linked: bool
) -> None:
    """Linked, or of one number that their platform vouches for."""
    people = [f"{n:03}" for n in range(20)]
    names: SimpleQueue[str] = SimpleQueue()
    with closing(open_database(address)) as database, database.transaction() as tx:
        tx.rows("UPDATE slots SET capacity = 100")
        for name in (f"{person}{which}" for person in people for which in "ab"):
            names.put(name)
            if linked:
                tx.rows(LINK, name=name, owner=name[:-1])
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        jobs = [pool.submit(two_accounts, address, names, linked) for _ in range(CONNECTIONS)]
        assert [job.result() for job in jobs] == [None] * CONNECTIONS
    with closing(open_database(address)) as database, database.transaction() as tx:
        booked = tx.rows("SELECT person FROM bookings WHERE state = 'booked' ORDER BY person")
        assert [row["person"][:-1] for row in booked] == people
        assert wrong(tx) == {}


# --- a cancel that is taken back while others want the place -----------------------------------------

RIVALS = 30


@pytest.mark.parametrize(("engine", "seed"), [*(("sqlite", n) for n in range(5)), ("postgres", 0)])
def test_a_place_given_back_goes_to_its_giver_or_to_one_other_never_to_both(
    address: str, seed: int
) -> None:
    """The giver takes it back from two devices while the place becomes free for all and others rush."""
    dice = random.Random(seed)
    late = NOW + timedelta(minutes=31)
    with at_desk(address, NOW) as run:
        givers = [run(lambda desk, n=n: desk.book(f"giver-{n}", hour(8)).code) for n in range(10)]
        for code in givers:
            run(lambda desk, code=code: desk.cancel(code))

    def take_back(code: str) -> Callable[[Desk], object]:
        return lambda desk: desk.take_back(code)

    def rival(n: int) -> Callable[[Desk], object]:
        return lambda desk: desk.book(f"rival-{n}", hour(8))

    works = [*(take_back(code) for code in givers * 2), *map(rival, range(RIVALS))]
    works += [lambda desk: desk.release()]
    dice.shuffle(works)
    _all_at_once(address, late, works)
    with at_desk(address, late) as run:
        assert run(lambda desk: wrong(desk.tx)) == {}
        assert run(lambda desk: desk.taken(hour(8))) == 10
        booked = "SELECT count(*) AS n FROM bookings WHERE state = 'booked'"
        assert run(lambda desk: desk.tx.rows(booked)) == [{"n": 10}]


def _all_at_once(address: str, now: datetime, works: Sequence[Callable[[Desk], object]]) -> None:
    """Do *works* from several connections; a refusal is an outcome like any other."""
    queue: SimpleQueue[Callable[[Desk], object]] = SimpleQueue()
    for work in works:
        queue.put(work)

    def worker() -> None:
        with at_desk(address, now) as run:
            while not queue.empty():
                try:
                    run(queue.get_nowait())
                except (SlotFull, NotBooked, HoldEnded, AlreadyBooked, Empty):
                    continue

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for job in [pool.submit(worker) for _ in range(CONNECTIONS)]:
            job.result()


@contextmanager
def at_desk(address: str, now: datetime) -> Iterator[Callable[[Callable[..., Any]], Any]]:
    """A connection of its own; each piece of work is one transaction."""
    with closing(open_database(address)) as database, asyncio.Runner() as runner:
        ids = Ids()
        yield lambda work: runner.run(database.run(lambda tx: work(Desk(tx, lambda: now, ids))))


# --- accounts that nothing vouches for ---------------------------------------------------------------

ASKER = fair_shares.Asker("one network", NOW, of_day=100, near_each=2, near_common=10)
THEIRS = 2 + 5  # the address's own, and a tenth of the fifty places


@pytest.mark.parametrize(
    ("engine", "seed"), [("sqlite", 0), ("postgres", 0), ("postgres", 1)], indirect=["engine"]
)
def test_an_address_gets_no_more_than_its_share_by_asking_from_everywhere_at_once(
    address: str, seed: int
) -> None:
    """Eighty web accounts at one address, from four connections, at all hours of the day."""
    dice = random.Random(seed)
    who = [(f"{n:02}", dice.choice(list(SLOTS))) for n in range(80)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        got = [pool.submit(_hoard, address, who[n::4]) for n in range(CONNECTIONS)]
        assert sum(one.result() for one in got) == THEIRS
    with closing(open_database(address)) as database, database.transaction() as tx:
        assert wrong(tx) == {}


def _hoard(address: str, who: Sequence[tuple[str, str]]) -> int:
    """How many of them get a place."""
    got = 0
    with closing(open_database(address)) as database, asyncio.Runner() as runner:
        for name, slot in who:
            take = partial(_hold, name=name, slot=slot)
            with suppress(SlotFull):
                runner.run(database.run(take))
                got += 1
    return got


def _hold(tx: Transaction, name: str, slot: str) -> None:
    person = Address("web", name)
    held = bookings.hold(
        tx,
        slot=slot,
        service="the",
        person=person,
        holders=[name],
        now=NOW,
        held_until=NOW + timedelta(minutes=10),
        new_id=Desk(tx, lambda: NOW).new_id,
        asker=ASKER,
    )
    limits.note_origin(tx, held[0].party, ASKER.origin, NOW)
