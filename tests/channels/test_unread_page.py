"""A web page brings nothing to whoever has closed it: what is promised there is true, and whoever has not
opened it since a reminder was due gets it elsewhere, or is called if they left a number."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.app import SERVICE
from bot.core.config import Settings
from bot.desk import call_words
from bot.store.database import Row
from bot.store.outbox import calls
from tests.channels.citizens import OnTheWeb
from tests.support.people import Clock
from tests.support.telegram_service import Running, in_folder, in_process
from tests.support.visits import local_time

OFFICES = """
offices:
  - id: mau-a
    name: Công an phường Mẫu A
    address: Số 1 đường Mẫu
    ward: Phường Tân Phú
    services: [the]
    hours: {weekly: "T2-T6 08:00-11:00", capacity: 5}
"""
YES = "✅ Đồng ý, đặt lịch và nhắc tôi ở trang này"
EVENING = "SELECT state FROM outbox WHERE kind = 'evening'"


@dataclass
class World:
    service: Running
    citizen: OnTheWeb
    clock: Clock

    async def books(self, phone: str = "") -> str:
        """Everything that was said on the way, and last."""
        await self.service.app[SERVICE].opening.look()
        await self.citizen.says("đặt lịch")
        for label in ("Thẻ căn cước", "Công an phường Mẫu A", "Thứ Sáu 27/11", "08:00"):
            await self.citizen.taps(label)
        heard = await self.citizen.says("cô Ba")
        heard = await self.citizen.says(phone) if phone else heard
        return heard.text + (await self.citizen.taps(YES)).text

    async def evening_comes(self) -> None:
        """The reminder is put on the page, which is closed."""
        self.clock.now = local_time("2026-11-26 19:00")
        self.service.wake("web")
        await self.service.until(lambda: self.service.rows(EVENING) == [{"state": "sent"}])

    async def called(self, **later: float) -> list[Row]:
        self.clock.move(**later)
        await self.service.app[SERVICE].keeper.look()
        return await self.service.database.run(lambda tx: calls.waiting(tx, self.clock()))


@pytest.fixture
async def world(tmp_path: Path, clock: Clock) -> AsyncIterator[World]:
    (tmp_path / "offices.yaml").write_text(OFFICES, encoding="utf-8")
    settings = Settings.model_validate(
        {
            **in_folder(tmp_path),
            "data_key": "a made-up key",
            "outreach": {"telegram_username": "vneid_mau_bot"},
            "booking": {
                "offices": str(tmp_path / "offices.yaml"),
                "services": [{"id": "the", "title": "Thẻ căn cước"}],
            },
        }
    )
    async with in_process(settings, clock) as service, ClientSession() as client:
        yield World(service, OnTheWeb(service, clock, client), clock)


async def test_the_page_says_what_it_can_do_and_what_is_surer(world: World) -> None:
    said = await world.books()
    assert "chỉ nhắc được khi bạn đang mở trang" in said
    assert "Lưu tệp lịch" in said
    assert "gõ “liên kết”" in said
    assert "@vneid_mau_bot" in said


async def test_who_left_a_number_and_did_not_open_the_page_is_called(world: World) -> None:
    await world.books("0900000001")
    await world.evening_comes()
    assert await world.called(minutes=29) == []
    (call,) = await world.called(minutes=1)
    assert call_words.reason(call["reason"]) == (
        "chỉ nhắc được trên trang web, và người này chưa mở lại trang"
    )
    (again,) = await world.called(hours=12)  # the second reminder adds no second line
    assert again["code"] == call["code"]


async def test_who_opens_the_page_later_is_called_no_more(world: World) -> None:
    await world.books("0900000001")
    await world.evening_comes()
    assert len(await world.called(minutes=30)) == 1
    world.clock.move(minutes=1)
    assert "⏰ Nhắc lịch hẹn" in (await world.citizen.listens()).text
    assert await world.called(seconds=10) == []


async def test_who_opened_the_page_in_time_is_not_called(world: World) -> None:
    await world.books("0900000001")
    await world.evening_comes()
    world.clock.move(minutes=5)
    await world.citizen.listens()
    assert await world.called(minutes=30) == []


async def test_a_page_that_is_open_has_shown_it(world: World) -> None:
    await world.books("0900000001")
    url, body = f"{world.service.url}/api/events", {"session": world.citizen._session}
    async with ClientSession() as client, client.post(url, json=body) as stream:
        await stream.content.readline()
        await world.evening_comes()
        async with asyncio.timeout(20):
            while "⏰ Nhắc".encode() not in await stream.content.readline():
                pass
        await world.service.until(lambda: world.service.rows(READ_SINCE))
    assert await world.called(minutes=30) == []


READ_SINCE = """
    SELECT p.person FROM people AS p JOIN outbox AS o ON o.person = p.person
    WHERE o.kind = 'evening' AND p.read_at >= o.sent_at
"""


async def test_who_left_no_number_cannot_be_called(world: World) -> None:
    await world.books()
    await world.evening_comes()
    assert await world.called(minutes=30) == []


@pytest.mark.parametrize("typed", ["gặp cán bộ", "nhắc tôi"])
async def test_other_promises_of_the_page_are_true_too(world: World, typed: str) -> None:
    if typed == "gặp cán bộ":
        await world.citizen.says(typed)
        said = (await world.citizen.says("Thẻ của tôi bao giờ có?")).text
    else:
        await world.books()
        said = (await world.citizen.says("dừng")).text
        said = (await world.citizen.taps("Nhắc tôi trước giờ hẹn")).text
    assert "chỉ hiện khi bạn mở lại đúng trang này" in said
