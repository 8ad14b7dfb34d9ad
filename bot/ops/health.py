"""Is the process alive, and is it of use?

`/healthz` says only that the event loop answers: whoever restarts what does not answer must not do
so because a disk is full or a platform is down. `/readyz` says whether the service does its work,
part by part, to those who may know.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from aiohttp import web

from bot.core.config import Settings
from bot.core.file_descriptors import Streams
from bot.core.messages import Priority
from bot.faq.live import Library
from bot.ops.insider import is_insider
from bot.ops.pulse import Pulse
from bot.ops.shutdown import Ending
from bot.store.health import Vitals

OK = "ok"
NOT_URGENT = Priority.BROADCAST  # campaigns take their time: they wait behind everything else


class Part(Protocol):
    """A channel, as far as its health goes."""

    name: str

    def trouble(self) -> str: ...


def waiting_too_long(vitals: Vitals, channel: str, limit: timedelta) -> float:
    """Seconds that the oldest due row of *channel* waits, if that is longer than *limit*, else 0."""
    ages = (
        age
        for (name, priority), age in vitals.oldest_due.items()
        if name == channel and priority < NOT_URGENT
    )
    oldest = max(ages, default=0.0)
    return oldest if oldest > limit.total_seconds() else 0.0


class Health:
    """Answers /healthz and /readyz. *warnings* names what is not as it should be, and still no
    reason to send people elsewhere."""

    def __init__(
        self,
        settings: Settings,
        pulse: Pulse,
        library: Library,
        channels: Sequence[Part],
        ending: Ending,
        warnings: Callable[[], Mapping[str, str]],
        streams: Streams,
    ) -> None:
        self._settings = settings
        self._pulse = pulse
        self._library = library
        self._channels = channels
        self._ending = ending
        self._warnings = warnings
        self._streams = streams

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/healthz", self.alive), web.get("/readyz", self.ready)]

    async def alive(self, request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(self, request: web.Request) -> web.Response:
        """200, or 503 with the parts that fail. `?exclude=telegram` leaves a part out, for a load
        balancer that sends web pages here whatever becomes of Telegram."""
        left_out = request.query.getall("exclude", [])
        parts = {name: say for name, say in (await self.parts()).items() if name not in left_out}
        good = all(say == OK for say in parts.values())
        body: dict[str, object] = {"ready": good}
        if is_insider(request, self._settings):
            streams = {"open": len(self._streams), "most": self._streams.most}
            body |= {"parts": parts, "warnings": self.warnings(), "streams": streams}
        text = json.dumps(body, ensure_ascii=False) + "\n"
        headers = {"Cache-Control": "no-store"}
        return web.json_response(text=text, status=200 if good else 503, headers=headers)

    async def parts(self) -> dict[str, str]:
        """ "ok", or what is wrong, for each part."""
        vitals = await self._pulse.take()
        return {
            "service": "stopping" if self._ending.begun else OK,
            "database": OK if vitals else "does not commit",
            "faq": OK if self._library.matcher().faq.entries else "no entries",
            "outbox": self._outbox(vitals) if vitals else "unknown",
            **{channel.name: channel.trouble() or OK for channel in self._channels},
        }

    def _outbox(self, vitals: Vitals) -> str:
        limit = timedelta(minutes=self._settings.watch.oldest_due_minutes)
        names = (channel.name for channel in self._channels)
        late = {name: waiting_too_long(vitals, name, limit) for name in names}
        said = [f"{name}: due for {age:.0f} s" for name, age in late.items() if age]
        return "; ".join(said) or OK

    def warnings(self) -> dict[str, str]:
        faults = "files have faults, the last good version is in use"
        return {**({"faq": faults} if self._library.faults else {}), **self._warnings()}
