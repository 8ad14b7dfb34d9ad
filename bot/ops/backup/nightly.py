"""Makes a backup each night, in the service itself, and tells when it cannot."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

import structlog

from bot.core.clock import VIETNAM
from bot.core.config import Settings
from bot.ops.backup import BadBackup, archive
from bot.ops.backup.folder import listed, rotate
from bot.ops.backup.gentle import stand_back
from bot.store.alerts import Alarm

T = TypeVar("T")

LOOK_EVERY = 30.0  # seconds
AGAIN_AFTER = timedelta(minutes=30)  # after one that failed
OLD = timedelta(hours=26)  # a night was missed
OFF = "off: set backup.folder and VNEID_BACKUP_KEY"
# PostgreSQL is backed up by its own tools; who is erased stands in a list in that folder.
NO_LIST = "no list of who was erased: set backup.folder, or a restore brings them back"
FAILED = (
    "Không sao lưu được cơ sở dữ liệu: {reason} Việc cần làm: báo người quản trị xem ổ đĩa và thư mục "
    "sao lưu, rồi chạy `vneid-bot backup` để thử lại."
)

log = structlog.get_logger()


class Nightly:
    """Looks at the clock; the work itself is done in a thread that ends with the process."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime], alarm: Alarm) -> None:
        self._settings = settings
        self._clock = clock
        self._alarm = alarm
        self._began = clock()
        self._newest: datetime | None = None
        self._not_before: datetime | None = None
        self.failures = 0

    async def run(self) -> None:
        """Until cancelled; no fault ends it."""
        while self._is_on:
            try:
                await self.look()
            except Exception:
                log.exception("looking at backups failed")
            await asyncio.sleep(LOOK_EVERY)

    @property
    def _is_on(self) -> bool:
        """PostgreSQL has backups of its own (docs/backup.md)."""
        return bool(self._settings.backup.folder) and not self._settings.shared

    def age(self) -> timedelta | None:
        """Of the newest backup; None where there is none."""
        return self._clock() - self._newest if self._newest else None

    def warnings(self) -> dict[str, str]:
        """What /readyz tells."""
        if not self._settings.backup.folder:
            return {"backup": NO_LIST if self._settings.shared else OFF}
        if not self._is_on:
            return {}
        since = self._newest or self._began
        hours = (self._clock() - since) / timedelta(hours=1)
        return {"backup": f"none for {hours:.0f} h"} if self._clock() - since > OLD else {}

    async def look(self) -> None:
        """Make a backup if one is due: the first at once, then one each night."""
        now, folder = self._clock(), Path(self._settings.backup.folder)
        found = await _in_thread(lambda: listed(folder))
        self._newest = found[-1].at if found else None
        held_off = self._not_before is not None and now < self._not_before
        if not held_off and due(self._newest, now, self._settings.backup.at):
            await self._make(folder, now)

    async def _make(self, folder: Path, now: datetime) -> None:
        backup, database = self._settings.backup, Path(self._settings.database)
        try:
            file, manifest = await _in_thread(
                lambda: archive.make(database, folder, backup.key, now)
            )
            gone = await _in_thread(lambda: rotate(folder, backup.keep))
        except (BadBackup, OSError) as error:
            self.failures += 1
            self._not_before = now + AGAIN_AFTER
            log.error("backup failed", reason=str(error))
            await self._alarm.ring("backup", FAILED.format(reason=_plain(error)))
            return
        self._newest, self._not_before = now, None
        self._alarm.over("backup")
        log.info("backup made", file=file.name, bytes=manifest.bytes, deleted=len(gone))


def due(newest: datetime | None, now: datetime, at: str) -> bool:
    """Whether the last hour *at* on Vietnam's clock has gone by without a backup."""
    local = now.astimezone(VIETNAM)
    last = datetime.combine(local.date(), time.fromisoformat(at), VIETNAM)
    if last > local:
        last -= timedelta(days=1)
    return newest is None or newest < last


def _plain(error: Exception) -> str:
    """Without folders of the machine, which are nobody's business at the desk."""
    return str(error) if isinstance(error, BadBackup) else f"{error.__class__.__name__}."


async def _in_thread(work: Callable[[], T]) -> T:
    """*work* in a thread of its own that no end of the service waits for."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        stand_back()
        try:
            tell, outcome = future.set_result, work()
        except BaseException as error:
            loop.call_soon_threadsafe(_tell_fault, future, error)
        else:
            loop.call_soon_threadsafe(lambda: future.done() or tell(outcome))

    threading.Thread(target=run, name="backup", daemon=True).start()
    return await future


def _tell_fault(future: asyncio.Future[T], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
