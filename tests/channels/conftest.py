"""Servers of our own that the channels' tests talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.fakes.telegram import FakeTelegram
from tests.support.fakes.zalo import FakeZalo
from tests.support.fakes.zalo_bot import FakeZaloBot
from tests.support.people import Clock


@pytest.fixture
def engine() -> str:
    """A channel does not know it: on both engines runs only what is parametrized so."""
    return "sqlite"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
def new_time_periods(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram's library warns about its old `retry_after` unless told this."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def zalo(clock: Clock) -> AsyncIterator[FakeZalo]:
    async with FakeZalo(clock) as server:
        yield server


@pytest.fixture
async def bots(clock: Clock) -> AsyncIterator[FakeZaloBot]:
    async with FakeZaloBot(clock) as server:
        yield server
