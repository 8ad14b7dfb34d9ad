"""File descriptors: how many this process may have, and who gets them.

Every connection takes one, and an open page keeps its connection for as long as it is open. When
there is none left the kernel turns everybody away, so pages that only wait for messages never get
more than a share: the one that has been idle for longest is asked to come by now and then instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

ENOUGH = 65_536  # descriptors, where the system names no bound of its own
UNKNOWN = 512  # descriptors, where the system does not say
OWN = 256  # kept for files, the database and the platforms, or a quarter where there are few
MOST_CONNECTIONS = 10_000  # some 20 KB each
LOOK_EVERY = 0.1  # seconds between looks for connections that idle
TOLD_EVERY = 60.0  # seconds between lines of the log about it

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Shares:
    """Of *limit* descriptors at most `connections` are people's, and of those at most `streams` pages
    that wait for messages; the rest of them is kept for who comes new."""

    limit: int
    connections: int
    streams: int


def shares(wanted: int, limit: int | None = None) -> Shares:
    """For *wanted* streams, or as many as the process' limit allows."""
    limit = limit or allowed()
    connections = min(limit - min(OWN, limit // 4), max(MOST_CONNECTIONS, 2 * wanted))
    return Shares(limit, connections, min(wanted, connections * 2 // 3))


def needed(wanted: int) -> int:
    """The limit that is enough for *wanted* streams."""
    return wanted * 3 // 2 + 1 + OWN


def allowed() -> int:
    """How many descriptors the process may have open now."""
    if resource is None:
        return UNKNOWN
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ENOUGH if soft == resource.RLIM_INFINITY else soft


def raise_limit() -> None:
    """Take as many as may be taken without asking anybody, the hard limit: systems that begin with
    1,024 commonly allow a lot more."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (hard, ENOUGH):
        if soft == wanted:
            return
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):  # macOS allows less than its "unlimited"
            continue
        return


class NoRoom(Exception):
    """All places are taken, and whoever asks would rather wait than have another leave."""


class Streams:
    """The streams that are open in this process, who has been idle for longest first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.closed = 0  # to make room for others, since the start
        self._open: dict[object, Callable[[], None]] = {}

    def __len__(self) -> int:
        return len(self._open)

    @property
    def room(self) -> bool:
        """Whether one that was sent away may come back: not before a tenth is free, or pages would
        come and go all the time."""
        return len(self._open) < self.most * 0.9

    @contextmanager
    def open(
        self, key: object, leave: Callable[[], None], *, patient: bool = False
    ) -> Iterator[None]:
        """A place for *key*, whose *leave* is called when it has to go for another's sake. Raises
        `NoRoom` when there is none and it is *patient*."""
        if patient and not self.room:
            raise NoRoom
        while len(self._open) >= self.most:
            self.closed += 1
            self._open.pop(next(iter(self._open)))()
        self._open[key] = leave
        try:
            yield
        finally:
            self._open.pop(key, None)

    def used(self, key: object) -> None:
        """*key* is of use to somebody just now."""
        if key in self._open:
            self._open[key] = self._open.pop(key)


class Runner(web.AppRunner):
    """Serves an application, and closes connections on which nobody asks anything when there are
    more than *most*: the oldest first, so that who has just come may ask."""

    def __init__(self, app: web.Application, most: int, **more: Any) -> None:
        super().__init__(app, **more)
        self._most = most
        self._keeping: asyncio.Task[None] | None = None

    async def setup(self) -> None:
        await super().setup()
        self._keeping = asyncio.create_task(self._keep_room())

    async def cleanup(self) -> None:
        if self._keeping:
            self._keeping.cancel()
        await super().cleanup()

    async def _keep_room(self) -> None:
        closed, told = 0, -TOLD_EVERY
        while True:
            await asyncio.sleep(LOOK_EVERY)
            closed += self._close_idle()
            now = asyncio.get_running_loop().time()
            if closed and now - told >= TOLD_EVERY:
                log.warning("too many connections, idle ones were closed", closed=closed)
                closed, told = 0, now

    def _close_idle(self) -> int:
        connections = self.server.connections if self.server else []
        over = len(connections) - self._most
        idle = [one for one in connections if _is_idle(one)][: max(over, 0)]
        for one in idle:
            one.force_close()
        return len(idle)


def _is_idle(connection: web.RequestHandler) -> bool:
    """Whether no request is under way on it, as aiohttp itself tells when it closes what has been
    kept alive for too long. It says so nowhere else."""
    return connection._waiter is not None
