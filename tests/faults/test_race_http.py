"""The same race over HTTP: 200 people in 200 browsers want the 50 places of an office at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.actions import Days
from bot.core.clock import VIETNAM
from bot.store.database import SqliteDatabase
from tests.support.bookings import wrong
from tests.support.paths import FAQ
from tests.support.service import Service, running, write_config
from tests.support.web_booking import book, browser, new_session

CITIZENS, SEEDS = 200, 20
TWO_DEVICES = 20  # so many of them tap on two devices at once
SERVICES = "booking: {offices: offices.yaml, services: [{id: the, title: Thẻ căn cước}]}\n"
OFFICE = """
  - id: o{n}
    name: Nơi {n} (mẫu)
    address: Số 1 đường Mẫu
    ward: Phường Tân Phú
    services: [the]
    hours: {{weekly: "T2-CN 08:00-10:00", slot_minutes: 60, capacity: 25, holidays: false}}
"""


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
        while "Bạn chọn ngày" not in (await here.presses(Days("the", office).pack()))[0]:
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
