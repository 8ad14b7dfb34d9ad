"""Work that stands back behind those who wait for an answer."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress

SHARE = 0.5  # of the time at most is worked
LONGEST = 1.0  # seconds of rest after one piece of work


class Gentle:
    """Called after each piece of work of some milliseconds: rests for about as long as it took, so
    that disk, processor and interpreter are free for others in between."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def __call__(self) -> None:
        worked = time.monotonic() - self._since
        time.sleep(min(worked * (1 - SHARE) / SHARE, LONGEST))
        self._since = time.monotonic()


def stand_back() -> None:
    """Let this thread have the processor only when nobody else wants it, where the system can."""
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
