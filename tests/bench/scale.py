"""What one, two and four processes do on one PostgreSQL, beside one process on SQLite, in one run.

Everything is on this machine: the processes, the database (durable, as it is served) and who asks.
So the machine's cores are shared by all of them, and what grows is bounded by how many there are. The
time of a core that each piece of work takes does not hang on that: it is what to count with.
Then the same with each process held to a part of a core, where the kernel allows it: there it shows
whether processes wait for each other.

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
from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from bot.core.clock import VIETNAM
from bot.store.database import Database, open_database
from bot.store.outbox import claim, outbox
from tests.bench import share
from tests.support import postgres, visits
from tests.support.fakes.telegram import FakeTelegram
from tests.support.fleet import Fleet, fleet
from tests.support.load import Stats, drive, post
from tests.support.paths import PROJECT
from tests.support.web_booking import book

QUESTIONS = 2000
CITIZENS = 300
CONNECTIONS = 32
CLAIMS = 1500
PART = 0.15  # of a core
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
class Cost:
    """Milliseconds of a core that one piece of work takes, whatever else the machine does."""

    bot: float
    server: float

    def __str__(self) -> str:
        return f"{self.bot:.1f} + {self.server:.1f} ms"


class Meter:
    """Reads what the processes have used of the cores."""

    def __init__(self, running: Fleet, server: Path | None) -> None:
        self._bots = [one.process.pid for one in running.processes]
        self._server = server
        self._before = self._used()

    def each(self, count: int) -> Cost:
        bot, server = self._used()
        return Cost(
            (bot - self._before[0]) * 1000 / count, (server - self._before[1]) * 1000 / count
        )

    def _used(self) -> tuple[float, float]:
        if self._server is None:
            return sum(map(_seconds, self._bots)), 0.0
        parent = int((self._server / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        ended = _seconds(parent, ended=True)  # connections that were closed meanwhile
        return sum(map(_seconds, self._bots)), ended + sum(_seconds(int(pid)) for pid in children)


def _seconds(pid: int, *, ended: bool = False) -> float:
    """User and system time of a process; or of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    first = 13 if ended else 11
    return (int(fields[first]) + int(fields[first + 1])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Row:
    name: str
    asked: Stats
    asking: Cost
    booked: float  # a second
    booking: Cost

    def __str__(self) -> str:
        asked = self.asked
        return (
            f"{self.name:28} {asked.rate:8.0f}/s  p50 {asked.percentile(0.5):5.0f} ms  "
            f"p99 {asked.percentile(0.99):5.0f} ms  failed {asked.failed:3}  {self.asking}   "
            f"{self.booked:7.1f} visits/s  {self.booking}"
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


def measure(
    name: str,
    processes: int,
    address: str,
    questions: int,
    citizens: int,
    server: Path | None = None,
    part: float | None = None,
) -> Row:
    """*part*: of a core, at most, for each process."""
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
            pids = [one.process.pid for one in running.processes]
            with share.held(pids, part) if part else nullcontext():
                meter = Meter(running, server)
                asked = asyncio.run(ask(running, questions))
                asking, meter = meter.each(questions), Meter(running, server)
                booked = asyncio.run(visit(running, citizens))
                return Row(name, asked, asking, booked, meter.each(citizens))


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
                lambda tx: claim.claim(tx, "telegram", owner, now, now + timedelta(minutes=1))
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
          f"new people, then {citizens} who book; of each, a core's time in the bot + in PostgreSQL")  # fmt: skip
    print(measure("SQLite, 1 process", 1, "vneid.db", questions, citizens), flush=True)
    with postgres.cluster(found, postgres.AS_SERVED) as cluster:
        for part in (None, PART) if share.possible() else (None,):
            print(f"each process held to {PART} of a core:" if part else "", flush=True)
            for processes in (1, 2, 4):
                name = f"PostgreSQL, {processes} process" + "es" * (processes > 1)
                address = cluster.create()
                row = measure(name, processes, address, questions, citizens, cluster.folder, part)
                print(row, flush=True)
        for waiting in (2000, 50_000):
            for couriers in (1, 4):
                address = cluster.create()
                rate = asyncio.run(claimed(partial(open_database, address), couriers, waiting))
                print(
                    f"outbox with {waiting} due, {couriers} x 8 workers: {rate:.0f} sent/s",
                    flush=True,
                )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
