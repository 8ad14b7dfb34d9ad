"""A story of reminders that can be told up to any point, cut off there, and told again, on both engines.

Everything in it comes from outside with ids of its own, as from a platform, so that telling it again
changes nothing that was done. A process that tells it dies at the point it is given; nothing in the
service knows of that.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import bot.store.database.postgres  # noqa: F401 - here, and not in every process that is forked
from bot.booking import reminders, wards
from bot.core.actions import Action, Coming, Confirm, Hold, IsActivated, MoveToHour, MoveVisit
from bot.core.crypto import Vault
from bot.core.messages import Address, Incoming, Kind, Reply
from bot.delivery.courier import EVERY_LEASE, LEASE, Courier
from bot.delivery.errors import Unreachable
from bot.dialogue import Dialogue
from bot.faq import entries
from bot.faq.matching.matcher import Matcher, Thresholds
from bot.store.booking.bookings import State
from bot.store.database import Row, Transaction, open_database
from bot.store.outbox import outbox
from bot.store.people import conversations, phone_owners
from bot.store.values import Ids
from handlers.booking import attendance
from handlers.booking.attendance import NotMarked
from tests.support import town, visits
from tests.support.buttons import those
from tests.support.paths import FAQ
from tests.support.town import FRIDAY, slot_id
from tests.support.visits import local_time

T = TypeVar("T")
Tick = Callable[[str], None]

# Built once, in the process that the others are forked from.
MATCHER = Matcher.build(entries.load(FAQ), Thresholds())
WARDS = wards.load()
RULES = town.SETTINGS.booking.reminders
AN, BINH, CHI = (Address("telegram", name) for name in ("an", "binh", "chi"))
CHI_ZALO = Address("zalo", "chi")
VISIT = local_time("2026-11-27 10:00")


class MortalTransaction:
    """A transaction that says before each statement that it comes."""

    def __init__(self, tx: Transaction, tick: Tick) -> None:
        self._tx, self._tick = tx, tick

    def rows(self, sql: str, **values: Any) -> list[Row]:
        self._tick(" ".join(sql.split()[:6]))
        return self._tx.rows(sql, **values)

    def atomic(self) -> AbstractContextManager[None]:
        found: AbstractContextManager[None] = self._tx.atomic()
        return found


class MortalDatabase:
    """A database whose work is cut up into points: each statement, and each commit's two sides."""

    def __init__(self, address: str, tick: Tick) -> None:
        self._inner, self._tick = open_database(address), tick
        self.shared = self._inner.shared

    async def run(self, work: Callable[[Transaction], T]) -> T:
        def counted(tx: Transaction) -> T:
            result = work(MortalTransaction(tx, self._tick))
            self._tick("before the commit")
            return result

        result = await self._inner.run(counted)
        self._tick("after the commit")
        return result

    @contextmanager
    def transaction(self) -> Iterator[MortalTransaction]:
        with self._inner.transaction() as tx:
            yield MortalTransaction(tx, self._tick)
            self._tick("before the commit")
        self._tick("after the commit")

    def close(self) -> None:
        self._inner.close()


@dataclass
class Post:
    """A channel whose messages survive the process: one line of a file each. Binh and Chi have
    blocked the bot on Telegram."""

    name: str
    book: Path
    tick: Tick

    async def send(self, to: str, reply: Reply, id: str) -> str:
        if self.name == "telegram" and to in ("binh", "chi"):
            raise Unreachable("403")
        self.tick("before sending")
        with self.book.open("a", encoding="utf-8") as book:
            book.write(f"{self.name}:{to}:{id}\n")
        self.tick("after sending")
        return "receipt"


