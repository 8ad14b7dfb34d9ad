"""Bookings against a model: whatever happens in whatever order, both agree.

The model is what a person would keep on paper: who holds what until when, who is booked where, and
which places came back. After every step the SQL is asked whether anything is adrift.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.jobs.expire_bookings import keep
from bot.store.booking import bookings
from bot.store.booking.bookings import (
    AlreadyBooked,
    BookedElsewhere,
    HoldEnded,
    NotBooked,
    SlotFull,
    State,
)
from bot.store.booking.holds import of_kin
from bot.store.database import BrokenRule, Database
from bot.store.migrations.booking import LEGAL_MOVES
from tests.support import town
from tests.support.bookings import DELAY, HOLD, Desk, account, holders, hour, wrong

PEOPLE = ("an", "binh", "chi")
CAPACITY = {hour(8): 2, hour(9): 1, hour(10): 2}  # one right after the other
SLOTS = tuple(CAPACITY)
LIVE = {State.HELD, State.BOOKED, State.ARRIVED}
USED = LIVE | {State.SERVED, State.NO_SHOW}

person = st.sampled_from(PEOPLE)
slot = st.sampled_from(SLOTS)
mark = st.sampled_from(sorted(bookings.MARKS))
Refusal: TypeAlias = type[Exception] | None


@dataclass(frozen=True)
class Place:
    """One line on the paper."""

    who: str
    holder: str
    slot: str
    state: State
    party: str
    member: int
    name: str = ""
    version: int = 1
    until: datetime | None = None
    vouched: str = ""
    given_back: bool = field(default=False, compare=False)  # cancelled after it was booked


@dataclass
class Paper:
    """The model: the newest line of each code, and the places on their way back."""

    places: dict[str, Place] = field(default_factory=dict)
    back: list[tuple[str, datetime, str]] = field(default_factory=list)  # the last: who cancelled

    def taken(self, at: str) -> int:
        used = sum(place.slot == at and place.state in USED for place in self.places.values())
        return used + sum(slot == at for slot, _, _ in self.back)

    def put(self, code: str, **changes: Any) -> None:
        self.places[code] = replace(self.places[code], **changes)

    def held(self, who: str) -> list[str]:
        """Codes held for *who*, also when their time is over and nobody has looked."""
        mine = [c for c, p in self.places.items() if p.who == who and p.state is State.HELD]
        return sorted(mine, key=lambda code: self.places[code].member)

    def good(self, who: str, now: datetime) -> list[str]:
        return [code for code in self.held(who) if (self.places[code].until or now) > now]

    def end(self, codes: list[str], state: State) -> None:
        for code in codes:
            self.put(code, state=state, until=None, name="")

    def tick(self, now: datetime, near: Callable[[Place], bool] = lambda place: True) -> None:
        """End the holds whose time is over, all or those that are *near*."""
        for who in PEOPLE:
            good = self.good(who, now)
            over = [code for code in self.held(who) if code not in good]
            self.end([code for code in over if near(self.places[code])], State.EXPIRED)

    def release(self, now: datetime) -> None:
        self.back = [one for one in self.back if one[1] > now]

    def other_live(self, code: str) -> bool:
        """Whether the person has another live booking than *code*."""
        holder = self.places[code].holder
        return any(
            place.holder == holder and place.state in LIVE and other != code
            for other, place in self.places.items()
        )

    def elsewhere(self, code: str, vouched: str) -> bool:
        """Whether another account of the same vouched number has booked."""
        return not of_kin(self.places[code].holder) and any(
            place.vouched == vouched != ""
            and place.state in LIVE - {State.HELD}
            and other != code
            and not of_kin(place.holder)
            for other, place in self.places.items()
        )

    def seats(self, start: str, count: int, without: list[str]) -> list[str] | None:
        """*count* places from *start* on without a gap, when those *without* are given back."""
        line: list[str] = []
        for at in SLOTS[SLOTS.index(start) :]:
            free = CAPACITY[at] - self.taken(at) + without.count(at)
            line += [at] * min(free, count - len(line))
            if len(line) == count:
                return line
            if not free:
                return None
        return None


class Bookings(RuleBasedStateMachine):
    def __init__(self, fresh: Callable[[], Database]) -> None:
        super().__init__()
        self.fresh = fresh

    @initialize()
    def start(self) -> None:
        self.database = self.fresh()
        town.build(self.database)
        with self.database.transaction() as tx:
            town.slot(tx, "mau-a", town.FRIDAY, 10, CAPACITY[hour(10)])
        self.now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
        self.paper = Paper()

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        with self.database.transaction() as tx:
            yield Desk(tx, lambda: self.now)

    def code(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(["NOCODE", *self.paper.places]), label="code")

    # --- time ------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 5, 10, 30]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def somebody_looks(self) -> None:
        with self.desk() as desk:
            desk.expire()
        self.paper.tick(self.now)

    @rule()
    def the_keeper_looks(self) -> None:
        with self.desk() as desk:
            keep(desk.tx, town.SETTINGS, self.now, desk.new_id)
        self.paper.tick(self.now)
        self.paper.release(self.now)

    # --- people ----------------------------------------------------------------------------------

    @rule(who=person, at=slot, count=st.integers(1, 4))
    def hold(self, who: str, at: str, count: int) -> None:
        """What is over counts no more, and is ended where it was in the way."""
        looked = Paper(dict(self.paper.places), list(self.paper.back))
        looked.tick(self.now)
        own = looked.held(who)
        seats = looked.seats(at, count, [looked.places[code].slot for code in own])
        expected: Refusal = None
        if seats is None:
            expected = SlotFull
        elif any(self._booked(holder) for holder in holders(who, count)):
            expected = AlreadyBooked
        with self.desk() as desk, refused(expected):
            made = desk.hold(who, at, count)
            self.paper.tick(self.now, lambda place: place.who == who or place.slot in seats)
            self.paper.end(own, State.CANCELLED)
            for booking, seat in zip(made, seats or (), strict=True):
                self.paper.places[booking.code] = Place(
                    who,
                    booking.holder,
                    seat,
                    State.HELD,
                    made[0].party,
                    booking.member,
                    until=self.now + HOLD,
                )

    def _booked(self, holder: str) -> bool:
        there = {State.BOOKED, State.ARRIVED}
        return any(p.holder == holder and p.state in there for p in self.paper.places.values())

    @precondition(lambda self: self.paper.places)
    @rule(who=person, member=st.integers(1, 4), name=st.sampled_from(["cô Ba", "chú Tư"]))
    def name(self, who: str, member: int, name: str) -> None:
        held = self.paper.held(who)
        party = self.paper.places[held[0]].party if held else "none"
        with self.desk() as desk:
            done = bookings.set_name(desk.tx, party, member, name, self.now)
        assert done is (member <= len(held))
        if done:
            self.paper.put(held[member - 1], name=name)

    @rule(who=person, vouched=st.sampled_from(["", "a-number", "other-number"]))
    def confirm(self, who: str, vouched: str) -> None:
        good = self.paper.good(who, self.now)
        expected: Refusal = None
        if not good:
            expected = HoldEnded
        elif any(self.paper.elsewhere(code, vouched) for code in good):
            expected = BookedElsewhere
        with self.desk() as desk, refused(expected):
            booked = desk.confirm(who, party="" if good else "none", vouched=vouched)
            assert [booking.code for booking in booked] == good
            for code in good:
                self.paper.put(code, state=State.BOOKED, vouched=vouched, until=None)

    @rule(who=person)
    def drop(self, who: str) -> None:
        good = self.paper.good(who, self.now)
        party = self.paper.places[good[0]].party if good else "none"
        with self.desk() as desk:
            assert bookings.drop(desk.tx, party, account(who), self.now) is bool(good)
        self.paper.end(good, State.CANCELLED)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        code = self.code(data)
        known = self._state(code) is State.BOOKED
        with self.desk() as desk:
            assert (desk.cancel(code) is not None) is known
        if known:
            self.paper.back.append((self.paper.places[code].slot, self.now + DELAY, code))
            self.paper.put(code, state=State.CANCELLED, given_back=True)

    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        """The very place while it is on its way back, else any of its hour; what is held for the same
        person meanwhile makes way."""
        code = self.code(data)
        place = self.paper.places.get(code)
        if place is None or not place.given_back:
            with self.desk() as desk, refused(NotBooked):
                desk.take_back(code)
            return
        after = Paper(dict(self.paper.places), list(self.paper.back))
        after.tick(self.now, lambda one: one.who == place.who or one.slot == place.slot)
        held = after.held(place.who)
        if any(after.places[one].holder == place.holder for one in held):
            after.end(held, State.CANCELLED)
        waiting = [one for one in after.back if one[2] == code]
        expected: Refusal = None
        if not waiting and after.taken(place.slot) == CAPACITY[place.slot]:
            expected = SlotFull
        elif after.other_live(place.holder, code):
            expected = AlreadyBooked
        with self.desk() as desk, refused(expected):
            desk.take_back(code)
            after.back = [one for one in after.back if one not in waiting]
            version = place.version + 1
            after.put(code, state=State.BOOKED, version=version, given_back=False)
            self.paper = after

    @rule(data=st.data(), to=slot)
    def move(self, data: st.DataObject, to: str) -> None:
        code = self.code(data)
        expected: Refusal = None
        if self._state(code) is not State.BOOKED:
            expected = NotBooked
        elif self.paper.taken(to) == CAPACITY[to]:
            expected = SlotFull
        with self.desk() as desk, refused(expected):
            desk.move(code, to)
            old = self.paper.places[code]
            self.paper.put(code, slot=to, version=old.version + 1)
            self.paper.back.append((old.slot, self.now + DELAY, ""))

    # --- officers --------------------------------------------------------------------------------

    @rule(data=st.data(), late=st.sampled_from([False, False, False, True]), after=mark)
    def mark(self, data: st.DataObject, late: bool, after: State) -> None:
        """*late*: what the officer's page shows may not be so any more."""
        code = self.code(data)
        seen = self._state(code)
        before = data.draw(mark) if late or seen not in bookings.MARKS else seen
        place = self.paper.places.get(code)
        free = place and (
            after not in LIVE
            or not (self.paper.other_live(code) or self.paper.elsewhere(code, place.vouched))
        )
        wanted = bool(free) and self._state(code) is before
        illegal = wanted and (before, after) not in LEGAL_MOVES
        with self.desk() as desk, refused(BrokenRule if illegal else None):
            with desk.tx.atomic():
                assert (desk.mark(code, before, after) is not None) is wanted
            if wanted:
                self.paper.put(code, state=after)

    def _state(self, code: str) -> State | None:
        return self.paper.places[code].state if code in self.paper.places else None

    # --- what must hold --------------------------------------------------------------------------

    @invariant()
    def no_rule_is_broken(self) -> None:
        with self.desk() as desk:
            assert wrong(desk.tx) == {}

    @invariant()
    def paper_and_database_agree(self) -> None:
        with self.desk() as desk:
            for at in SLOTS:
                assert desk.taken(at) == self.paper.taken(at)
            for code, place in self.paper.places.items():
                found = bookings.by_code(desk.tx, code)
                assert found is not None
                assert place == Place(
                    found.address.user,
                    found.holder,
                    found.slot,
                    found.state,
                    found.party,
                    found.member,
                    found.name,
                    found.version,
                    found.held_until,
                    found.vouched,
                )

    @invariant()
    def people_see_what_is_theirs(self) -> None:
        with self.desk() as desk:
            for who in PEOPLE:
                held = bookings.held(desk.tx, account(who), self.now)
                assert [one.code for one in held] == self.paper.good(who, self.now)
                live = {one.code for one in bookings.live(desk.tx, account(who))}
                assert live == {
                    code
                    for code, place in self.paper.places.items()
                    if place.who == who and place.state in LIVE - {State.HELD}
                }


def refused(expected: Refusal) -> AbstractContextManager[object]:
    """Within the transaction, as handlers do: caught by name, and what was done before it stays."""
    return pytest.raises(expected) if expected else nullcontext()


EXAMPLES = {"sqlite": 60, "postgres": 8}  # the second engine has the same statements


def test_whatever_people_do_the_rules_hold(fresh: Callable[[], Database], engine: str) -> None:
    run_state_machine_as_test(
        lambda: Bookings(fresh),
        settings=settings(max_examples=EXAMPLES[engine], stateful_step_count=40, deadline=None),
    )
