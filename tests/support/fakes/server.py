"""What the platforms' servers of our own share: real HTTP on loopback, faults on demand, waiting."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import ClientSession, web

PATIENCE = 60.0  # seconds until a test that waits for something fails


@dataclass(frozen=True)
class Fault:
    """What happens to one call: a status, an error number, or a connection that breaks off before or
    after the call took effect."""

    status: int = 0
    error: int = 0
    drop: str = ""  # "before" or "after"
    message: str = "injected"
    retry_after: int = 0  # seconds


class FakeServer:
    """`async with` it: serves at `url` until the end."""

    def __init__(self) -> None:
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._changed = asyncio.Condition()
        self.held: dict[str, asyncio.Event] = {}  # methods that wait for a sign

    def routes(self) -> list[web.RouteDef]:
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await self._listen(0)
        self.client = ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.client.close()
        await self._runner.cleanup()

    async def _listen(self, port: int) -> None:
        self._site = web.TCPSite(self._runner, "127.0.0.1", port)
        await self._site.start()
        self.port: int = self._runner.addresses[0][1]

    async def go_down(self) -> None:
        """Refuse connections until `come_up`."""
        await self._site.stop()

    async def come_up(self) -> None:
        await self._listen(self.port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of *method* fail, one fault each."""
        self._faults[method].extend(faults)

    def mend(self, method: str) -> None:
        """Let *method* fail no more."""
        self._faults[method].clear()

    def spent(self, method: str) -> bool:
        """Whether all faults of *method* have happened."""
        return not self._faults[method]

    def next_fault(self, method: str) -> Fault:
        return self._faults[method].popleft() if self._faults[method] else Fault()

    async def hold(self, method: str) -> None:
        if method in self.held:
            await self.held[method].wait()

    async def notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until *condition*, looked at after every call, holds."""
        assert await self.within(condition, PATIENCE), f"not within {PATIENCE} s; {self!r}"

    async def within(self, condition: Callable[[], object], seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(condition)
        except TimeoutError:
            return bool(condition())
        return True


def break_off(request: web.Request) -> web.Response:
    """End the connection in the middle of the call."""
    assert request.transport
    request.transport.abort()
    return web.Response()
