"""Four processes on one PostgreSQL: whatever becomes of some of them, nothing is lost or done twice.

Each request goes to any process that is up, as behind a load balancer. The processes' clock runs
faster than ours, so that whoever is paused for some seconds has lost its leases meanwhile.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.core.actions import Ask, Confirm, Hold, NoName
from bot.core.clock import VIETNAM
from bot.core.messages import Address
from bot.store.database.postgres import PostgresDatabase
from tests.support import visits
from tests.support.bookings import wrong
from tests.support.buttons import first
from tests.support.fakes.telegram import SECRET_HEADER, FakeTelegram
from tests.support.fleet import SECRET, Fleet, fleet
from tests.support.paths import FAQ
from tests.support.postgres import Cluster

PROCESSES = 4
CITIZENS, PLACES = 120, 30
PEOPLE = 60  # who are reminded
PAUSE = 5.0  # seconds; by the processes' clock more than a lease
PATIENCE = 90.0  # seconds until a test gives up; a hold lasts longer than that
WORKERS = 8  # of each courier; each may have one send that is uncertain
CODE = re.compile(r"[Mm]ã(?: hẹn:)? ([A-Z0-9]{6})\b")
BOTH = "FROM slots WHERE id IN (:a, :b)"
UNSENT = "SELECT id FROM outbox WHERE channel = 'telegram' AND state <> 'sent' LIMIT 1"
OFFICE = """\
offices:
  - id: o1
    name: Nơi 1 (mẫu)
    address: Số 1 đường Mẫu
    ward: Phường Tân Phú
    services: [the]
    hours: {weekly: "T2-CN 08:00-10:00", slot_minutes: 60, capacity: 15, holidays: false}
"""


pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class World:
    """The processes, the platform and a look into the database."""

    fleet: Fleet
    telegram: FakeTelegram
    database: PostgresDatabase
    http: aiohttp.ClientSession
    dice: random.Random = field(default_factory=lambda: random.Random(8))
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        with self.database.transaction() as tx:
            return tx.rows(sql, **values)

    async def post(self, path: str, body: object, headers: dict[str, str] | None = None) -> Any:
        """To any process; again to another one until one has answered, as platforms do."""
        while True:
            url = f"http://127.0.0.1:{self.fleet.port(self.dice)}{path}"
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self.http.post(url, json=body, headers=headers) as answer:
                    if answer.status == 200:
                        return json.loads(await answer.read() or b"null")
            await asyncio.sleep(0.05)

    async def writes(self, chat: int, text: str) -> None:
        """A message to the bot on Telegram."""
        number = next(self.numbers)
        person = {"id": chat, "is_bot": False, "first_name": "An"}
        message = {
            "message_id": number, "date": 1_790_000_000, "text": text, "from": person,
            "chat": {"id": chat, "type": "private"},
        }  # fmt: skip
        update = {"update_id": 700_000 + number, "message": message}
        await self.post("/webhook/telegram", update, {SECRET_HEADER: SECRET})


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(
    postgres: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("fleet")
    (folder / "offices.yaml").write_text(OFFICE, encoding="utf-8")
    faq = shutil.copytree(FAQ, folder / "faq")
    address, timeout = postgres.create(), aiohttp.ClientTimeout(total=3)
    connector = aiohttp.TCPConnector(limit=100, force_close=True)
    async with (
        FakeTelegram() as telegram,
        aiohttp.ClientSession(timeout=timeout, connector=connector) as http,
    ):
        with (
            fleet(PROCESSES, address, folder, telegram, faq=faq) as running,
            closing(PostgresDatabase(address)) as database,
        ):
            yield World(running, telegram, database, http)


async def eventually(condition: Callable[[], object]) -> None:
    """Until *condition* holds; it is about other processes, so it is looked at again and again."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - they set no event here
            await asyncio.sleep(0.05)


# --- what citizens do ------------------------------------------------------------------------------


@dataclass
class Browser:
    """A web session; every tap goes to another process."""

    world: World
    session: str = ""

    async def presses(self, button: str) -> tuple[str, list[str]]:
        """What was said, and the data of the buttons under it."""
        id_ = f"tap-{next(self.world.numbers):08}"
        body = {"session": self.session, "button": button, "id": id_}
        said = await self.world.post("/api/chat", body)
        self.session = said["session"]
        texts = [reply["text"] for reply in said["replies"]]
        buttons = [b.get("data", "") for reply in said["replies"] for b in reply["buttons"]]
        return "\n".join(texts), buttons

    async def books(self, slots: Sequence[str]) -> str | None:
        """Tap until a place is confirmed or every hour is full; the code that was told.

        The talk is begun first, as by the page: whoever has no session yet and asks twice, because no
        answer came, is two people, and the place that the first of them holds stays unconfirmed.
        """
        if not self.session:
            await self.presses("start")
        for slot in slots:
            text, buttons = await self.presses(Hold("the", slot).pack())
            for kind in (NoName, Confirm):
                if (button := first(kind, buttons)) is not None:
                    text, buttons = await self.presses(button.pack())
            if found := CODE.search(text):
                return found[1]
        return None


