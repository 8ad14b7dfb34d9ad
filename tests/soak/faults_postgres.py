"""What is done to a PostgreSQL server, and to one of several processes in front of it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psycopg

from tests.soak.faults import Act, Stage
from tests.support.postgres import Cluster

NOTICED = 5.0  # seconds until a load balancer looks away from a process that does not answer


def _server(cluster: Cluster) -> list[int]:
    """The server's processes: the first, and its children."""
    first = int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return [first, *map(int, children)]


@asynccontextmanager
async def stopped(stage: Stage, seconds: float) -> AsyncIterator[None]:
    """The server stands still, as behind a network that has gone: connections hang."""
    assert stage.cluster
    held = _server(stage.cluster)
    for pid in held:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        yield
        await asyncio.sleep(seconds)
    finally:
        for pid in held:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def gone(stage: Stage, seconds: float) -> AsyncIterator[None]:
    """The server crashes, and comes back after a while."""
    assert stage.cluster
    await asyncio.to_thread(stage.cluster.stop)
    try:
        yield
        await asyncio.sleep(seconds)
    finally:
        await asyncio.to_thread(stage.cluster.start)


@asynccontextmanager
async def locked(stage: Stage, seconds: float) -> AsyncIterator[None]:
    """Somebody works on the tables by hand, and goes to lunch."""
    connection = await asyncio.to_thread(psycopg.connect, stage.database)
    try:
        await asyncio.to_thread(connection.execute, "LOCK TABLE incoming, outbox")
        yield
        await asyncio.sleep(seconds)
    finally:
        connection.close()


@asynccontextmanager
async def paused(stage: Stage, seconds: float) -> AsyncIterator[None]:
    """One process stands still for longer than its leases last; the others go on."""
    one = stage.fleet.processes[-1]
    os.kill(one.pid, signal.SIGSTOP)
    try:
        yield
        await asyncio.sleep(NOTICED)
        one.up = False
        await asyncio.sleep(max(seconds, 65.0))
    finally:
        os.kill(one.pid, signal.SIGCONT)
        one.up = True


POSTGRES: dict[str, Act] = {
    "database server stands still (SIGSTOP)": stopped,
    "database server crashes, back later": gone,
    "tables locked by another program": locked,
    "one process stands still past its lease": paused,
}
