"""One laptop wants a ward's whole week; three hundred people behind one address want a place each.

The real service is driven over HTTP with the limits of config.yaml; only the clock is moved. A laptop is
taken to find `LAPTOP` hashes a second and a phone's browser `PHONE`: the challenges are solved with 13 bits
less than they say, and the clock moves by the time that the whole work takes. What a hoarder has is
what nobody else can take: places held, booked, or given back and not free yet, of the ward's next
seven days as they were at the start, at the worst moment of the day.
"""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.channels.web.proof_of_work import MOST_BITS, zero_bits
from bot.core.actions import (
    AcceptOffer,
    Action,
    CancelNow,
    Confirm,
    Days,
    EraseNow,
    Hold,
    Hours,
    JoinWaitingList,
    MoveToHour,
    MoveVisit,
)
from bot.core.config import Settings
from bot.core.config.limits import Limits
from bot.core.messages import Address
from bot.jobs.expire_bookings import keep
from bot.store.booking import bookings
from bot.store.values import Ids, stamp
from tests.support.buttons import A, those
from tests.support.people import Clock
from tests.support.web_service import WebService

LAPTOP, PHONE = (
    10_000_000,
    300_000,
)  # SHA-256 a second: eight native threads; a cheap phone's browser
EASIER = 13  # bits
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
START = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)  # a Tuesday, 18:00 in Vietnam
OFFICE = """offices:
  - id: mau
    name: Công an phường Mẫu
    address: Số 1 đường Mẫu
    ward: Phường Tân Phú
    services: [the]
    hours: {weekly: "T2-CN 07:30-11:30, 13:00-17:00", capacity: 6, priority: 1, walk_in: 2, holidays: false}
"""
CARRIER = "198.51.100.7"
ONE = ("203.0.113.9",)
FIVE = tuple(f"2001:db8:{n}:1::5" for n in range(1, 6))  # five customers' networks
DEFAULTS = Limits()
# As it was before accounts that nothing vouches for had a share.
UNBOUNDED = {"unvouched_share": 100, "near_per_address": 10**6, "places_before_work": 10**6}

GONE = """
    SELECT id, capacity, booked - (
        SELECT COUNT(*) FROM bookings AS b
        WHERE b.slot = slots.id AND b.channel = 'telegram' AND b.state = 'booked'
    ) - (
        SELECT COUNT(*) FROM returned AS r
        WHERE r.slot = slots.id AND r.state IN ('back', 'offered') AND r.origin = ''
    ) AS gone FROM slots
"""


@contextmanager
def ward(limits: Limits = DEFAULTS) -> Iterator[World]:
    """A ward of 24 places a day for everybody, and 8 for the elderly, in a service of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "offices.yaml").write_text(OFFICE, encoding="utf-8")
        booking = {
            "services": [{"id": "the", "title": "Thẻ căn cước"}],
            "offices": str(folder / "offices.yaml"),
        }
        listen = {"behind_proxy": True}
        settings = Settings.model_validate(
            {"data_key": "a made-up key", "booking": booking, "listen": listen}
        )
        easy = limits.model_copy(update={"work_bits": limits.work_bits - EASIER})
        clock = Clock(START)
        with WebService(folder, settings=settings, limits=easy, clock=clock) as service:
            service.calendar_is_open()
            yield World(service, clock, settings.model_copy(update={"limits": easy}))


@dataclass
class World:
    service: WebService
    clock: Clock
    settings: Settings
    ids: Ids = field(default_factory=Ids)

    def keep(self) -> None:
        with self.service.database.transaction() as tx:
            keep(tx, self.settings, self.clock(), partial(self.ids.new, self.clock()))

    def week(self) -> list[str]:
        """The ids of the first seven days' slots for everybody."""
        sql = """
            SELECT id FROM slots WHERE pool = 'all' AND starts_at > :first AND starts_at < :last
            ORDER BY starts_at
        """
        edges = {"first": stamp(START + 2 * HOUR), "last": stamp(START + WEEK)}
        return [row["id"] for row in self.service.rows(sql, **edges)]

    def taken(self, slots: Sequence[str]) -> tuple[int, int]:
        """Places of *slots* that web accounts keep from others, and how many there are."""
        rows = [row for row in self.service.rows(GONE) if row["id"] in set(slots)]
        return sum(row["gone"] for row in rows), sum(row["capacity"] for row in rows)