async def opened(world: World) -> list[str]:
    """Two hours in three days, once the calendar is filled; which happens after a start."""
    day = (datetime.now(UTC) + timedelta(days=3)).astimezone(VIETNAM)
    slots = [f"o1.{day:%y%m%d}{hour}00" for hour in ("08", "09")]
    here = {"a": slots[0], "b": slots[1]}
    await eventually(lambda: len(world.rows(f"SELECT id {BOTH}", **here)) == 2)
    return slots


async def misfortune(fleet: Fleet) -> None:
    """One process dies, another one stands still for longer than a lease and goes on."""
    alive = [one for one in fleet.processes if one.process.poll() is None]
    alive[0].kill()
    alive[1].pause()
    await asyncio.sleep(PAUSE)
    alive[1].go_on()


# --- what must hold --------------------------------------------------------------------------------


async def test_one_persons_messages_are_answered_in_order_whoever_answers(world: World) -> None:
    chats = range(2001, 2006)
    world.telegram.known.update(chats)

    async def talk(chat: int) -> None:
        for number in range(6):
            await world.writes(chat, f"câu không ai hiểu số {number} qwx")

    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*map(talk, chats))
    await eventually(lambda: not world.rows(UNSENT))
    for chat in chats:
        rows = world.rows(
            "SELECT key, receipt FROM outbox WHERE person = :chat ORDER BY id", chat=str(chat)
        )
        updates = [int(row["key"].split(":")[2]) for row in rows]
        arrived = [int(row["receipt"].split(",")[0]) for row in rows]
        assert len(set(updates)) == 6
        assert updates == sorted(updates)
        assert arrived == sorted(arrived)


async def test_a_changed_faq_is_live_in_all(world: World) -> None:
    file = world.fleet.config.parent / "faq" / "thu.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("không phải về quê", "đã sửa rồi"), encoding="utf-8")

    async def answer(port: int) -> str:
        url = f"http://127.0.0.1:{port}/api/chat"
        async with world.http.post(
            url, json={"session": "", "button": Ask("mat-the").pack()}
        ) as found:
            return await found.text()

    async with asyncio.timeout(PATIENCE):
        for port in world.fleet.ports:
            while "đã sửa rồi" not in await answer(port):
                pass


async def test_thirty_places_go_to_thirty_people_whichever_process_they_ask(world: World) -> None:
    slots = await opened(world)
    browsers = [Browser(world) for _ in range(CITIZENS)]
    await asyncio.gather(*(browser.presses("start") for browser in browsers[:10]))
    twins = [Browser(world, browser.session) for browser in browsers[:10]]  # second devices
    everybody = [*browsers, *twins]
    world.dice.shuffle(everybody)

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        tasks = {
            id(one): group.create_task(one.books(world.dice.sample(slots, 2))) for one in everybody
        }
        await eventually(lambda: sum(task.done() for task in tasks.values()) >= 10)
        await misfortune(world.fleet)

    told = {code for task in tasks.values() if (code := task.result())}
    booked = {
        row["code"]: row["person"]
        for row in world.rows("SELECT code, person FROM bookings WHERE state = 'booked'")
    }
    full = world.rows(f"SELECT booked, capacity {BOTH}", a=slots[0], b=slots[1])
    assert full == [{"booked": 15, "capacity": 15}] * 2
    assert len(booked) == PLACES
    assert len(set(booked.values())) == PLACES  # nobody has two
    assert told == booked.keys()  # nothing lost, all told
    with world.database.transaction() as tx:
        assert wrong(tx) == {}


async def test_reminders_arrive_though_one_process_dies_and_another_stands_still(
    world: World,
) -> None:
    chats = range(1001, 1001 + PEOPLE)
    world.telegram.known.update(chats)
    now = datetime.now(UTC)
    with world.database.transaction() as tx:
        for chat in chats:
            person = Address("telegram", str(chat))
            visits.book(tx, f"C{chat}", now + timedelta(days=2), now, person=person)
            visits.remind(tx, f"C{chat}", now, now + timedelta(hours=20), to=person, now=now,
                          kind="evening")  # fmt: skip
    await world.telegram.until(lambda: sum(s.chat in chats for s in world.telegram.sent) >= 10)
    await misfortune(world.fleet)
    await eventually(lambda: not world.rows(UNSENT))

    copies = Counter(sent.chat for sent in world.telegram.sent if sent.chat in chats)
    assert copies.keys() == set(chats)
    found = world.rows("SELECT person, uncertain FROM outbox WHERE uncertain > 0")
    uncertain = {int(row["person"]): row["uncertain"] for row in found}
    twice = {chat: count - 1 for chat, count in copies.items() if count > 1}
    assert all(more <= uncertain.get(chat, 0) for chat, more in twice.items()), twice
    assert sum(uncertain.values()) <= 2 * WORKERS
