"""How the service ends: within ten seconds, whatever hangs.

It takes nothing new, finishes what it holds, and leaves the rest for the next start. Each part has
until its own second, counted from the beginning of the end; what is late then is broken off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

CHANNELS = 3.0  # until this second channels finish what is being handled
REQUESTS = 3.5  # for so long requests under way are waited for after that
COURIER = 8.0  # until this second messages on their way to a platform may arrive
CONNECTIONS = 8.5  # until this second connections are closed
LAST = 9.7  # then the process ends as it is: all that counts is committed

log = structlog.get_logger()


class Ending:
    """Whether the service is stopping, and since when."""

    def __init__(self) -> None:
        self._began: float | None = None

    @property
    def begun(self) -> bool:
        return self._began is not None

    def begin(self) -> None:
        """From now on nothing new is wanted. Safe to call twice."""
        if self._began is None:
            self._began = asyncio.get_running_loop().time()

    async def until(self, second: float, part: str, work: Coroutine[Any, Any, object]) -> None:
        """Do *work* until *second* of the end; what is late, or fails, holds nobody else up."""
        self.begin()
        try:
            async with asyncio.timeout_at((self._began or 0) + second):
                await work
        except TimeoutError:
            log.error("not stopped in time, broken off", part=part)
        except Exception:
            log.exception("stopping failed", part=part)
