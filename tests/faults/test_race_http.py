"""The same race over HTTP: 200 people in 200 browsers want the 50 places of an office at once."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.clock import VIETNAM
from bot.store.database import SqliteDatabase
from tests.bench.load import answer, post
from tests.bookings import wrong
from tests.service import Service, running, write_config

CITIZENS, SEEDS = 200, 20
TWO_DEVICES = 20  # so many of them tap on two devices at once
CODE = re.compile(r"[Mm]ã(?: hẹn:)? ([A-Z0-9]{6})\b")
FAQ = Path(__file__).parent.parent / "faq"
SERVICES = "booking: {offices: offices.yaml, services: [{id: the, title: Thẻ căn cước}]}\n"
OFFICE = """
  - id: o{n}
    name: Nơi {n} (mẫu)
    address: Số 1 đường Mẫu
    ward: Phường Tân Phú
    services: [the]
    hours: {{weekly: "T2-CN 08:00-10:00", slot_minutes: 60, capacity: 25, holidays: false}}
"""


@dataclass
class Browser:
    """One kept-alive connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    session: str = ""

    async def presses(self, button: str) -> tuple[str, list[str]]:
        """What was said, and the data of the buttons under it."""
        body = json.dumps({"session": self.session, "button": button}).encode()
        self.writer.write(post("/api/chat", body))
        status, data = await answer(self.reader)
        assert status == 200
        said = json.loads(data)
        self.session = said["session"]
        texts = [reply["text"] for reply in said["replies"]]
        buttons = [b.get("data", "") for reply in said["replies"] for b in reply["buttons"]]
        return "\n".join(texts), buttons


@asynccontextmanager
async def browser(port: int, session: str = "") -> AsyncIterator[Browser]:
    opened = Browser(*await asyncio.open_connection("127.0.0.1", port), session)
    try:
        yield opened
    finally:
        opened.writer.close()
        await opened.writer.wait_closed()


async def new_session(port: int) -> str:
    async with browser(port) as opened:
        await opened.presses("start")
        return opened.session


async def book(port: int, session: str, slots: Sequence[str]) -> str | None:
    """Tap until a place is confirmed or every hour is full; the code that was told."""
    async with browser(port, session) as here:
        for slot in slots:
            text, buttons = await here.presses(f"time:the:{slot}")
            for verb in ("code:", "ok:"):
                button = next((data for data in buttons if data.startswith(verb)), None)
                if button is not None:
                    text, buttons = await here.presses(button)
            if found := CODE.search(text):
                return found[1]
    return None


async def rush(port: int, slots: Sequence[str], seed: int) -> list[set[str]]:
    """All at once; for each citizen the codes that they were told, on whichever device."""
    dice = random.Random(seed)
    shared = await asyncio.gather(*(new_session(port) for _ in range(TWO_DEVICES)))
    sessions = [*shared, *[""] * (CITIZENS - TWO_DEVICES)]  # the others' begin with their first tap
    devices = [n for n in range(CITIZENS) for _ in range(1 + (n < TWO_DEVICES))]
    dice.shuffle(devices)
    orders = [dice.sample(list(slots), len(slots)) for _ in range(CITIZENS)]
    told = await asyncio.gather(*(book(port, sessions[n], orders[n]) for n in devices))
    heard: list[set[str]] = [set() for _ in range(CITIZENS)]
    for number, code in zip(devices, told, strict=True):
        heard[number] |= {code} if code else set()
    return heard


async def opened(port: int, office: str) -> None:
    """Until the calendar of *office* is filled, which happens after the service has started."""
    async with asyncio.timeout(20), browser(port) as here:
        while "Bạn chọn ngày" not in (await here.presses(f"place:the:{office}"))[0]:
            pass


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("race") / "vneid.db"


@pytest.fixture(scope="module")
def service(file: Path) -> Iterator[Service]:
    offices = "offices:" + "".join(OFFICE.format(n=n) for n in range(SEEDS))
    (file.parent / "offices.yaml").write_text(offices, encoding="utf-8")
    with running(write_config(file.parent, SERVICES, FAQ)) as started:
        asyncio.run(opened(started.port, f"o{SEEDS - 1}"))
        yield started


@pytest.mark.parametrize("seed", range(SEEDS))
def test_fifty_of_two_hundred_browsers_get_the_fifty_places(
    service: Service, file: Path, seed: int
) -> None:
    office, day = f"o{seed}", (datetime.now(UTC) + timedelta(days=3)).astimezone(VIETNAM)
    slots = [f"{office}.{day:%y%m%d}{hour}00" for hour in ("08", "09")]
    heard = asyncio.run(rush(service.port, slots, seed))
    with closing(SqliteDatabase(file)) as database, database.transaction() as tx:
        rows = tx.rows("SELECT code, state, person FROM bookings WHERE office = :o", o=office)
        booked = {row["code"]: row["person"] for row in rows if row["state"] == "booked"}
        full = tx.rows(
            "SELECT booked, capacity FROM slots WHERE id IN (:a, :b)", a=slots[0], b=slots[1]
        )
        assert wrong(tx) == {}
    assert full == [{"booked": 25, "capacity": 25}] * 2
    assert len(booked) == 50
    assert len(set(booked.values())) == 50  # nobody has two
    assert all(len(codes) <= 1 for codes in heard)
    assert {code for codes in heard for code in codes} == set(booked)  # nothing lost, all told
