"""What is done in a booking, and what has come before: the acts that `tests.faults.dying` interrupts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.booking import wards as places
from bot.core.actions import (
    AcceptOffer,
    Action,
    CancelNow,
    Confirm,
    DeclineOffer,
    Hold,
    JoinWaitingList,
    LeaveWaitingList,
    MoveToHour,
    TakeBack,
    parse,
)
from bot.core.crypto import Vault
from bot.core.messages import Address, Incoming, Kind
from bot.dialogue import Dialogue
from bot.faq.matching.matcher import Matcher
from bot.jobs.expire_bookings import keep
from bot.store import key_value as marks
from bot.store.booking import bookings
from bot.store.booking.bookings import State
from bot.store.database import Database, Transaction
from bot.store.values import Ids
from tests.support import town
from tests.support.town import FRIDAY, slot_id

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 10:00 in Vietnam
A_MOMENT, A_WHILE = timedelta(seconds=1), timedelta(minutes=1)
EIGHT, NINE = slot_id("mau-a", FRIDAY, 8), slot_id("mau-a", FRIDAY, 9)
WAIT = JoinWaitingList("the", "mau-a")


@dataclass
class World:
    """The service's core on one database, at one moment; `seen` is the same for who only looks."""

    database: Database
    seen: Database
    matcher: Matcher
    wards: places.Wards
    now: datetime = NOW
    ids: Ids = field(default_factory=Ids)

    def says(self, who: str, text: str, id: str = "") -> None:
        self._does(who, Kind.TEXT, text, "", id)

    def taps(self, who: str, action: Action, id: str = "") -> None:
        self._does(who, Kind.BUTTON, "", action.pack(), id)

    def _does(self, who: str, kind: Kind, text: str, data: str, id: str) -> None:
        self.now += A_MOMENT  # so that who came first is no matter of chance
        update = id or self.new_id()
        incoming = Incoming(update, Address("telegram", who), kind, self.now, text, data)
        vault = Vault("a made-up key")
        dialogue = Dialogue(
            self.database, town.SETTINGS, lambda: self.matcher, lambda: self.now, vault, self.wards
        )
        asyncio.run(dialogue.handle(incoming))

    def keeps(self) -> None:
        look = partial(keep, settings=town.SETTINGS, now=self.now, new_id=self.new_id)
        asyncio.run(self.database.run(look))

    def marks(self, code: str, before: State, after: State) -> None:
        def work(tx: Transaction) -> object:
            return bookings.mark(tx, code, before, after, self.now, "officer")

        asyncio.run(self.database.run(work))

    def new_id(self) -> str:
        return self.ids.new(self.now)

    def one(self, sql: str) -> str:
        """The one value that *sql* finds."""
        with self.seen.transaction() as tx:
            (row,) = tx.rows(sql)
        return str(next(iter(row.values())))

    def code(self) -> str:
        return self.one("SELECT code FROM bookings WHERE state = 'booked' ORDER BY id LIMIT 1")

    def remember(self, value: str) -> None:
        """What the work will need: it must be the same when it is done again."""
        with self.database.transaction() as tx:
            marks.put(tx, "remembered", value)

    def will_press(self, who: str, action: Action) -> None:
        self.remember(f"{who} {action.pack()}")

    def remembered(self) -> str:
        return self.one("SELECT value FROM marks WHERE name = 'remembered'")

    def book(self, who: str, slot: str) -> None:
        self.taps(who, Hold("the", slot))
        party = self.one("SELECT party FROM bookings WHERE state = 'held'")
        self.taps(who, Confirm(party, remind=True))


Part = Callable[[World], None]


@dataclass(frozen=True)
class Act:
    """`work` is what is interrupted, `later` after what `before` has set up; by `leaves`, a word, it is
    seen that it was done and not refused."""

    before: Part
    work: Part
    leaves: str
    later: timedelta = A_WHILE


def press(world: World) -> None:
    """The button remembered, with the same update id every time, as a platform sends it."""
    who, _, data = world.remembered().partition(" ")
    action = parse(data)
    assert action
    world.taps(who, action, id="the-update")


def _nothing(world: World) -> None:
    world.will_press("an", Hold("the", NINE))


def _held(world: World) -> None:
    world.taps("an", Hold("the", EIGHT))


def _family(world: World) -> None:
    _held(world)
    world.says("an", "cô Ba, chú Tư, bé Năm")


def _family_ready(world: World) -> None:
    _family(world)
    party = world.one("SELECT DISTINCT party FROM bookings WHERE state = 'held'")
    world.will_press("an", Confirm(party, remind=True))


def _to_move(world: World) -> None:
    world.book("an", EIGHT)
    world.will_press("an", MoveToHour(world.code(), NINE))


def _to_cancel(world: World) -> None:
    world.book("an", NINE)
    world.will_press("an", CancelNow(world.code()))


def _to_mark(world: World) -> None:
    world.book("an", NINE)
    world.remember(world.code())


def _arrives(world: World) -> None:
    world.marks(world.remembered(), State.BOOKED, State.ARRIVED)


def _awaited(world: World) -> None:
    """Two wait, and a place has come back."""
    _to_cancel(world)
    for who in ("binh", "chi"):
        world.taps(who, WAIT)
    world.taps("an", CancelNow(world.code()))


def _offered(world: World) -> None:
    _awaited(world)
    world.keeps()


def _answer(action: Callable[[str], Action]) -> Part:
    """Of who is offered a place; *action* gets the offer's id."""

    def before(world: World) -> None:
        _offered(world)
        offer = world.one("SELECT id FROM offers WHERE state = 'open'")
        world.will_press("binh", action(offer))

    return before


def _cancelled(world: World) -> None:
    _to_cancel(world)
    press(world)


def _to_take_back(world: World) -> None:
    _to_cancel(world)
    code = world.code()
    world.taps("an", CancelNow(code))
    world.will_press("an", TakeBack(code))


ACTS = {
    "hold": Act(_nothing, press, "held"),
    "hold for a family": Act(
        _held, lambda w: w.says("an", "cô Ba, chú Tư, bé Năm", "the-update"), "bé Năm"
    ),
    "give up": Act(_family, lambda w: w.says("an", "hủy", "the-update"), "cancelled"),
    "confirm": Act(_family_ready, press, "booked"),
    "move": Act(_to_move, press, "moved"),
    "cancel": Act(_to_cancel, press, "cancelled"),
    "take back": Act(_to_take_back, press, "moved"),
    "arrive": Act(_to_mark, _arrives, "arrived", timedelta(days=3)),
    "end holds": Act(_family, World.keeps, "expired", timedelta(minutes=11)),
    "wait": Act(lambda w: w.will_press("an", WAIT), press, "waiting"),
    "offer": Act(_awaited, World.keeps, "offered"),
    "accept": Act(_answer(AcceptOffer), press, "accepted"),
    "decline": Act(_answer(DeclineOffer), press, "declined"),
    "leave the line": Act(_answer(lambda offer: LeaveWaitingList("the")), press, "left"),
    "pass on": Act(_offered, World.keeps, "expired", timedelta(hours=2, minutes=1)),
    "release": Act(_cancelled, World.keeps, "released", timedelta(minutes=31)),
}
