"""What is done to the service, when and for how long; the seed decides."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from tests.soak.clock import Shift
from tests.soak.disk import Disk
from tests.soak.fleet import Fleet
from tests.soak.weather import Weather
from tests.support.postgres import Cluster

HOUR = 3600.0
LOCKER = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
held.execute("ROLLBACK")
"""


@dataclass
class Stage:
    """All that faults can be done to."""

    fleet: Fleet
    disk: Disk
    shift: Shift
    skies: dict[str, Weather]
    database: str
    cluster: Cluster | None = None


@dataclass(frozen=True)
class Happened:
    """A fault that was done, in seconds on the monotonic clock."""

    name: str
    begin: float
    end: float


Act = Callable[[Stage, float], AbstractAsyncContextManager[None]]


def sky(mode: str) -> Act:
    """All platforms at once."""

    @asynccontextmanager
    async def act(stage: Stage, seconds: float) -> AsyncIterator[None]:
        for weather in stage.skies.values():
            weather.mode = mode
        try:
            yield
            await asyncio.sleep(seconds)
        finally:
            for weather in stage.skies.values():
                weather.mode = "calm"

    return act


def clock(seconds_off: float) -> Act:
    @asynccontextmanager
    async def act(stage: Stage, seconds: float) -> AsyncIterator[None]:
        stage.shift.seconds += seconds_off
        try:
            yield
            await asyncio.sleep(seconds)
        finally:
            stage.shift.seconds -= seconds_off

    return act


@asynccontextmanager
async def locked(stage: Stage, seconds: float) -> AsyncIterator[None]:
    """Another program holds the database and does not let go."""
    held = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LOCKER, stage.database, str(seconds), stdout=subprocess.PIPE
    )
    try:
        assert held.stdout
        await held.stdout.readline()
        yield
        await held.wait()
    finally:
        if held.returncode is None:
            held.kill()
            await held.wait()


@asynccontextmanager
async def full(stage: Stage, seconds: float) -> AsyncIterator[None]:
    stage.disk.fill(stage.fleet)
    try:
        yield
        await asyncio.sleep(seconds)
    finally:
        stage.disk.empty(stage.fleet)


@asynccontextmanager
async def gone(stage: Stage, seconds: float) -> AsyncIterator[None]:
    stage.disk.refuse(stage.fleet)
    try:
        yield
        await asyncio.sleep(seconds)
    finally:
        stage.disk.accept(stage.fleet)


@asynccontextmanager
async def frozen(stage: Stage, seconds: float) -> AsyncIterator[None]:
    await asyncio.to_thread(stage.disk.freeze)
    try:
        yield
        await asyncio.sleep(seconds)
    finally:
        stage.disk.thaw()


@asynccontextmanager
async def rolling(stage: Stage, seconds: float) -> AsyncIterator[None]:
    yield
    await stage.fleet.roll()


@asynccontextmanager
async def killed(stage: Stage, seconds: float) -> AsyncIterator[None]:
    yield
    await stage.fleet.kill(0)


SKIES: dict[str, Act] = {
    "providers answer 500": sky("500"),
    "providers answer 502": sky("502"),
    "providers answer 429": sky("429"),
    "providers are slow (3 s)": sky("slow"),
    "providers take it and are silent (11 s)": sky("silent"),
    "providers break off after taking it": sky("reset"),
    "a provider refuses some (400)": sky("400"),
}
ENDINGS: dict[str, Act] = {"SIGTERM, rolling restart": rolling, "kill -9": killed}
CLOCKS: dict[str, Act] = {"clock 1 h ahead": clock(HOUR), "clock 1 h back": clock(-HOUR)}
SQLITE: dict[str, Act] = {
    "database locked by another program": locked,
    "disk full": full,
    "every write fails": gone,
}
FREEZE: dict[str, Act] = {"disk stands still": frozen}


@dataclass(frozen=True)
class Planned:
    at: float  # seconds after the beginning
    name: str
    act: Act
    seconds: float


def plan(
    seconds: float, dice: random.Random, kinds: dict[str, Act], length: float
) -> list[Planned]:
    """Restarts in the first third, so that the memory of one life can be watched over the rest;
    all other *kinds* afterwards, each as often as fits, with calm between them."""
    third, pause = seconds / 3, length
    restarts = list(ENDINGS.items()) * max(1, int(third / (2 * (length / 2 + pause))))
    dice.shuffle(restarts)
    found = _spread(restarts, 0.0, third, length / 2, dice)
    fits = max(1, int((seconds - third - pause) / (length + pause)))
    others: list[tuple[str, Act]] = []
    for _ in range(-(-fits // max(1, len(kinds)))):
        others += dice.sample(list(kinds.items()), len(kinds))
    return found + _spread(others[:fits], third, seconds, length, dice)


def _spread(
    acts: list[tuple[str, Act]], first: float, last: float, length: float, dice: random.Random
) -> list[Planned]:
    step = (last - first) / max(1, len(acts))
    starts = (
        first + n * step + dice.uniform(0.2, 0.8) * max(0.0, step - length)
        for n in range(len(acts))
    )
    return [Planned(at, *act, length) for at, act in zip(starts, acts, strict=True)]


async def unleash(stage: Stage, planned: list[Planned], happened: list[Happened]) -> None:
    """Do what is *planned*, and write down what *happened*."""
    zero = time.monotonic()
    for fault in planned:
        await asyncio.sleep(max(0.0, zero + fault.at - time.monotonic()))
        begin = time.monotonic()
        async with fault.act(stage, fault.seconds):
            print(f"{begin - zero:7.0f} s  {fault.name}", flush=True)
        happened.append(Happened(fault.name, begin, time.monotonic()))