@dataclass
class Talk:
    """A browser: *rate* is its hashes a second; `worked` the seconds that it has spent on them."""

    world: World
    address: str
    rate: int
    session: str = ""
    worked: float = 0
    last: dict[str, Any] = field(default_factory=dict)

    def says(self, **body: str) -> str:
        """What is said to it, in one text; "" when it has to give up."""
        proof = {}
        for _ in range(12):
            answer = self._post({"session": self.session, **body, **proof})
            if answer.status == 200:
                self.session, self.last = answer.json["session"], answer.json
                return "\n".join(reply["text"] for reply in answer.json["replies"])
            proof = self._toil(answer.json) if "challenge" in answer.json else {}
            if not proof:
                self.world.clock.move(seconds=answer.json["retry_after"])
        return ""

    def _post(self, body: dict[str, str], path: str = "/api/chat") -> Any:
        headers = {"X-Forwarded-For": self.address}
        return self.world.service.request("POST", path, json.dumps(body), headers)

    def _toil(self, refused: dict[str, str]) -> dict[str, str]:
        challenge = refused["challenge"]
        bits = int(challenge.split(".")[0])
        seconds = 2 ** min(bits + EASIER, MOST_BITS) / self.rate
        self.worked += seconds
        self.world.clock.move(seconds=seconds)
        proofs = (f"{challenge}:{n}" for n in itertools.count())
        return {"proof": next(proof for proof in proofs if zero_bits(proof) >= bits)}

    def buttons(self) -> dict[str, str]:
        """Label to data, of the last answer."""
        return {b["label"]: b["data"] for r in self.last["replies"] for b in r["buttons"]}

    def shown(self, kind: type[A]) -> list[A]:
        return those(kind, self.buttons().values())

    def press(self, kind: type[Action]) -> str:
        """The first button of that kind; "" without one."""
        found = self.shown(kind)
        return self.does(found[0]) if found else ""

    def does(self, action: Action) -> str:
        return self.says(button=action.pack())

    def offers(self) -> list[AcceptOffer]:
        lines = self._post({"session": self.session}, "/api/history").json["lines"]
        return those(AcceptOffer, (b["data"] for line in lines for b in line.get("buttons", ())))

    def hold(self, slot: str, people: int) -> int:
        """Hold so many places from *slot* on, or as many as it is let; returns how many."""
        if "Mình giữ chỗ" not in self.does(Hold("the", slot)):
            return 0
        for count in range(people, 0, -1):
            if "Bạn xem lại" in self.says(text=", ".join(NAMES[:count])):
                return count
        return 0

    def confirm(self, phone: str = "") -> bool:
        if phone:
            self.says(text=phone)
        return "Đã đặt lịch" in self.press(Confirm)


NAMES = ("Cô Một", "Chú Hai", "Dì Ba", "Cậu Tư", "Mợ Năm")


# --- the hoarder ---------------------------------------------------------------------------------


