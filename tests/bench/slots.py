"""Finding free places in a full city: 170 offices x 60 days x 20 hours.

    .venv/bin/python -m tests.bench.slots

Beside each search, the same statements straight through `sqlite3`, turn about in the same run: what
is over 1 is the price of our own rows and dates.
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
from typing import TypeAlias

import numpy as np

from bot.booking.offices import OfficeRow
from bot.booking.opening_hours import Hours, slots
from bot.core.clock import VIETNAM
from bot.store.booking import offices
from bot.store.booking import slots as store
from bot.store.database import SqliteDatabase, Transaction
from bot.store.values import stamp

OFFICES, DAYS, ASKED = 170, 60, 500
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HOURS = Hours(weekly="T2-CN 00:00-20:00", capacity=6, priority=1, holidays=False)
TAKEN = 0.8  # of all hours are full
FILL = "UPDATE slots SET booked = capacity WHERE id = :id"


def build(database: SqliteDatabase) -> None:
    """Four of five hours are full; in the priority pool all are but the last one of each office."""
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
        wanted = list(slots(row.id, HOURS, first, last))
        with database.transaction() as tx:
            offices.put(tx, row, NOW)
            store.sync(tx, row.id, wanted, start, start + timedelta(days=DAYS))
            for slot in wanted[:-1]:
                if slot.pool == "priority" or dice.random() < TAKEN:
                    tx.rows(FILL, id=slot.id)


Ask: TypeAlias = Callable[[int], object]


def measured(name: str, ours: Ask, bare: Ask) -> None:
    """Both in turn, so that whatever else the machine does falls on both alike."""
    times: dict[Ask, list[float]] = {ours: [], bare: []}
    for number in range(ASKED):
        for ask, spent in times.items():
            start = time.perf_counter()
            ask(number)
            spent.append(1000 * (time.perf_counter() - start))
    row(name, _percentiles(times[ours]), _percentiles(times[bare]))


def _percentiles(times: list[float]) -> tuple[float, float]:
    p50, p99 = np.percentile(times, (50, 99))
    return float(p50), float(p99)


def row(name: str, ours: tuple[float, float], bare: tuple[float, float]) -> None:
    print(
        f"{name:28} p50 {ours[0]:6.2f} ms  p99 {ours[1]:6.2f} ms   bare sqlite3: "
        f"p50 {bare[0]:6.2f} ms  p99 {bare[1]:6.2f} ms   ratio {ours[0] / bare[0]:5.2f}"
    )


def measure(tx: Transaction, bare: sqlite3.Connection) -> None:
    until = NOW + timedelta(days=DAYS)
    tomorrow = NOW + timedelta(days=1)
    edges = {"after": stamp(NOW), "until": stamp(until), "pool": "all"}
    every = {f"o{n}" for n in range(OFFICES)}
    few = [f"o{n}" for n in range(4)]

    def office(number: int) -> str:
        return f"o{number % OFFICES}"

    def asked(statement: str, **values: str) -> list[object]:
        return bare.execute(statement, {**edges, **values}).fetchall()

    measured(
        "days of one office",
        lambda n: store.days(tx, office(n), NOW, until),
        lambda n: asked(store.DAYS, office=office(n)),
    )
    measured(
        "hours of one day",
        lambda n: store.times(tx, office(n), NOW, tomorrow),
        lambda n: asked(store.TIMES, office=office(n), until=stamp(tomorrow)),
    )
    measured(
        f"soonest of {OFFICES} offices",
        lambda n: store.earliest(tx, every, NOW, until),
        lambda n: asked(store.FIRST_OF_EACH),
    )
    measured(
        f"soonest of {OFFICES}, all but full",
        lambda n: store.earliest(tx, every, NOW, until, pool="priority"),
        lambda n: asked(store.FIRST_OF_EACH, pool="priority"),
    )
    measured(
        "soonest of 4 near ones",
        lambda n: store.earliest(tx, few, NOW, until),
        lambda n: [asked(store.FIRST_OF, office=one) for one in few],
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.db"
        with closing(SqliteDatabase(file)) as database:
            start = time.perf_counter()
            build(database)
            built = time.perf_counter() - start
            with database.transaction() as tx, closing(sqlite3.connect(file)) as bare:
                count = tx.rows("SELECT count(*) AS n FROM slots")[0]["n"]
                print(
                    f"{count} rows of {OFFICES} offices, {DAYS} days, 20 hours, two pools; "
                    f"filled in {built:.1f} s; aim: p99 within 5 ms"
                )
                measure(tx, bare)


if __name__ == "__main__":
    main()
