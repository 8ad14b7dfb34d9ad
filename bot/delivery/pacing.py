"""How fast messages may leave for one platform: never more in any second than it takes, replies
before campaigns.

A platform counts messages as they arrive, and one may take its time on the way. So a message counts
from its beginning until one second after it was answered: whatever the network does, the platform
never sees more than `rate` in any second. Campaigns keep an even pace, and one place free while people
talk, so that a reply never waits for a burst of them.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from statistics import median

SECOND = 1.0
KEPT_FREE = 1  # places in a second that campaigns leave to replies …
TALKING = 5.0  # … for so many seconds after one
MADE_UP_FOR = 6  # campaign messages that may follow at once after a slow moment
REMEMBERED = 20  # campaign messages whose time says how slow the platform is

SPREADING: ContextVar[bool] = ContextVar("spreading", default=False)  # this message is a campaign's


class Window:
    """The count alone, without waiting: of messages under way and of those answered lately."""

    def __init__(self, rate: float) -> None:
        self.length = SECOND if rate >= 2 else 2 / rate
        self.most = max(int(rate * self.length), 2)
        self._under_way = 0
        self._answered: deque[float] = deque()

    def wait(self, now: float, most: int | None = None) -> float:
        """Seconds until one more may begin; infinite while only an answer can make room."""
        most = self.most if most is None else most
        while self._answered and self._answered[0] <= now - self.length:
            self._answered.popleft()
        over = self._under_way + len(self._answered) - most + 1
        if over <= 0:
            return 0.0
        if over > len(self._answered):
            return math.inf
        return self._answered[over - 1] + self.length - now

    def begin(self) -> None:
        self._under_way += 1

    def end(self, now: float) -> None:
        self._under_way -= 1
        self._answered.append(now)


class Tempo:
    """The gate of one channel. *most*: campaign messages on their way at a time, where the platform
    is so slow that the rate needs several; a fast one gets one after the other."""

    def __init__(
        self, rate: float, most: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rate = rate
        self._most = most
        self._clock = clock
        self._window = Window(rate)
        self._moved = asyncio.Event()
        self._replies_waiting = 0
        self._spreading = 0
        self._next_spread = 0.0
        self._last_reply = -math.inf
        self._took: deque[float] = deque(maxlen=REMEMBERED)

    @asynccontextmanager
    async def message(self) -> AsyncIterator[None]:
        """Around each message, whatever it is; waits for room."""
        reply = not SPREADING.get()
        self._replies_waiting += reply
        try:
            await self._until(lambda now: self._window.wait(now))
        finally:
            self._replies_waiting -= reply
            self._moved.set()
        if reply:
            self._last_reply = self._clock()
        self._window.begin()
        try:
            yield
        finally:
            self._window.end(self._clock())
            self._moved.set()

    @asynccontextmanager
    async def spread(self) -> AsyncIterator[Spread]:
        """Around finding, sending and recording one message of a campaign; waits for its turn."""
        await self._until(self._wait_to_spread)
        began = self._clock()
        self._spreading += 1
        self._next_spread = max(self._next_spread, began - MADE_UP_FOR / self.rate) + 1 / self.rate
        spread = Spread(began)
        token = SPREADING.set(True)
        try:
            yield spread
        finally:
            SPREADING.reset(token)
            self._spreading -= 1
            if spread.sent:
                self._took.append(self._clock() - spread.began)
            self._moved.set()

    def now(self) -> float:
        return self._clock()

    def _wait_to_spread(self, now: float) -> float:
        if self._replies_waiting or self._spreading >= self.depth:
            return math.inf
        kept = KEPT_FREE if now - self._last_reply < TALKING else 0
        room = self._window.wait(now, self._window.most - kept)
        return max(room, self._next_spread - now, 0.0)

    @property
    def depth(self) -> int:
        """How many campaign messages at a time the rate needs."""
        return min(max(math.ceil(self.load), 1), self._most)

    @property
    def load(self) -> float:
        """The share of the time in which a campaign message would be on its way at full rate; more
        than 1: several at a time."""
        return median(self._took) * self.rate if self._took else 0.0

    async def _until(self, wait: Callable[[float], float]) -> None:
        """Until *wait* says 0. Whatever changes an answer of infinity sets `_moved`."""
        while (seconds := wait(self._clock())) > 0:
            self._moved.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(None if math.isinf(seconds) else seconds):
                    await self._moved.wait()


class Spread:
    """What became of a turn, which `began` then; one in which there was nothing to send says nothing
    of the platform."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.sent = False
