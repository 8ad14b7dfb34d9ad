"""Of several processes one polls at a time."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.leader import Turns
from bot.store.database import Database
from tests.support.people import Clock

BOTH = pytest.mark.parametrize("engine", ["sqlite", "postgres"])


@pytest.fixture
def stopping() -> asyncio.Event:
    """Set, so that nobody waits before they look again."""
    event = asyncio.Event()
    event.set()
    return event


@BOTH
async def test_the_turn_stays_with_who_has_it_and_passes_when_they_go(
    database: Database, clock: Clock, stopping: asyncio.Event
) -> None:
    first, second = (Turns(database, clock, "poll") for _ in range(2))
    other = Turns(database, clock, "poll something else")
    assert await first.mine(stopping)
    assert not await second.mine(stopping)
    assert await other.mine(stopping)
    clock.move(seconds=50)
    assert await first.mine(stopping)
    clock.move(seconds=50)
    assert not await second.mine(stopping)
    await second.pass_on()  # what is not theirs they cannot give away
    assert await first.mine(stopping)
    await first.pass_on()
    assert await second.mine(stopping)
    assert not await first.mine(stopping)


@BOTH
async def test_the_turn_of_who_stands_still_passes_after_a_minute(
    database: Database, clock: Clock, stopping: asyncio.Event
) -> None:
    first, second = (Turns(database, clock, "poll") for _ in range(2))
    assert await first.mine(stopping)
    clock.move(seconds=61)
    assert await second.mine(stopping)
    assert not await first.mine(stopping)


@BOTH
async def test_of_many_that_come_at_once_one_gets_it(
    database: Database, clock: Clock, stopping: asyncio.Event
) -> None:
    everybody = [Turns(database, clock, "poll") for _ in range(20)]
    assert sum(await asyncio.gather(*(one.mine(stopping) for one in everybody))) == 1
