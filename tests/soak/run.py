"""One soak: build the deployment, let people loose on it, do it harm, stop it, look at what is left."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession, TCPConnector

from bot.ops.deployment import open_database
from bot.store.database import Database
from bot.store.values import stamp
from tests.soak import faults, report
from tests.soak.check import Case
from tests.soak.check import faults as found_wrong
from tests.soak.citizens import Citizen, OnTelegram, OnTheWeb, OnZaloBot, OnZaloOa, World
from tests.soak.clock import Shift, moved
from tests.soak.disk import Disk
from tests.soak.faults import Act, Happened, Planned, Stage
from tests.soak.fleet import Fleet
from tests.soak.ledger import Ledger
from tests.soak.officers import Officer, Volunteer
from tests.soak.platforms import Telegram, Zalo, ZaloBot
from tests.soak.stories import Crowd, Stories
from tests.soak.town import ENVIRONMENT, Town, build, opening
from tests.soak.weather import Weather
from tests.support.postgres import Cluster

DRAINED_WITHIN = 240.0  # seconds after the end until everything due has gone out
LOOK_EVERY = 2.0
SOON = timedelta(minutes=1)  # what is to be tried again this soon is waited for
LEFT = """
    SELECT count(*) AS n FROM outbox
    WHERE state = 'sending' OR (state = 'due' AND due_at <= :now)
"""


@dataclass(frozen=True)
class Options:
    seconds: float = 1800.0
    seed: int = 1
    stories: float = 12.0  # begun each second
    people: tuple[int, int, int, int] = (400, 400, 250, 150)  # web, Telegram, Zalo OA, Zalo Bot
    processes: int = 1
    cluster: Cluster | None = None  # else a SQLite file on the small disk
    polling: bool = False
    own_disk: bool = True
    fault_seconds: float = 30.0
    kinds: dict[str, Act] = field(default_factory=lambda: {**faults.SKIES, **faults.CLOCKS})
    faq_every: float = 60.0
    patience: float = 45.0
    later: float = 0.0  # seconds that pass at the end, so that what is due then goes out too


@dataclass
class Outcome:
    """What is left to look at: the database is still there while the run's context is open."""

    case: Case
    database: Database
    wrong: dict[str, list[str]]
    happened: list[Happened]
    fleet: Fleet
    disk: str
    seconds: float

    @property
    def good(self) -> bool:
        return not any(self.wrong.values())


@asynccontextmanager
async def soak(folder: Path, options: Options) -> AsyncIterator[Outcome]:
    """Run it in *folder*, which is empty; what is mounted there goes with the context."""
    async with AsyncExitStack() as stack:
        disk = Disk(folder, own=options.own_disk)
        stack.callback(disk.close)
        scene = await _scene(stack, folder, disk, options)
        await scene.fleet.start()
        seconds = await _play(scene, options)
        scene.shift.seconds = scene.zero = scene.zero + options.later
        await _drain(scene)
        await scene.fleet.stop()
        database = open_database(scene.town.settings)
        stack.callback(database.close)
        yield _look(scene, database, options, seconds, disk.kind)


@dataclass
class Scene:
    town: Town
    world: World
    fleet: Fleet
    stage: Stage
    shift: Shift
    zero: float  # seconds that the service's clock is off without any fault
    happened: list[Happened] = field(default_factory=list)
    volunteer: Volunteer | None = None

    def now(self) -> datetime:
        """The service's clock, without faults."""
        return _off_by(self.zero)()


async def _scene(stack: AsyncExitStack, folder: Path, disk: Disk, options: Options) -> Scene:
    dice, ledger = random.Random(options.seed), Ledger()
    shift = Shift(folder / "shift")
    begin = opening(datetime.now(UTC))
    shift.seconds = zero = (begin - datetime.now(UTC)).total_seconds()
    skies = {
        name: Weather(random.Random(f"{options.seed} {name}"))
        for name in ("telegram", "zalo", "bot")
    }
    real = _off_by(zero)  # the platforms' clock
    telegram = await stack.enter_async_context(Telegram(ledger, skies["telegram"]))
    zalo = await stack.enter_async_context(Zalo(ledger, skies["zalo"], clock=real))
    bots = await stack.enter_async_context(ZaloBot(ledger, skies["bot"], clock=real))
    cluster = options.cluster
    database = cluster.create() if cluster else str(disk.folder / "vneid.db")
    town = await build(folder, database, (telegram, zalo, bots), begin, polling=options.polling)
    fleet = Fleet(town.config, folder / "shift", ENVIRONMENT, options.processes)
    stack.callback(fleet.slay)
    client = await stack.enter_async_context(ClientSession(connector=TCPConnector(limit=0)))
    world = World(
        ledger, fleet, client, telegram, zalo, bots, dice, options.polling, options.patience
    )
    stage = Stage(fleet, disk, shift, skies, database, cluster)
    return Scene(town, world, fleet, stage, shift, zero)


