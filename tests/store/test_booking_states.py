"""Bookings against a model: whatever happens in whatever order, both agree.

The model is what a person would keep on paper: who holds what until when, who is booked where, and
which places came back. The SQL is asked after every step whether anything is adrift.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.keeper import keep
from bot.messages import Address
from bot.store import bookings
from bot.store.bookings import AlreadyBooked, HoldEnded, NotBooked, SlotFull, State
from bot.store.database import SqliteDatabase, Transaction
from bot.store.values import Ids
from tests.bookings import MUST_BE_EMPTY
from tests.handlers import town
from tests.handlers.town import FRIDAY, slot_id

PEOPLE = ("an", "binh", "chi")
SLOTS = tuple(slot_id("mau-a", FRIDAY, hour) for hour in (8, 9))
CAPACITY = dict(zip(SLOTS, (2, 1), strict=True))
HOLD, DELAY = timedelta(minutes=10), timedelta(minutes=30)
person = st.sampled_from(PEOPLE)
slot = st.sampled_from(SLOTS)


T = TypeVar("T")


def attempt(
    database: SqliteDatabase, act: Callable[[Transaction], T]
) -> tuple[T | None, type[Exception] | None]:
    """What *act* gave, or how it was refused: caught within the transaction, as handlers do."""
    with database.transaction() as tx:
        return _attempt(partial(act, tx))


def _attempt(act: Callable[[], T]) -> tuple[T | None, type[Exception] | None]:
    try:
        return act(), None
    except (SlotFull, AlreadyBooked, NotBooked) as error:
        return None, type(error)


def family(who: str) -> list[str]:
    return [who, f"{who}/2", f"{who}/3"]


@dataclass
class Held:
    slots: list[str]
    until: datetime
    party: str


@dataclass
class Paper:
    """The model."""

    taken: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SLOTS, 0))
    held: dict[str, Held] = field(default_factory=dict)
    booked: dict[str, tuple[str, str]] = field(default_factory=dict)  # code -> holder, slot
    arrived: dict[str, str] = field(default_factory=dict)  # code -> holder
    back: list[tuple[str, datetime]] = field(default_factory=list)

    def tick(self, now: datetime) -> None:
        for name, held in list(self.held.items()):
            if held.until <= now:
                self.drop(name)

    def drop(self, name: str) -> None:
        for one in self.held.pop(name).slots:
            self.taken[one] -= 1

    def release(self, now: datetime) -> None:
        for one, at in list(self.back):
            if at <= now:
                self.back.remove((one, at))
                self.taken[one] -= 1

    def seats(self, start: str, count: int, without: list[str]) -> list[str] | None:
        """*count* places from *start* on, when those *without* are given back; None: full."""
        left = {s: CAPACITY[s] - self.taken[s] + without.count(s) for s in SLOTS}
        if not left[start]:
            return None
        line = [s for s in SLOTS[SLOTS.index(start) :] for _ in range(left[s])]
        return line[:count] if len(line) >= count else None

    def live(self, holder: str) -> bool:
        holders = {h for h, _ in self.booked.values()} | set(self.arrived.values())
        return holder in holders


class Bookings(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.database = SqliteDatabase(":memory:")
        town.build(self.database)
        self.now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
        self.ids = Ids()
        self.paper = Paper()

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()

    def new_id(self) -> str:
        return self.ids.new(self.now)

    @rule(minutes=st.sampled_from([1, 5, 10, 31]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_keeper_looks(self) -> None:
        with self.database.transaction() as tx:
            keep(tx, town.SETTINGS, self.now, partial(self.ids.new, self.now))
        self.paper.tick(self.now)
        self.paper.release(self.now)

    @rule(who=person, at=slot, count=st.integers(1, 3))
    def hold(self, who: str, at: str, count: int) -> None:
        self.paper.tick(self.now)
        own = self.paper.held.get(who)
        seats = self.paper.seats(at, count, own.slots if own else [])
        holders = family(who)[:count]
        twice = any(map(self.paper.live, holders))
        expected = SlotFull if seats is None else AlreadyBooked if twice else None
        held, refusal = attempt(self.database, lambda tx: self._hold(tx, who, at, holders))
        assert refusal is expected
        if held is None:
            return
        assert [b.slot for b in held] == seats
        if own:
            self.paper.drop(who)
        for one in seats or []:
            self.paper.taken[one] += 1
        self.paper.held[who] = Held(seats or [], self.now + HOLD, held[0].party)

    def _hold(
        self, tx: Transaction, who: str, at: str, holders: list[str]
    ) -> tuple[bookings.Booking, ...]:
        return bookings.hold(
            tx,
            slot=at,
            service="the",
            person=Address("telegram", who),
            holders=holders,
            now=self.now,
            held_until=self.now + HOLD,
            new_id=self.new_id,
        )

    @rule(who=person)
    def confirm(self, who: str) -> None:
        held = self.paper.held.get(who)
        good = held is not None and held.until > self.now
        try:
            with self.database.transaction() as tx:
                booked = bookings.confirm(
                    tx,
                    held.party if held else "none",
                    Address("telegram", who),
                    self.now,
                    holders=family(who)[: len(held.slots) if held else 1],
                    phone="",
                )
        except HoldEnded:
            assert not good
            return
        assert good
        assert held is not None
        del self.paper.held[who]
        self.paper.booked |= {b.code: (b.holder, b.slot) for b in booked}

    @rule(who=person)
    def drop(self, who: str) -> None:
        held = self.paper.held.get(who)
        good = held is not None and held.until > self.now
        with self.database.transaction() as tx:
            party = held.party if held else "none"
            assert bookings.drop(tx, party, Address("telegram", who), self.now) is good
        if good:
            self.paper.drop(who)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from([*self.paper.booked, *self.paper.arrived, "NOCODE"]))
        with self.database.transaction() as tx:
            gone = bookings.cancel(tx, code, self.now, self.now + DELAY, "person")
        assert (gone is not None) is (code in self.paper.booked)
        if gone:
            _, at = self.paper.booked.pop(code)
            self.paper.back.append((at, self.now + DELAY))

    @rule(data=st.data(), to=slot)
    def move(self, data: st.DataObject, to: str) -> None:
        code = data.draw(st.sampled_from([*self.paper.booked, *self.paper.arrived, "NOCODE"]))
        free = self.paper.taken[to] < CAPACITY[to]
        known = code in self.paper.booked
        expected = NotBooked if not known else None if free else SlotFull
        moved, refusal = attempt(self.database, lambda tx: self._move(tx, code, to))
        assert refusal is expected
        if moved is None:
            return
        holder, old = self.paper.booked[code]
        assert moved.slot == to
        self.paper.booked[code] = (holder, to)
        self.paper.taken[to] += 1
        self.paper.back.append((old, self.now + DELAY))

    def _move(self, tx: Transaction, code: str, to: str) -> bookings.Booking:
        until = self.now + DELAY
        return bookings.move(tx, code, to, self.now, until, "person", self.new_id)

    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from([*self.paper.booked, *self.paper.arrived, "NOCODE"]))
        with self.database.transaction() as tx:
            done = bookings.mark(tx, code, State.BOOKED, State.ARRIVED, self.now, "officer")
        assert (done is not None) is (code in self.paper.booked)
        if done:
            self.paper.arrived[code] = self.paper.booked.pop(code)[0]

    @invariant()
    def paper_and_database_agree(self) -> None:
        with self.database.transaction() as tx:
            rows = tx.rows("SELECT id, booked, capacity FROM slots WHERE office = 'mau-a'")
            counted = {row["id"]: row["booked"] for row in rows if row["id"] in SLOTS}
            live = tx.rows("SELECT code FROM bookings WHERE state = 'booked'")
            for what, sql in MUST_BE_EMPTY.items():
                assert tx.rows(sql) == [], what
        assert all(row["booked"] <= row["capacity"] for row in rows)
        assert counted == self.paper.taken
        assert {row["code"] for row in live} == set(self.paper.booked)


TestBookings = Bookings.TestCase
TestBookings.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
