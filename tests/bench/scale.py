"""What one, two and four processes do on one PostgreSQL, beside one process on SQLite, in one run.

Everything is on this machine: the processes, the database (durable, as it is served) and who asks.
So the machine's cores are shared by all of them, and what grows is bounded by how many there are.

    python -m tests.bench.scale [QUESTIONS [CITIZENS]]
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from bot.calendar import VIETNAM
from bot.store import claims, outbox
from bot.store.database import Database, open_database
from tests import postgres, visits
from tests.bench.load import Stats, drive, post
from tests.conftest import PROJECT
from tests.fakes.telegram import FakeTelegram
from tests.faults.test_race_http import book
from tests.many.fleet import Fleet, fleet

QUESTIONS = 2000
CITIZENS = 300
CONNECTIONS = 32
CLAIMS = 1500
ASKED = ("mất căn cước làm lại ở đâu", "lệ phí đổi thẻ bao nhiêu", "kích hoạt mức 2 thế nào",
         "con tôi 5 tuổi có làm được không", "quên mật khẩu vneid")  # fmt: skip
OFFICES = """\
offices:
  - id: o1
    name: Nơi 1 (mẫu)
    address: Số 1 đường Mẫu
    ward: Phường Tân Phú
    services: [the]
    hours: {weekly: "T2-CN 08:00-16:00", slot_minutes: 60, capacity: 200, holidays: false}
"""


@dataclass(frozen=True)
class Row:
    name: str
    asked: Stats
    booked: float  # a second

    def __str__(self) -> str:
        asked = self.asked
        return (
            f"{self.name:28} {asked.rate:8.0f}/s  p50 {asked.percentile(0.5):5.0f} ms  "
            f"p99 {asked.percentile(0.99):5.0f} ms  failed {asked.failed:3}   "
            f"{self.booked:7.1f} visits/s"
        )


async def ask(running: Fleet, count: int) -> Stats:
    """New people, one question each, spread over the processes."""
    texts = itertools.cycle(ASKED)
    bodies = [json.dumps({"session": "", "text": next(texts)}).encode() for _ in range(count)]
    requests = [post("/api/chat", body) for body in bodies]
    ports, began = running.ports, time.perf_counter()
    found = await asyncio.gather(
        *(
            drive(port, requests[n :: len(ports)], connections=CONNECTIONS // len(ports))
            for n, port in enumerate(ports)
        )
    )
    times = [one for stats in found for one in stats.times]
    return Stats(time.perf_counter() - began, times, sum(stats.failed for stats in found))


async def visit(running: Fleet, count: int) -> float:
    """Citizens who book at once, each in a few taps; visits booked in a second."""
    day = (datetime.now(UTC) + timedelta(days=3)).astimezone(VIETNAM)
    slots = [f"o1.{day:%y%m%d}{hour:02}00" for hour in range(8, 16)]
    queue, ports = iter(range(count)), itertools.cycle(running.ports)

    async def citizens() -> int:
        return sum([bool(await book(next(ports), "", [slots[n % 8], *slots])) for n in queue])

    began = time.perf_counter()
    done = sum(await asyncio.gather(*(citizens() for _ in range(CONNECTIONS))))
    if done != count:
        raise RuntimeError(f"{count - done} of {count} got no place")
    return done / (time.perf_counter() - began)


def measure(name: str, processes: int, address: str, questions: int, citizens: int) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "offices.yaml").write_text(OFFICES, encoding="utf-8")
        nobody = cast(FakeTelegram, SimpleNamespace(url="http://127.0.0.1:9", token=""))
        with fleet(
            processes, address, Path(folder), nobody, faq=PROJECT / "faq", speed=1, public_url=""
        ) as running:
            where = address if "://" in address else f"{folder}/{address}"
            with closing(open_database(where)) as database:
                wait_for_places(database)
            asyncio.run(ask(running, questions // 10))  # warm
            return Row(
                name, asyncio.run(ask(running, questions)), asyncio.run(visit(running, citizens))
            )


def wait_for_places(database: Database) -> None:
    while True:
        with database.transaction() as tx:
            if tx.rows("SELECT id FROM slots LIMIT 1"):
                return
        time.sleep(0.2)


# --- the outbox ------------------------------------------------------------------------------------


async def claimed(make: Callable[[], Database], processes: int, waiting: int) -> float:
    """Rows taken and recorded as sent in a second by as many couriers with eight workers each, while
    *waiting* rows are due."""
    opened = [make() for _ in range(processes)]
    now = datetime.now(UTC)

    def fill(tx: Any) -> None:
        for number in range(waiting):
            person = visits.Address("telegram", f"{number}")
            id_ = visits.IDS.new(now)
            reply = visits.Reply(visits.Tone.NOTICE, "nhắc")
            outbox.put(tx, id=id_, key=id_, to=person, reply=reply, content="", now=now)

    await opened[0].run(fill)
    left = iter(range(CLAIMS))

    async def work(database: Database, owner: str) -> None:
        for _ in left:
            letter = await database.run(
                lambda tx: claims.claim(tx, "telegram", owner, now, now + timedelta(minutes=1))
            )
            if letter is None:
                raise RuntimeError("nothing to take")
            record = partial(outbox.sent, id=letter.id, owner=owner, now=now, receipt="1")
            if not await database.run(record):
                raise RuntimeError("taken by two")

    began = time.perf_counter()
    await asyncio.gather(
        *(work(one, f"{n}/{worker}") for n, one in enumerate(opened) for worker in range(8))
    )
    seconds = time.perf_counter() - began
    for one in opened:
        one.close()
    return CLAIMS / seconds


def main(questions: int = QUESTIONS, citizens: int = CITIZENS) -> None:
    found = postgres.programs()
    if found is None:
        sys.exit(postgres.MISSING)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before; {questions} questions of "
          f"new people, then {citizens} who book")  # fmt: skip
    print(measure("SQLite, 1 process", 1, "vneid.db", questions, citizens), flush=True)
    with postgres.cluster(found, postgres.AS_SERVED) as cluster:
        for processes in (1, 2, 4):
            name = f"PostgreSQL, {processes} process" + "es" * (processes > 1)
            print(measure(name, processes, cluster.create(), questions, citizens), flush=True)
        for waiting in (2000, 50_000):
            for couriers in (1, 4):
                address = cluster.create()
                rate = asyncio.run(claimed(lambda a=address: open_database(a), couriers, waiting))  # type: ignore[misc]
                print(
                    f"outbox with {waiting} due, {couriers} x 8 workers: {rate:.0f} sent/s",
                    flush=True,
                )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
