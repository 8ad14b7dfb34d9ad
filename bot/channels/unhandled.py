"""Nothing is acknowledged unseen: what of a platform's updates cannot be handled is written down first.

What people said stands neither in the log nor in the alert: the id and the kind of the update do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.store.database import Database
from bot.store.staff import inbox
from bot.store.values import Ids

MOST_TRIES = 5
MOST_KEPT = 1000  # updates that failed and did not come again
UNREADABLE = (
    "Có tin đến qua {platform} mà dịch vụ không đọc được (tin số {id}, loại {kind}), nên chưa trả lời. "
    "Các tin khác vẫn chạy. Báo người phụ trách kỹ thuật xem nhật ký “update not readable”."
)
HOPELESS = (
    "Một tin qua {platform} (tin số {id}) lỗi {times} lần liền nên dịch vụ bỏ qua để các tin sau không "
    "phải chờ: người gửi chưa được trả lời. Báo người phụ trách kỹ thuật xem nhật ký “update given up”."
)

log = structlog.get_logger()


class Unhandled:
    """Writes down what of *platform* cannot be handled."""

    def __init__(self, database: Database, clock: Callable[[], datetime], platform: str) -> None:
        self._database = database
        self._clock = clock
        self._platform = platform
        self._failed: Counter[str] = Counter()
        self._ids = Ids()

    async def unreadable(self, id_: str, kind: str) -> None:
        """The update *id_* of *kind* has neither words nor a person. Of many the officer sees one."""
        log.error(f"{self._platform} update not readable", update=id_[:60], kind=kind[:60])
        text = UNREADABLE.format(platform=self._platform, id=id_[:60], kind=kind[:60])
        now, kept = self._clock(), f"{self._platform} unreadable"
        new = self._ids.new(now)
        await self._database.run(lambda tx: inbox.alert_once(tx, new, now, kept, text))

    async def unless_hopeless(self, id_: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do *work* for the update *id_*; raises what it raises, so that the platform sends it again.

        After `MOST_TRIES` it is given up: an officer is told, and it may be acknowledged, so that it
        holds nobody up for ever. While the database is out of order nothing is given up, as telling
        the officer fails too; when that has worked, there is one more try.
        """
        try:
            await work()
        except Exception:
            self._failed[id_] += 1
            if self._failed[id_] < MOST_TRIES:
                self._forget_some()
                raise
            await self._give_up(id_, work)
        self._failed.pop(id_, None)

    async def _give_up(self, id_: str, work: Callable[[], Awaitable[None]]) -> None:
        text = HOPELESS.format(platform=self._platform, id=id_[:60], times=MOST_TRIES + 1)
        now = self._clock()
        new, kind = self._ids.new(now), f"{self._platform} given up"
        await self._database.run(lambda tx: inbox.alert(tx, new, now, kind, text))
        try:
            await work()
        except Exception:
            log.exception(f"{self._platform} update given up", update=id_[:60])
        else:
            await self._database.run(lambda tx: inbox.see_alert(tx, new, now))

    def _forget_some(self) -> None:
        while len(self._failed) > MOST_KEPT:
            del self._failed[next(iter(self._failed))]
