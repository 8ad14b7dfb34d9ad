"""Long polling: fetch, handle, and only then move on.

Telegram forgets an update when the next request names a higher one. Nothing is named that was not
committed, so a crash or a fault of the database means that Telegram sends the update again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog

from bot.channels.background import Pauses, unless
from bot.channels.leader import Turns
from bot.channels.secret_webhook import Take
from bot.channels.telegram.parse import Json
from bot.delivery.errors import SendError
from bot.store import key_value
from bot.store.database import Database
from bot.store.values import moment, stamp

Fetch: TypeAlias = Callable[[int | None], Awaitable[Sequence[Json]]]

# After a week of silence Telegram begins anew at a random number, perhaps a lower one.
POSITION_HOLDS = timedelta(days=6)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Position:
    """The update to ask for next, and when the one before it was handled."""

    offset: int
    at: datetime

    def usable(self, now: datetime) -> int | None:
        return self.offset if now - self.at < POSITION_HOLDS else None

    def to_text(self) -> str:
        return f"{self.offset} {stamp(self.at)}"

    @classmethod
    def from_text(cls, text: str) -> Position:
        offset, _, at = text.partition(" ")
        return cls(int(offset), moment(at))


class Poller:
    """Fetches updates from *fetch* and hands them to *take*, one after the other.

    *fetch* gets the offset and waits for updates; it raises a `SendError` when Telegram is out of
    reach. *mark* names the place where the position is kept.
    """

    def __init__(
        self,
        fetch: Fetch,
        take: Take,
        database: Database,
        clock: Callable[[], datetime],
        mark: str,
    ) -> None:
        self._fetch = fetch
        self._take = take
        self._database = database
        self._clock = clock
        self._mark = mark
        self._turns = Turns(database, clock, f"poll {mark}")
        self._position: Position | None = None
        self._recalled = False

    async def run(self, stopping: asyncio.Event) -> None:
        """Until *stopping*; no fault ends it. Of several processes one polls at a time."""
        pauses = Pauses()
        while not stopping.is_set():
            try:
                await self._round(stopping)
            except SendError as error:
                log.warning("telegram polling failed", error=str(error))
                await pauses.wait(stopping, error)
            except Exception as error:
                log.exception("telegram update not committed; it will be fetched again")
                await pauses.wait(stopping, error)
            else:
                pauses = Pauses()
        await self._turns.pass_on()

    async def _round(self, stopping: asyncio.Event) -> None:
        if not await self._turns.mine(stopping):
            self._recalled = False  # another process moves it on
            return
        if not self._recalled:
            await self._recall()
        before = self._position
        offset = before.usable(self._clock()) if before else None
        for update in await unless(stopping, self._fetched(offset)) or ():
            if stopping.is_set():
                break
            await self._take(update)
            self._position = Position(int(update["update_id"]) + 1, self._clock())
        if self._position and self._position != before:
            text = self._position.to_text()
            await self._database.run(lambda tx: key_value.put(tx, self._mark, text))

    async def _fetched(self, offset: int | None) -> Sequence[Json]:
        return await self._fetch(offset)

    async def _recall(self) -> None:
        text = await self._database.run(lambda tx: key_value.get(tx, self._mark))
        self._position = Position.from_text(text) if text else None
        self._recalled = True
