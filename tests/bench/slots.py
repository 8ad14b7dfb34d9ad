"""Finding free places in a full city: 170 offices x 60 days x 20 hours.

    .venv/bin/python -m tests.bench.slots

Beside each search, the same statement straight through `sqlite3`, in the same run: what is over 1
is the price of our own rows and dates.
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from bot.calendar import VIETNAM, Hours, slots
from bot.offices import OfficeRow
from bot.store import offices
from bot.store import slots as store
from bot.store.database import SqliteDatabase
from bot.store.values import stamp

OFFICES, DAYS, ASKED = 170, 60, 500
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HOURS = Hours(weekly="T2-CN 00:00-20:00", capacity=6, holidays=False)
TAKEN = 0.8  # of all hours are full, the nearest days most of all


def build(database: SqliteDatabase) -> None:
    dice = random.Random(1)
    first = NOW.astimezone(VIETNAM).date()
    last = first + timedelta(days=DAYS - 1)
    start = datetime.combine(first, datetime.min.time(), VIETNAM)
    for number in range(OFFICES):
        row = OfficeRow(
            id=f"o{number}",
            name=f"Nơi {number}",
            address="-",
            ward="-",
            services=("the",),
            hours=HOURS,
        )
        with database.transaction() as tx:
            offices.put(tx, row, NOW)
            store.sync(
                tx, row.id, slots(row.id, HOURS, first, last), start, start + timedelta(days=DAYS)
            )
            full = dice.sample(range(DAYS * 20), int(DAYS * 20 * TAKEN))
            days = ((first + timedelta(days=n // 20), n % 20) for n in full)
            for day, hour in days:
                id_ = f"{row.id}.{day:%y%m%d}{hour:02}00"
                tx.rows("UPDATE slots SET booked = capacity WHERE id = :id", id=id_)


def timed(ask: Callable[[int], object]) -> tuple[float, float]:
    times = []
    for number in range(ASKED):
        start = time.perf_counter()
        ask(number)
        times.append(1000 * (time.perf_counter() - start))
    p50, p99 = np.percentile(times, (50, 99))
    return float(p50), float(p99)


def row(name: str, ours: tuple[float, float], bare: tuple[float, float]) -> None:
    ratio = ours[0] / bare[0]
    print(f"{name:24} p50 {ours[0]:6.2f} ms  p99 {ours[1]:6.2f} ms   {ratio:5.2f} x bare sqlite3")


def measure(database: SqliteDatabase, bare: sqlite3.Connection) -> None:
    until = NOW + timedelta(days=DAYS)
    every = {f"o{n}" for n in range(OFFICES)}
    edges = {"after": stamp(NOW), "until": stamp(until), "pool": "all"}
    one_day = {**edges, "until": stamp(NOW + timedelta(days=1))}

    def office(number: int) -> str:
        return f"o{number % OFFICES}"

    with database.transaction() as tx:
        row(
            "days of one office",
            timed(lambda n: store.days(tx, office(n), NOW, until)),
            timed(lambda n: bare.execute(store.DAYS, {**edges, "office": office(n)}).fetchall()),
        )
        row(
            "hours of one day",
            timed(lambda n: store.times(tx, office(n), NOW, NOW + timedelta(days=1))),
            timed(lambda n: bare.execute(store.TIMES, {**one_day, "office": office(n)}).fetchall()),
        )
        soonest = {**edges, "skip": 0}
        row(
            "soonest of 170 offices",
            timed(lambda n: store.earliest(tx, every, NOW, until)),
            timed(lambda n: bare.execute(store.SOONEST, soonest).fetchall()),
        )
        few = {f"o{n}" for n in range(4)}

        def of(name: str) -> dict[str, str]:
            return {**edges, "office": name}

        row(
            "soonest of 4 near ones",
            timed(lambda n: store.earliest(tx, few, NOW, until)),
            timed(lambda n: [bare.execute(store.FIRST_OF, of(o)).fetchall() for o in few]),
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.db"
        with closing(SqliteDatabase(file)) as database:
            start = time.perf_counter()
            build(database)
            built = time.perf_counter() - start
            with database.transaction() as tx:
                count = tx.rows("SELECT count(*) AS n FROM slots")[0]["n"]
            print(
                f"{count} slots of {OFFICES} offices filled in {built:.1f} s; aim: p99 within 5 ms"
            )
            with closing(sqlite3.connect(file)) as bare:
                measure(database, bare)


if __name__ == "__main__":
    main()
