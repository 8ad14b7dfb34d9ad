"""Leaves no trace on the disk of what was erased or has grown too old.

A deleted row's bytes stay in the database's file and its log until they are written over. Who erases
something says so in the same transaction (`want`), so that a crash in between changes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.core.clock import local
from bot.store import key_value
from bot.store.database import Database, Transaction
from bot.store.people.erasure import SCRUB
from bot.store.values import stamp

LOOK_EVERY = 5.0  # seconds
SHARE = (
    50  # of the time at most one part in so many goes into scrubbing, however often it is wanted
)
TONIGHT = "scrub tonight"  # the mark of what has time until then
NIGHT = range(2, 5)  # hours of Vietnam's clock

log = structlog.get_logger()


class Scrubber:
    """Scrubs when somebody was erased, and in nights after something grew too old."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled; no fault ends it."""
        while True:
            took = 0.0
            try:
                took = await self.look()
            except Exception:
                log.exception("scrubbing failed")
            await asyncio.sleep(max(LOOK_EVERY, took * SHARE))

    async def look(self) -> float:
        """Scrub if that is wanted now; returns the seconds it took."""
        names = (SCRUB, TONIGHT) if local(self._clock()).hour in NIGHT else (SCRUB,)
        wanted = await self._database.run(
            lambda tx: {name: key_value.get(tx, name) for name in names}
        )
        due = {name: value for name, value in wanted.items() if value is not None}
        if not due:
            return 0.0
        began = time.monotonic()
        await asyncio.to_thread(self._database.scrub)
        await self._database.run(lambda tx: _done(tx, due))
        took = time.monotonic() - began
        log.info("scrubbed", seconds=round(took, 2))
        return took


def want_tonight(tx: Transaction, now: datetime) -> None:
    key_value.put(tx, TONIGHT, stamp(now))


def _done(tx: Transaction, due: dict[str, str]) -> None:
    """What was wanted meanwhile stays wanted."""
    for name, value in due.items():
        key_value.drop(tx, name, value)
