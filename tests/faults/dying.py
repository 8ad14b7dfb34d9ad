"""A process that books on a real database file, and kills itself at a point of the work.

It reads orders, one line of JSON each, and answers "done" or "killed". Every order runs in a fork,
so that only the first costs a start. No code of the service knows of the points: a transaction that
counts its statements is put around the real one.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from bot import places
from bot.dialogue import Dialogue
from bot.loops.keeper import keep
from bot.matching import entries
from bot.matching.matcher import Matcher, Thresholds
from bot.messages import Address, Incoming, Kind
from bot.store import bookings, marks
from bot.store.bookings import State
from bot.store.database import Row, SqliteDatabase, Transaction
from bot.store.values import Ids
from bot.vault import Vault
from tests.conftest import FAQ
from tests.handlers import town
from tests.handlers.town import FRIDAY, slot_id

T = TypeVar("T")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 10:00 in Vietnam
EIGHT, NINE = slot_id("mau-a", FRIDAY, 8), slot_id("mau-a", FRIDAY, 9)


# --- dying ---------------------------------------------------------------------------------------


@dataclass
class Steps:
    """Counts the points that the work passes, and dies at the `die_at`-th (0: never)."""

    die_at: int
    names: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingTransaction:
    """*apart*: every statement is committed by itself, as code without transactions would do."""

    def __init__(self, tx: Transaction, step: Steps, *, apart: bool) -> None:
        self._tx, self._step, self._apart = tx, step, apart

    def rows(self, sql: str, **values: Any) -> list[Row]:
        self._step("before " + " ".join(sql.split()[:3]))
        found = self._tx.rows(sql, **values)
        if self._apart:
            self._tx.rows("COMMIT")
            self._tx.rows("BEGIN IMMEDIATE")
            self._tx.rows("SAVEPOINT whole")
        return found

    @contextmanager
    def atomic(self) -> Iterator[None]:
        with nullcontext() if self._apart else self._tx.atomic():
            yield
            self._step("before RELEASE")


class DyingDatabase:
    """Each piece of work is a transaction of its own, which may end in the middle."""

    def __init__(self, inner: SqliteDatabase, step: Steps, *, apart: bool) -> None:
        self.inner, self._step, self._apart = inner, step, apart

    async def run(self, work: Callable[[Transaction], T]) -> T:
        with self.transaction() as tx:
            result = work(tx)
        self._step("after COMMIT, before the answer")
        return result

    @contextmanager
    def transaction(self) -> Iterator[DyingTransaction]:
        with self.inner.transaction() as tx:
            yield DyingTransaction(tx, self._step, apart=self._apart)
            self._step("before COMMIT")

    def close(self) -> None:
        self.inner.close()


# --- what is done --------------------------------------------------------------------------------


@dataclass
class World:
    """The service's core on one file, at one moment."""

    database: DyingDatabase
    matcher: Matcher
    wards: places.Wards
    now: datetime = NOW
    ids: Ids = field(default_factory=Ids)

    def says(self, who: str, text: str, id: str = "") -> None:  # noqa: A002 - the update's id
        self._does(who, Kind.TEXT, text, "", id)

    def taps(self, who: str, data: str, id: str = "") -> None:  # noqa: A002
        self._does(who, Kind.BUTTON, "", data, id)

    def _does(self, who: str, kind: Kind, text: str, data: str, id: str) -> None:  # noqa: A002
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
        with self.database.inner.transaction() as tx:
            (row,) = tx.rows(sql)
        return str(next(iter(row.values())))

    def code(self) -> str:
        return self.one("SELECT code FROM bookings WHERE state = 'booked' ORDER BY id LIMIT 1")

    def remember(self, data: str) -> None:
        """What the work will press: it must be the same when it is pressed again."""
        with self.database.transaction() as tx:
            marks.put(tx, "pressed", data)

    def book(self, who: str, slot: str) -> None:
        self.taps(who, f"time:the:{slot}")
        party = self.one("SELECT party FROM bookings WHERE state = 'held'")
        self.taps(who, f"ok:{party}:1")


Part = Callable[[World], None]


