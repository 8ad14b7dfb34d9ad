"""Carries each erasure to the list beside the backups, within seconds of its commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.ops.backup import BadBackup, erased
from bot.ops.backup.folder import listed
from bot.store.alerts import Alarm
from bot.store.database import Database
from bot.store.people import erasure_log

LOOK_EVERY = 10.0  # seconds
# Backups of PostgreSQL are not ours to count: who was erased so long ago is in none of them.
SHARED_FOR = timedelta(days=400)
FAILED = (
    "Không ghi được danh sách người đã xin xóa dữ liệu ở thư mục sao lưu, nên nếu phục hồi bản sao lưu cũ "
    "thì họ có thể trở lại. Việc cần làm: báo người quản trị xem thư mục sao lưu và khóa dữ liệu."
)

log = structlog.get_logger()


class Erasures:
    """Looks at the database's own record of erasures; what was missed in a crash is found again."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        vault: Vault,
        clock: Callable[[], datetime],
        alarm: Alarm,
    ) -> None:
        self._folder = Path(settings.backup.folder) if settings.backup.folder else None
        self._database = database
        self._vault = vault
        self._clock = clock
        self._alarm = alarm

    async def run(self) -> None:
        """Until cancelled; no fault ends it."""
        while self._folder is not None:
            try:
                await self.look(self._folder)
            except Exception:
                log.exception("looking at erasures failed")
            await asyncio.sleep(LOOK_EVERY)

    async def look(self, folder: Path) -> None:
        try:
            since = await asyncio.to_thread(self._since, folder)
            if since is not None:
                found = await self._database.run(lambda tx: erasure_log.recorded(tx, since))
                await asyncio.to_thread(erased.keep, folder, self._vault, found, since)
        except (BadBackup, OSError) as error:
            log.error("list of erasures not written", reason=type(error).__name__)
            await self._alarm.ring("erasures", FAILED)
            return
        self._alarm.over("erasures")

    def _since(self, folder: Path) -> datetime | None:
        """The time of the oldest backup; None where there is none."""
        if self._database.shared:
            folder.mkdir(parents=True, exist_ok=True)
            return self._clock() - SHARED_FOR
        backups = listed(folder)
        return backups[0].at if backups else None
