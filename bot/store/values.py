"""How times, ids and JSON are written in the database."""

from __future__ import annotations

import itertools
import json
import secrets
import threading
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=256)  # one turn writes the same moment many times
def stamp(moment: datetime) -> str:
    """UTC as fixed-width ISO text, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def pack(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def unpack(text: str) -> Any:
    return json.loads(text)


class Ids:
    """Ids that grow with time: 12 hex digits of milliseconds, a counter, then randomness.

    The counter keeps the order of ids made in the same millisecond by one process. They go on
    growing when the clock is set back, and can be told to follow those of another process.
    """

    def __init__(self) -> None:
        self._counter = itertools.count()
        self._latest = 0
        self._lock = threading.Lock()  # turns of several people run in threads of their own

    def new(self, now: datetime) -> str:
        with self._lock:
            self._latest = max(int(now.timestamp() * 1000), self._latest)
            milliseconds, count = self._latest, next(self._counter) & 0xFFFFFF
        return f"{milliseconds:012x}{count:06x}{secrets.token_hex(5)}"

    def follow(self, id_: str) -> None:
        """From now on they are greater than *id_*, which another clock may have made."""
        with self._lock:
            self._latest = max(int(id_[:12], 16) + 1, self._latest)
