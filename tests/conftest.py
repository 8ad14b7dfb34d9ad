"""What every test may use: a movable clock, a real database, and people who chat."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.booking import wards as places
from bot.booking.wards import Wards
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.core.messages import Address, Incoming
from bot.dialogue import Delivered, Dialogue
from bot.faq import entries
from bot.faq.matching.matcher import Matcher, Thresholds
from bot.store.database import Database, SqliteDatabase
from bot.store.database.postgres import PostgresDatabase
from tests.support import postgres as postgresql
from tests.support import sqlite
from tests.support.paths import FAQ
from tests.support.people import Clock, Person
from tests.support.postgres import Cluster


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a test often waits, for a browser or a platform that hangs."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def _all_logs() -> None:
    """Commands that other tests run in this process show errors only, from then on."""
    structlog.reset_defaults()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL of the tests' own; without one they are skipped, or fail where CI=true."""
    found = postgresql.programs()
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(postgresql.MISSING)
    with postgresql.cluster(found) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """Every test that asks for a database runs on both engines."""
    return str(request.param)


@pytest.fixture
def fresh(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Database]:
    """`fresh()`: an empty database, in place of the one before."""
    if engine == "sqlite":
        numbers = itertools.count()
        return lambda: sqlite.opened(tmp_path / f"test{next(numbers) or ''}.db")
    cluster: Cluster = request.getfixturevalue("postgres")
    return lambda: PostgresDatabase(cluster.emptied())


@pytest.fixture
def database(fresh: Callable[[], Database]) -> Iterator[Database]:
    opened = fresh()
    yield opened
    opened.close()


@pytest.fixture
def another(database: Database, request: pytest.FixtureRequest) -> Callable[[], Database]:
    """`another()`: the same database once more, as another process has it."""
    if isinstance(database, SqliteDatabase):
        return partial(SqliteDatabase, database.path)
    cluster: Cluster = request.getfixturevalue("postgres")
    return lambda: PostgresDatabase(cluster.shared)


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    """The matcher of the tests' small FAQ."""
    return Matcher.build(entries.load(FAQ), Thresholds())


@pytest.fixture
def loop_runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def vault() -> Vault:
    return Vault("a made-up key")


@pytest.fixture(scope="session")
def wards() -> Wards:
    return places.load()


@pytest.fixture
def dialogue_of(
    database: Database, matcher: Matcher, clock: Clock, vault: Vault, wards: Wards
) -> Callable[..., Dialogue]:
    """`dialogue_of(settings)`: the dialogue over this test's database, with another FAQ than the tests' own if
    one is given."""

    def with_settings(settings: Settings, faq: Matcher = matcher, **more: Any) -> Dialogue:
        return Dialogue(database, settings, lambda: faq, clock, vault, wards, **more)

    return with_settings


@pytest.fixture
def dialogue(dialogue_of: Callable[..., Dialogue]) -> Dialogue:
    return dialogue_of(Settings(), mailboxes=("web",))


@pytest.fixture
def chat(dialogue: Dialogue, clock: Clock, loop_runner: asyncio.Runner) -> Callable[..., Person]:
    """`chat("an").says("…")`: a conversation on the web channel (or another one)."""

    def person(name: str = "an", channel: str = "web") -> Person:
        def handle(incoming: Incoming) -> Delivered:
            return loop_runner.run(dialogue.handle(incoming))

        return Person(handle, Address(channel, name), clock)

    return person
