"""The dead man's check: watched is the effect, that what is due goes out, not whether a loop runs.

It shares nothing with the courier but the database, and tells officers, who need no monitoring.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.ops.health import waiting_too_long
from bot.ops.pulse import Pulse
from bot.store.alerts import Alarm
from bot.store.health import Vitals

LOOK_EVERY = 20.0  # seconds
STUCK = (
    "Tin gửi qua {channel} không đi được: tin cũ nhất đã chờ {minutes} phút. Việc cần làm: báo người "
    "quản trị xem nhật ký của dịch vụ, rồi khởi động lại dịch vụ; tin nhắn vẫn còn đủ."
)

log = structlog.get_logger()


class DeadMan:
    """Rings once for each channel whose due rows wait longer than *limit*, until they move again."""

    def __init__(
        self, pulse: Pulse, channels: Sequence[str], limit: timedelta, alarm: Alarm
    ) -> None:
        self._pulse = pulse
        self._channels = channels
        self._limit = limit
        self._alarm = alarm

    async def run(self) -> None:
        """Until cancelled; no fault ends it."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.look()
            except Exception:
                log.exception("looking at what is due failed")

    async def look(self) -> None:
        vitals = await self._pulse.take()
        if vitals is None:
            return  # told by the pulse; an alert could not be written
        for channel in self._channels:
            await self._look_at(channel, vitals)

    async def _look_at(self, channel: str, vitals: Vitals) -> None:
        age = waiting_too_long(vitals, channel, self._limit)
        if age:
            text = STUCK.format(channel=channel, minutes=round(age / 60))
            await self._alarm.ring(channel, text)
        else:
            self._alarm.over(channel)
