"""Notices when the machine's clock is set back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

MUCH = timedelta(seconds=30)  # less is a correction that nobody feels


class Setback:
    """Compares *clock* with one that nobody can set."""

    def __init__(
        self, clock: Callable[[], datetime], steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock, self._steady = clock, steady
        self._last = self._look()
        self._open = False

    def happened(self) -> bool:
        """Whether the clock was set back and nobody has dealt with it yet."""
        before, self._last = self._last, self._look()
        passed = timedelta(seconds=self._last[1] - before[1])
        self._open |= self._last[0] - before[0] < passed - MUCH
        return self._open

    def dealt_with(self) -> None:
        """What hung on the clock is put right."""
        self._open = False

    def _look(self) -> tuple[datetime, float]:
        return self._clock(), self._steady()
