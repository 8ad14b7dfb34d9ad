"""Tasks that outlive a fault and end with the service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import structlog

from bot.delivery.errors import SendError, Throttled

T = TypeVar("T")

FIRST_PAUSE = 0.5  # seconds, doubled at each failure
LONGEST_PAUSE = 60.0

log = structlog.get_logger()


class Pauses:
    """Growing pauses between attempts."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE

    async def wait(self, stopping: asyncio.Event, error: Exception) -> None:
        """Wait a while after *error*: longer each time, as long as it says, until *stopping*."""
        pause, self._next = self._next, min(self._next * 2, LONGEST_PAUSE)
        if isinstance(error, Throttled):
            pause = max(pause, error.retry_after)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await stopping.wait()


async def persist(
    what: str, attempt: Callable[[], Coroutine[Any, Any, None]], stopping: asyncio.Event
) -> None:
    """Make *attempt* until it succeeds or the service is *stopping*."""
    pauses = Pauses()
    while not stopping.is_set():
        try:
            await unless(stopping, attempt())
            return
        except SendError as error:
            log.warning(f"{what} failed", error=str(error))
            await pauses.wait(stopping, error)
        except Exception as error:
            log.exception(f"{what} failed")
            await pauses.wait(stopping, error)


async def unless(stopping: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """The outcome of *work*; None when the service stops before, and *work* is cut short."""
    tasks: tuple[asyncio.Task[T], asyncio.Task[bool]]
    tasks = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return tasks[0].result() if tasks[0].done() else None
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def in_background(work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> None:
    """Run *work* as a task that *tasks* holds until it ends."""
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
