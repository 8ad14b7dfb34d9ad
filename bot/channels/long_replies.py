"""How fast to send, and what was sent of a long reply. Everything here is forgotten at the end of
the process, and bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from types import TracebackType

from bot.delivery.errors import Refused, SendError, Throttled, Unavailable, Unreachable

SECOND = timedelta(seconds=1)
MAX_ROWS = 1000  # long replies remembered at a time


class Pace:
    """At most one message in *gap* to each chat, and silence for as long as the platform asks."""

    def __init__(self, clock: Callable[[], datetime], gap: timedelta = SECOND) -> None:
        self._clock = clock
        self._gap = gap
        self._last: dict[str, datetime] = {}  # oldest first
        self._silent_until: datetime | None = None
        self._silence = timedelta()

    def check(self, chat: str) -> None:
        """Raise `Throttled` when *chat* may not be written to yet."""
        now = self._clock()
        waits = [timedelta()]
        if self._silent_until:
            self._silent_until = min(self._silent_until, now + self._silence)
            waits.append(self._silent_until - now)
        if chat in self._last:
            self._last[chat] = min(self._last[chat], now)  # later only if the clock was set back
            waits.append(self._last[chat] + self._gap - now)
        if (wait := max(waits)) > timedelta():
            raise Throttled(wait.total_seconds())

    def sent(self, chat: str) -> None:
        """A message to *chat* has just gone out, or may have."""
        now = self._clock()
        self._last.pop(chat, None)
        self._last[chat] = now
        while self._last and next(iter(self._last.values())) + self._gap <= now:
            del self._last[next(iter(self._last))]

    def hold(self, seconds: float) -> None:
        """Send nothing to anybody for *seconds*: a limit of the platform's was hit."""
        self._silence = timedelta(seconds=seconds)
        self._silent_until = self._clock() + self._silence


class Progress:
    """The messages that already went out of each long reply, by the outbox row's id."""

    def __init__(self) -> None:
        self._receipts: dict[str, tuple[str, ...]] = {}

    def of(self, row: str) -> tuple[str, ...]:
        return self._receipts.get(row, ())

    def resume(self, row: str, receipt: str) -> None:
        """*row* was begun before, here or in another process; *receipt* names what went out."""
        known = tuple(receipt.split(","))
        if len(known) > len(self.of(row)):
            self._receipts[row] = known

    def sent(self, row: str) -> str:
        """The receipts of *row* so far, as they are written down."""
        return ",".join(self.of(row))

    def add(self, row: str, receipt: str) -> tuple[str, ...]:
        """Note that the next message of *row* went out; returns all receipts."""
        receipts = (*self._receipts.pop(row, ()), receipt)
        self._receipts[row] = receipts
        if len(self._receipts) > MAX_ROWS:
            del self._receipts[next(iter(self._receipts))]
        return receipts

    def broke_off(self, row: str, error: SendError) -> None:
        """Let *error* say what has gone out of *row*, which may be given up now."""
        error.sent = self.sent(row)
        if isinstance(error, Refused | Unreachable):
            self.end(row)

    def end(self, row: str) -> None:
        """*row* is sent whole, or given up."""
        self._receipts.pop(row, None)


class Gate:
    """Counts the sends on their way, so that connections are closed only after the last.

    Entering it raises `Unavailable` once it is closed.
    """

    def __init__(self) -> None:
        self._inside = 0
        self._closed = False
        self._empty = asyncio.Event()
        self._empty.set()

    async def __aenter__(self) -> None:
        if self._closed:
            raise Unavailable("the service is stopping")
        self._inside += 1
        self._empty.clear()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._inside -= 1
        if not self._inside:
            self._empty.set()

    async def close(self) -> None:
        """Let nobody in any more; returns when everybody is out."""
        self._closed = True
        await self._empty.wait()