def _off_by(seconds: float) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + timedelta(seconds=seconds)


def _people(world: World, options: Options) -> list[Citizen]:
    web, telegram, zalo, bots = options.people
    return [
        *(OnTheWeb(world, f"web-{n}") for n in range(web)),
        *(OnTelegram(world, str(5000 + n)) for n in range(telegram)),
        *(OnZaloOa(world, str(2512523625410000 + n)) for n in range(zalo)),
        *(OnZaloBot(world, f"6ede9afa66b8{n:08x}") for n in range(0 if options.polling else bots)),
    ]


async def _play(scene: Scene, options: Options) -> float:
    """Load and faults for the time that was asked for; returns how long it took in all."""
    world, began = scene.world, time.monotonic()
    await _connected(scene, options)
    clock = moved(scene.shift)
    crowd = Crowd(Stories(world, scene.town, clock), _people(world, options), options.stories)
    scene.volunteer = Volunteer(world, scene.town.folder / "faq")
    officers = [Officer(world, scene.town, session, clock) for session in scene.town.sessions]
    work = [
        asyncio.create_task(crowd.go()),
        *(asyncio.create_task(officer.work()) for officer in officers),
        asyncio.create_task(scene.volunteer.work(options.faq_every, 60.0)),
    ]
    watch = asyncio.create_task(scene.fleet.watch())
    await _harm(scene, options)
    await asyncio.sleep(max(0.0, began + options.seconds - time.monotonic()))
    world.over.set()
    await asyncio.gather(*work)
    while world.background:
        await asyncio.wait(world.background)
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch
    return time.monotonic() - began


async def _connected(scene: Scene, options: Options) -> None:
    """Platforms call only the webhooks they were told of."""
    if not options.polling:
        await scene.world.telegram.until(lambda: scene.world.telegram.webhook)
        await scene.world.bots.until(lambda: scene.world.bots.webhook)


async def _harm(scene: Scene, options: Options) -> None:
    dice = random.Random(f"faults {options.seed}")
    planned: list[Planned] = faults.plan(
        options.seconds, dice, options.kinds, options.fault_seconds
    )
    await faults.unleash(scene.stage, planned, scene.happened)


async def _drain(scene: Scene) -> None:
    """Until all that is due has gone out, or for long enough; the checks tell what has not."""
    database = open_database(scene.town.settings)
    try:
        for _ in range(int(DRAINED_WITHIN / LOOK_EVERY)):
            now = stamp(scene.now() + SOON)
            left = await database.run(lambda tx: tx.rows(LEFT, now=now))  # noqa: B023 - awaited in this round
            if not left[0]["n"]:
                return
            await asyncio.sleep(LOOK_EVERY)
    finally:
        database.close()


def _look(scene: Scene, database: Database, options: Options, seconds: float, disk: str) -> Outcome:
    with database.transaction() as tx:
        rules = scene.town.settings.booking.reminders
        sqlite = options.cluster is None
        case = Case(scene.world.ledger, tx, rules, scene.now(), sqlite=sqlite)
        wrong = found_wrong(case)
    volunteer = scene.volunteer
    assert volunteer
    slow = f"{volunteer.missed} of {volunteer.number} changes of the FAQ were not live in time"
    wrong["changes of the FAQ went live"] = [slow] * bool(volunteer.missed)
    wrong["memory was flat"] = list(report.growth(scene.fleet.samples, seconds))
    wrong["graceful stops took ten seconds at most"] = list(report.slow_stops(scene.fleet.endings))
    return Outcome(case, database, wrong, scene.happened, scene.fleet, disk, seconds)
