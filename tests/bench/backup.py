"""Answers while a big database is backed up, beside answers while it is not, in one run.

.venv/bin/python -m tests.bench.backup
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.clock import VIETNAM
from bot.ops.backup.archive import TEMPORARY
from bot.ops.backup.folder import name_of
from bot.ops.backup.restore import drill
from bot.store.database import SqliteDatabase
from bot.store.values import stamp
from tests.support.load import Stats, drive, post
from tests.support.paths import FAQ
from tests.support.service import running, write_config

MEGABYTES, RATE, BATCH = 300, 50, 100
KEY = "a-made-up-key-of-the-bench"
ROW = """
    INSERT INTO outbox (id, key, channel, person, reply, content, priority, created_at, due_at, state,
                        sent_at)
    VALUES (:id, :id, 'web', :id, :reply, '', 0, :now, :now, 'sent', :now)
"""


def fill(file: Path) -> None:
    """Rows of 4 KB, half of each is noise: about as compressible as what people write."""
    database, now = SqliteDatabase(file), stamp(datetime.now(UTC))
    for group in range(MEGABYTES * 10):
        with database.transaction() as tx:
            for number in range(25):
                noise = base64.b64encode(os.urandom(1500)).decode()
                tx.rows(ROW, id=f"{group}-{number}", reply=noise + "Bạn mang theo " * 150, now=now)
    database.close()


def messages() -> list[bytes]:
    bodies = (json.dumps({"text": f"rớt bóp mất thẻ {n}"}).encode() for n in range(BATCH))
    return [post("/api/chat", body) for body in bodies]


async def ask_while(port: int, wanted: Callable[[], bool]) -> Stats:
    """Ask as long as it is wanted."""
    total, began = Stats(), time.perf_counter()
    while wanted():
        stats = await drive(port, messages(), connections=20, rate=RATE)
        total.times += stats.times
        total.failed += stats.failed
    total.seconds = time.perf_counter() - began
    return total


def for_seconds(seconds: float) -> Callable[[], bool]:
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() < end


def told(name: str, stats: Stats) -> str:
    figures = (f"p{share:g}: {stats.percentile(share / 100):6.1f} ms" for share in (50, 95, 99))
    return f"{name:16} {len(stats.times):5} answers, {stats.failed} failed, {'  '.join(figures)}"


@dataclass
class Folder:
    """A deployment whose next backup is due in two minutes, when all has settled."""

    place: Path

    def __post_init__(self) -> None:
        now = datetime.now(UTC)
        self.kept = self.place / "backups"
        self.kept.mkdir()
        self._old = self.kept / name_of(now)
        self._old.touch()
        at = (now + timedelta(minutes=2)).astimezone(VIETNAM).strftime("%H:%M")
        backup = f"backup: {{folder: backups, at: '{at}', key: '${{KEY}}'}}\n"
        self.config = write_config(self.place, backup, faq=FAQ)

    def is_backing_up(self) -> bool:
        return any(self.place.glob(TEMPORARY + "*"))

    def made(self) -> list[Path]:
        return [file for file in self.kept.glob("*.backup") if file != self._old]


def wait_for(condition: Callable[[], object]) -> None:
    while not condition():
        time.sleep(0.05)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        fill(Path(name) / "vneid.db")
        folder = Folder(Path(name))
        size = (folder.place / "vneid.db").stat().st_size / 1e6
        with running(folder.config, environment={"KEY": KEY}) as service:
            asyncio.run(ask_while(service.port, for_seconds(20)))  # until all is warm
            without = asyncio.run(ask_while(service.port, for_seconds(30)))
            wait_for(folder.is_backing_up)
            began = time.perf_counter()
            during = asyncio.run(ask_while(service.port, folder.is_backing_up))
            wait_for(folder.made)
            took = time.perf_counter() - began
            service.stop()
        (made,) = folder.made()
        found = drill(made, KEY, datetime.now(UTC))
        print(told("without backup", without))
        print(told("during backup", during))
        ratio = during.percentile(0.99) / without.percentile(0.99)
        print(f"p99 during / without: {ratio:.2f}")
        print(f"{size:.0f} MB -> {made.stat().st_size / 1e6:.0f} MB in {took:.0f} s; "
              f"restored and checked in {found.took.total_seconds():.0f} s")  # fmt: skip
        assert found.faults == ()


if __name__ == "__main__":
    main()
