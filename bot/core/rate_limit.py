"""So many in so much time for each key, then a while to wait. In memory, and bounded: with several
processes each has its own."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

MOST_KEYS = 100_000


class Buckets:
    """`count` at once, and again as the `period` (seconds) passes.

    One number is kept for each key, the moment at which it will have used up nothing (the generic
    cell rate algorithm).
    """

    def __init__(self, count: int, period: float, most: int = MOST_KEYS) -> None:
        self._gap = period / count
        self._period = period
        self._most = most
        self._clear_at: dict[str, float] = {}  # who was here longest ago comes first

    def take(self, key: str, now: datetime) -> float:
        """0.0 when *key* may; else the seconds until it may again."""
        time = now.timestamp()
        clear = max(self._clear_at.pop(key, time), time)
        if clear > time + self._period + 1e-6:
            clear = time  # nobody has used up so much: the clock was set back
        wait = clear + self._gap - time - self._period
        allowed = wait <= 1e-6
        self._clear_at[key] = clear + self._gap if allowed else clear
        if len(self._clear_at) > self._most:
            del self._clear_at[next(iter(self._clear_at))]
        return 0.0 if allowed else wait

    def __len__(self) -> int:
        return len(self._clear_at)


class Pace(Enum):
    """Whether somebody is heard."""

    HEARD = "heard"
    TOLD = "told"  # too fast: tell them
    PASSED = "passed"  # too fast, and they were told within the last minute


class Floods:
    """People who write faster than anybody reads."""

    def __init__(self, per_minute: int) -> None:
        self._messages = Buckets(per_minute, 60)
        self._notices = Buckets(1, 60)

    def look(self, person: str, now: datetime) -> Pace:
        if not self._messages.take(person, now):
            return Pace.HEARD
        return Pace.PASSED if self._notices.take(person, now) else Pace.TOLD