@dataclass
class Story:
    """The service and the people who use it; `points` names each place to die at."""

    address: str  # of the database
    arrived: Path  # what arrived, one line each
    die_at: int = 0  # 1 is the first point; 0 lives on
    points: list[str] = field(default_factory=list)
    act: str = "start"
    last: str = ""
    now: datetime = field(default_factory=lambda: local_time("2026-11-25 09:00"))

    def tick(self, what: str) -> None:
        """Come to a point. A side of a commit is named after the last statement before it."""
        if what.endswith("the commit"):
            what = f"{what} of {self.last}"
        else:
            self.last = what
        self.points.append(f"{self.act}: {what}")
        if len(self.points) == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    async def tell(self) -> None:
        """From the beginning, whatever was done of it before."""
        database = MortalDatabase(self.address, self.tick)
        dialogue = Dialogue(
            database, town.SETTINGS, lambda: MATCHER, lambda: self.now, Vault("x"), WARDS
        )
        courier = Courier(
            database, lambda: self.now, owner="me", calm=lambda now: reminders.calm(now, RULES)
        )
        courier.serve([Post(name, self.arrived, self.tick) for name in ("telegram", "zalo")])
        # As at every start: where others may be sending, their leases have to end by themselves.
        ended = self.now if database.shared else EVERY_LEASE
        await database.run(lambda tx: outbox.release(tx, ended))
        await self._acts(database, dialogue, courier)
        database.close()

    async def _acts(self, database: MortalDatabase, dialogue: Dialogue, courier: Courier) -> None:
        person, post = Talker(dialogue, self), partial(self._post, database, courier)
        code = await self._book(person)
        await post("evening", "2026-11-26 19:00")
        self.at("coming", "2026-11-26 19:30")
        await person.presses(Coming((code,)))
        await post("morning", "2026-11-27 08:00")
        await post("too late", "2026-11-27 09:50")
        self.at("served", "2026-11-27 10:05")
        with suppress(NotMarked), database.transaction() as tx:
            ids = Ids()
            attendance.mark(
                tx, town.SETTINGS, code, State.SERVED, self.now, "o", lambda: ids.new(self.now)
            )
        await post("question", "2026-11-27 19:00")
        self.at("activated", "2026-11-28 08:00")
        await person.presses(IsActivated("yes", code))
        await post("afterwards", "2026-11-30 19:00")

    async def _book(self, person: Talker) -> str:
        """An books at eight, then moves to nine; returns the code."""
        self.at("book", "2026-11-25 10:00")
        await person.presses(Hold("the", slot_id("mau-a", FRIDAY, 8)))
        said = await person.says("cô Ba")
        (yes, _) = those(Confirm, (b.data for b in said[-1].buttons))
        said = await person.presses(yes)
        (code,) = (one.code for one in those(MoveVisit, (b.data for b in said[-1].buttons)))
        self.at("move", "2026-11-25 11:00")
        await person.presses(MoveToHour(code, slot_id("mau-a", FRIDAY, 9)))
        return code

    async def _post(
        self, database: MortalDatabase, courier: Courier, act: str, moment: str
    ) -> None:
        """What is due, and after a minute what somebody had begun to send who is dead by now."""
        self.at(act, moment)
        await _all_of(courier)
        self.now += LEASE + timedelta(seconds=1)
        await database.run(lambda tx: outbox.release(tx, self.now))
        await _all_of(courier)

    def at(self, act: str, moment: str) -> None:
        self.act, self.now = act, local_time(moment)


@dataclass
class Talker:
    """An, whose platform sends every update again until it is taken."""

    dialogue: Dialogue
    story: Story
    count: int = 0

    async def presses(self, action: Action) -> tuple[Reply, ...]:
        return await self._does(Kind.BUTTON, data=action.pack())

    async def says(self, text: str) -> tuple[Reply, ...]:
        return await self._does(Kind.TEXT, text=text)

    async def _does(self, kind: Kind, text: str = "", data: str = "") -> tuple[Reply, ...]:
        self.count += 1
        incoming = Incoming(f"an-{self.count}", AN, kind, self.story.now, text, data)
        return (await self.dialogue.handle(incoming)).replies


async def _all_of(courier: Courier) -> None:
    while await courier.drain():
        pass


def prepare(address: str) -> None:
    """The town, and visits of two whom Telegram does not reach, one of them with another account;
    and one whose reminder is too late before it is due."""
    database = open_database(address)
    town.build(database)
    then = local_time("2026-11-25 09:00")
    with database.transaction() as tx:
        visits.book(tx, "BINH", VISIT, then, person=BINH, holder="b")
        visits.book(tx, "CHI", VISIT, then, person=CHI, vouched="c")
        conversations.take(tx, CHI_ZALO, then)
        phone_owners.owned(tx, CHI_ZALO, "c", then)
        visits.book(tx, "DUNG", VISIT, then, person=Address("telegram", "dung"), holder="d")
        for code, person in (("BINH", BINH), ("CHI", CHI)):
            for due in reminders.due(VISIT, then, RULES):
                visits.remind(tx, code, due.due_at, due.useful_until, to=person, kind=due.kind,
                              now=then)  # fmt: skip
        late = local_time("2026-11-27 09:45")
        visits.remind(tx, "DUNG", late, late + timedelta(minutes=1), now=then,
                      to=Address("telegram", "dung"))  # fmt: skip
    database.close()


def tell(address: str, arrived: Path, die_at: int) -> None:
    """What a child process does."""
    asyncio.run(Story(address, arrived, die_at).tell())


def chosen(points: list[str]) -> list[int]:
    """The first point of each name. Before a question nothing is different from before the next
    statement that changes something, so that questions are no points of their own."""
    first = {name: n for n, name in reversed(list(enumerate(points, 1)))}
    return sorted(n for name, n in first.items() if ": SELECT" not in name)
