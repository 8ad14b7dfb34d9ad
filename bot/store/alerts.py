"""Alerts of one part for the officer on duty: each told once, until it is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.store.database import Database
from bot.store.staff import inbox
from bot.store.values import Ids

log = structlog.get_logger()


class Alarm:
    """Writes alerts of *kind*."""

    def __init__(self, database: Database, clock: Callable[[], datetime], kind: str) -> None:
        self._database = database
        self._clock = clock
        self._kind = kind
        self._ringing: set[str] = set()
        self._ids = Ids()

    async def ring(self, what: str, text: str) -> None:
        """Alert with *text*, unless *what* is known already; *text* holds no personal data."""
        if what in self._ringing:
            return
        self._ringing.add(what)
        now = self._clock()
        id_ = self._ids.new(now)
        log.error("a person is needed", kind=self._kind, what=what)
        try:
            await self._database.run(lambda tx: inbox.alert(tx, id_, now, self._kind, text))
        except Exception:
            self._ringing.discard(what)
            log.exception("alert not written", alert=text)

    def ringing(self, what: str) -> bool:
        """Whether *what* was told and is not over."""
        return what in self._ringing

    def over(self, what: str) -> None:
        """*what* is mended: the next time it is news again."""
        self._ringing.discard(what)
