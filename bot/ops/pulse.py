"""One look at the vitals for all who ask at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.core.clock import VIETNAM
from bot.store import health
from bot.store.database import Database
from bot.store.health import Vitals

PATIENCE = 5.0  # seconds in which a healthy database answers

log = structlog.get_logger()


class Pulse:
    """Asks the database at most once at a time, and never for long."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._look: asyncio.Task[Vitals | None] | None = None

    async def take(self) -> Vitals | None:
        """The vitals now; None when the database does not commit."""
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._read(), name="pulse")
        return await asyncio.shield(self._look)

    async def _read(self) -> Vitals | None:
        now = self._clock()
        midnight = now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._database.run(lambda tx: health.read(tx, now, midnight))
        except TimeoutError:
            log.error("the database does not answer", seconds=PATIENCE)
        except Exception:
            log.exception("the database does not commit")
        return None
