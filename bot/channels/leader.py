"""Work of a channel that one process at a time may do, such as polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from secrets import token_hex

import structlog

from bot.store import leases
from bot.store.database import Database, Transaction

LENGTH = timedelta(seconds=60)  # more than a poll and what it brings take
ASK_AGAIN = 5.0  # seconds until the next look whether the other process is gone

log = structlog.get_logger()


class Turns:
    """This process's turn to do the work *name*. It is asked for before each round of it; who does
    not ask any more has lost it a minute later."""

    def __init__(self, database: Database, clock: Callable[[], datetime], name: str) -> None:
        self._database = database
        self._clock = clock
        self._name = name
        self._owner = token_hex(8)
        self._mine = False

    async def mine(self, stopping: asyncio.Event) -> bool:
        """Whether it is our turn; waits a while when it is not."""
        before, self._mine = self._mine, await self._database.run(self._take)
        if self._mine != before:
            log.info("our turn" if self._mine else "another process's turn", work=self._name)
        if not self._mine:
            with suppress(TimeoutError):
                async with asyncio.timeout(ASK_AGAIN):
                    await stopping.wait()
        return self._mine

    async def pass_on(self) -> None:
        """Let the next process begin at once."""
        with suppress(Exception):  # then it begins a minute later
            await self._database.run(lambda tx: leases.drop(tx, self._name, self._owner))

    def _take(self, tx: Transaction) -> bool:
        now = self._clock()
        return leases.take(tx, self._name, self._owner, now, now + LENGTH)