@dataclass
class Hoarder:
    """Tries for a day, every *pause*, from all its addresses, with a new talk for each party."""

    world: World
    addresses: Sequence[str]
    phones: bool = False
    worst: int = 0
    talks: int = 0
    seconds: float = 0

    def day(self, how: str, pause: timedelta = HOUR / 2) -> None:
        slots = self.world.week()
        end = START + timedelta(days=1)
        while self.world.clock() < end:
            for address in self.addresses:
                getattr(self, f"_{how}")(address, slots)
            self.world.keep()
            self.worst = max(self.worst, self.world.taken(slots)[0])
            self.world.clock.move(seconds=pause.total_seconds())

    def _talk(self, address: str) -> Talk:
        self.talks += 1
        return Talk(self.world, address, LAPTOP)

    def _number(self) -> str:
        return f"0900{self.talks:06}" if self.phones else ""

    def _book(self, address: str, slots: Sequence[str], keep: bool = True) -> list[Talk]:
        """Parties of five, then smaller ones, at each hour, until nothing is given any more."""
        made = []
        for slot in self._asked(slots):
            while True:
                talk = self._talk(address)
                got = talk.hold(slot, 5)
                if got and keep:
                    talk.confirm(self._number())
                self.seconds += talk.worked
                if not got:
                    break
                made.append(talk)
        return made

    def _hold(self, address: str, slots: Sequence[str]) -> None:
        self._book(address, slots, keep=False)

    def _cancel(self, address: str, slots: Sequence[str]) -> None:
        """Book and give back in a circle: each place stands empty for half an hour."""
        for talk in self._book(address, slots):
            for visit in talk.shown(MoveVisit):
                talk.does(CancelNow(visit.code))

    def _erase(self, address: str, slots: Sequence[str]) -> None:
        """The same, and nobody knows any more who it was."""
        for talk in self._book(address, slots):
            talk.says(text="/xoadulieu")
            talk.press(EraseNow)

    def _move(self, address: str, slots: Sequence[str]) -> None:
        """Book weeks ahead, where more is given, and move it here."""
        sql = (
            "SELECT id FROM slots WHERE pool = 'all' AND starts_at > :at ORDER BY starts_at LIMIT 9"
        )
        later = self.world.service.rows(sql, at=stamp(START + 2 * WEEK))
        for talk in self._book(address, [row["id"] for row in later]):
            for visit, slot in itertools.product(set(talk.shown(MoveVisit)), self._asked(slots)):
                talk.does(MoveToHour(visit.code, slot))

    def _wait(self, address: str, slots: Sequence[str]) -> None:
        """Wait with twenty talks, and take whatever others give back."""
        waiting = self._waiting.setdefault(address, [self._talk(address) for _ in range(20)])
        for talk in waiting:
            talk.does(JoinWaitingList("the", "mau"))
            for offer in talk.offers():
                talk.does(offer)

    _waiting: dict[str, list[Talk]] = field(default_factory=dict)

    def _asked(self, slots: Sequence[str]) -> list[str]:
        """An hour of each day once the first look has shown that no more is given."""
        if self.world.clock() < START + HOUR / 2:
            return list(slots)
        return list(slots[:: max(1, len(slots) // 7)])


def neighbours(world: World, many: int) -> None:
    """People on Telegram book the week's first places, which they give back later."""
    week = itertools.cycle(world.week())
    with world.service.database.transaction() as tx:
        for number, slot in zip(range(many), week, strict=False):
            who = Address("telegram", f"neighbour-{number}")
            new_id = partial(world.ids.new, world.clock())
            edges = {"now": world.clock(), "held_until": world.clock() + HOUR}
            held = bookings.hold(
                tx, slot=slot, service="the", person=who, holders=[who.user], new_id=new_id, **edges
            )
            bookings.confirm(tx, held[0].party, who, world.clock())


def give_back(world: World) -> None:
    with world.service.database.transaction() as tx:
        now = world.clock()
        for row in tx.rows("SELECT code FROM bookings WHERE channel = 'telegram'"):
            bookings.cancel(tx, row["code"], now, now + HOUR / 2, "person")


# --- the crowd -----------------------------------------------------------------------------------


@dataclass
class Crowd:
    """People behind one carrier's address who look what is free, in one evening."""

    world: World
    served: int = 0
    refused: int = 0
    longest: float = 0  # seconds of work of one phone
    soon: int = 0  # places in the next seven days

    def evening(self, people: int = 300) -> None:
        for number in range(people):
            phone = Talk(self.world, CARRIER, PHONE)
            family = 3 if number % 20 == 0 else 1  # one in twenty comes with two more
            done = self._books(phone, family, number)
            self.served += done
            self.refused += not done
            self.longest = max(self.longest, phone.worked)
            self.world.clock.move(seconds=4 * 3600 / people)

    def _books(self, phone: Talk, family: int, number: int) -> bool:
        """As a person does: the days that are shown, an hour of one of them, names, yes."""
        for attempt in range(4):
            phone.does(Days("the", "mau"))
            days = phone.shown(Hours)
            if not days:
                return False
            phone.does(days[(number + attempt) % len(days)])
            hours = phone.shown(Hold)
            for hour in hours[number % len(hours) :][:2] if hours else ():
                if phone.hold(hour.slot, family) == family:
                    return phone.confirm()
        return False


# --- what comes of it ----------------------------------------------------------------------------


def hoarded(
    how: str,
    addresses: Sequence[str] = ONE,
    *,
    phones: bool = False,
    limits: Limits = DEFAULTS,
    pause: timedelta = HOUR / 2,
) -> tuple[Hoarder, int]:
    """The hoarder after its day, and how many places the week has."""
    with ward(limits) as world:
        if how == "wait":
            neighbours(world, 100)
            give_back(world)
        hoarder = Hoarder(world, addresses, phones)
        hoarder.day(how, pause)
        return hoarder, world.taken(world.week())[1]


def crowded(people: int = 300) -> Crowd:
    with ward() as world:
        crowd = Crowd(world)
        crowd.evening(people)
        crowd.soon = world.taken(world.week())[0]
        return crowd
