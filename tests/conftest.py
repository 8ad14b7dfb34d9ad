"""What every test may use: a movable clock, a real database, and people who chat."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.booking import wards as places
from bot.booking.wards import Wards
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.core.messages import Address, Incoming, Kind, Reply
from bot.dialogue import Delivered, Dialogue
from bot.faq import entries
from bot.faq.matching.matcher import Matcher, Thresholds
from bot.store.database import Database, SqliteDatabase
from bot.store.database.postgres import PostgresDatabase
from tests import postgres as postgresql
from tests import sqlite
from tests.postgres import Cluster

FAQ = Path(__file__).parent / "faq"
PROJECT = Path(__file__).parent.parent


@dataclass
class Clock:
    """Time that moves only when a test says so."""

    now: datetime = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 10:00 in Vietnam

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


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
    """The matcher of the small FAQ beside this file."""
    return Matcher.build(entries.load(FAQ), Thresholds())


@dataclass
class Heard:
    """What the bot said to one message."""

    replies: tuple[Reply, ...]

    @property
    def text(self) -> str:
        return "\n---\n".join(reply.text for reply in self.replies)

    @property
    def buttons(self) -> dict[str, str]:
        """Label -> data of all buttons."""
        return {b.label: b.data for reply in self.replies for b in reply.buttons}

    @property
    def entries(self) -> list[str]:
        return [reply.entry for reply in self.replies if reply.entry]

    @property
    def tones(self) -> list[str]:
        return [reply.tone.value for reply in self.replies]


@dataclass
class Person:
    """Somebody who chats. Every message has a new update id unless one is given."""

    handle: Callable[[Incoming], Delivered]
    address: Address
    clock: Clock
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def does(self, kind: Kind, text: str = "", data: str = "", **more: Any) -> Heard:
        id_ = str(more.pop("id", "") or f"{self.address.user}-{next(self.ids)}")
        incoming = Incoming(id_, self.address, kind, self.clock(), text, data, **more)
        return Heard(self.handle(incoming).replies)

    def says(self, text: str, **more: Any) -> Heard:
        return self.does(Kind.TEXT, text=text, **more)

    def presses(self, data: str, **more: Any) -> Heard:
        return self.does(Kind.BUTTON, data=data, **more)


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
