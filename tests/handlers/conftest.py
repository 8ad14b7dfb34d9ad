"""Chats in a made-up town with offices to book at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from bot.core.messages import Address, Incoming
from bot.dialogue import Delivered, Dialogue
from bot.faq import entries
from bot.faq.matching.matcher import Matcher, Thresholds
from bot.jobs.expire_bookings import keep
from bot.store.database import Database
from bot.store.values import Ids
from tests.support import town
from tests.support.paths import PROJECT
from tests.support.people import Clock, Person


@pytest.fixture
def citizen(
    database: Database,
    dialogue_of: Callable[..., Dialogue],
    clock: Clock,
    loop_runner: asyncio.Runner,
) -> Callable[..., Person]:
    """`citizen("an").presses("book")`: somebody on Telegram, in the town of town.py."""
    town.build(database)
    windows = {"seven-days": timedelta(days=7), "two-days": timedelta(days=2)}
    dialogue = dialogue_of(town.SETTINGS, windows=windows)

    def person(name: str = "an", channel: str = "telegram") -> Person:
        def handle(incoming: Incoming) -> Delivered:
            return loop_runner.run(dialogue.handle(incoming))

        return Person(handle, Address(channel, name), clock)

    return person


@pytest.fixture
def keeper(database: Database, clock: Clock) -> Callable[[], set[str]]:
    """One look of the keeper; returns the channels it has written to."""
    ids = Ids()

    def look() -> set[str]:
        with database.transaction() as tx:
            return keep(tx, town.SETTINGS, clock(), partial(ids.new, clock()))

    return look


@pytest.fixture(scope="session")
def whole() -> Matcher:
    """The matcher of the whole FAQ."""
    return Matcher.build(entries.load(PROJECT / "faq"), Thresholds())