@dataclass(frozen=True)
class Act:
    """`work` is what is interrupted, `later` after what `before` has set up."""

    before: Part
    work: Part
    later: timedelta = timedelta(0)


def press(world: World) -> None:
    """The button remembered, with the same update id every time, as a platform sends it."""
    pressed = world.one("SELECT value FROM marks WHERE name = 'pressed'")
    world.taps(pressed.partition(" ")[0], pressed.partition(" ")[2], id="the-update")


def _nothing(world: World) -> None:
    world.remember(f"an time:the:{NINE}")


def _held(world: World) -> None:
    world.taps("an", f"time:the:{EIGHT}")


def _family(world: World) -> None:
    _held(world)
    world.says("an", "cô Ba, chú Tư, bé Năm")


def _family_ready(world: World) -> None:
    _family(world)
    party = world.one("SELECT DISTINCT party FROM bookings WHERE state = 'held'")
    world.remember(f"an ok:{party}:1")


def _to_move(world: World) -> None:
    world.book("an", EIGHT)
    world.remember(f"an mtime:{world.code()}:{NINE}")


def _to_cancel(world: World) -> None:
    world.book("an", NINE)
    world.remember(f"an visit:drop:{world.code()}")


def _to_mark(world: World) -> None:
    world.book("an", NINE)
    world.remember(world.code())


def _arrives(world: World) -> None:
    code = world.one("SELECT value FROM marks WHERE name = 'pressed'")
    world.marks(code, State.BOOKED, State.ARRIVED)


def _awaited(world: World) -> None:
    """Two wait, and a place has come back."""
    _to_cancel(world)
    for who in ("binh", "chi"):
        world.taps(who, "wait:the:mau-a")
    world.taps("an", f"visit:drop:{world.code()}")


def _offered(world: World) -> None:
    _awaited(world)
    world.keeps()


def _answer(verb: str) -> Part:
    def before(world: World) -> None:
        _offered(world)
        offer = world.one("SELECT id FROM offers WHERE state = 'open'")
        world.remember(f"binh {verb.format(offer=offer)}")

    return before


def _cancelled(world: World) -> None:
    _to_cancel(world)
    press(world)


ACTS = {
    "hold": Act(_nothing, press),
    "hold for a family": Act(_held, lambda w: w.says("an", "cô Ba, chú Tư, bé Năm", "the-update")),
    "give up": Act(_family, lambda w: w.says("an", "hủy", "the-update")),
    "confirm": Act(_family_ready, press),
    "move": Act(_to_move, press),
    "cancel": Act(_to_cancel, press),
    "arrive": Act(_to_mark, _arrives),
    "end holds": Act(_family, World.keeps, timedelta(minutes=10)),
    "wait": Act(lambda w: w.remember("an wait:the:mau-a"), press),
    "offer": Act(_awaited, World.keeps),
    "accept": Act(_answer("offer:take:{offer}"), press),
    "decline": Act(_answer("offer:no:{offer}"), press),
    "leave the line": Act(_answer("unwait:the"), press),
    "pass on": Act(_offered, World.keeps, timedelta(hours=2)),
    "release": Act(_cancelled, World.keeps, timedelta(minutes=30)),
}


# --- taking orders -------------------------------------------------------------------------------


def run(order: dict[str, Any], matcher: Matcher, wards: places.Wards) -> None:
    """Do the work of an order, or what comes before it; note the points that were passed."""
    act, file, step = ACTS[order["act"]], Path(order["file"]), Steps(order["die_at"])
    database = SqliteDatabase(file)
    world = World(DyingDatabase(database, step, apart=order["apart"]), matcher, wards)
    if order["before"]:
        town.build(database)
        act.before(world)
    else:
        act.work(World(world.database, matcher, wards, NOW + act.later))
    database.close()
    file.with_suffix(".points").write_text(json.dumps(step.names), encoding="utf-8")


def main() -> None:
    matcher, wards = Matcher.build(entries.load(FAQ), Thresholds()), places.load()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(json.loads(line), matcher, wards)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else "done" if status == 0 else "failed", flush=True)


if __name__ == "__main__":
    main()
