"""A clock that somebody else may set wrong while the service runs."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

SECONDS = struct.Struct("d")


class Shift:
    """By how many seconds the service's clock is off: eight bytes that several processes map."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(SECONDS.pack(0.0))
        with file.open("r+b") as opened:
            self._bytes = mmap.mmap(opened.fileno(), SECONDS.size)

    @property
    def seconds(self) -> float:
        found: float = SECONDS.unpack_from(self._bytes)[0]
        return found

    @seconds.setter
    def seconds(self, value: float) -> None:
        SECONDS.pack_into(self._bytes, 0, value)


def moved(shift: Shift) -> Callable[[], datetime]:
    """The machine's clock, off by *shift* at each look."""
    return lambda: datetime.now(UTC) + timedelta(seconds=shift.seconds)
