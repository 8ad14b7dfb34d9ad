"""Claiming due rows while very many others wait.

    .venv/bin/python -m tests.bench.claims

Two outboxes are filled in the same run, one with 10,000 reminders waiting and one with 1,000,000,
each of a person and a booking of its own, over a month. Those that are due are claimed (the booking
and the consent are asked again, as ever) and recorded as sent; both outboxes in turns, so that a slow
moment of the machine falls on both alike. `ratio` is the large one's time over the small one's.

- *work alone*: the statements without the commit: the strict figure.
- *with the commit*: a transaction for each claim and each record, on the disk, as the courier does.
- *all of them due*: the same two when everything that waits has come due, as after long downtime;
  then each claim touches rows that nobody has touched before, so pages come from the disk's cache.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.booking.reminders import HOURS
from bot.core.messages import Address, Priority, Reply, Tone
from bot.store.database import SqliteDatabase, Transaction
from bot.store.outbox import claim as claims
from bot.store.outbox import outbox
from bot.store.outbox.outbox import Letter
from tests.support import visits

SMALL, LARGE = 10_000, 1_000_000
ROUNDS, CLAIMED = 40, 50  # claims of one round
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MONTH, VISIT_AFTER = timedelta(days=30), timedelta(hours=2)
CHANNEL = "telegram"
WORDS = Reply(Tone.NOTICE, "⏰ Nhắc lịch hẹn của bạn. " * 20)  # as long as a real one
FILL = 10_000  # rows of one transaction

Measure = Callable[[SqliteDatabase, datetime], float]  # seconds of one claim


def put(tx: Transaction, number: int, due_at: datetime) -> None:
    """Somebody's live booking and its reminder."""
    person, code = Address(CHANNEL, f"p{number}"), f"C{number}"
    visits.book(tx, code, due_at + VISIT_AFTER, NOW, person=person)
    outbox.put(
        tx,
        id=f"{number:028x}",
        key=f"remind:{code}:1:{HOURS}",
        to=person,
        reply=WORDS,
        content="bench",
        now=NOW,
        due_at=due_at,
        useful_until=due_at + 2 * MONTH,
        priority=Priority.REMINDER,
        code=code,
        version=1,
        kind=HOURS,
    )


def fill(database: SqliteDatabase, waiting: int) -> None:
    """Rows that wait, spread evenly over the month to come; and some that are due now."""
    due = range(waiting, waiting + 2 * ROUNDS * CLAIMED)
    for first in range(0, waiting, FILL):
        with database.transaction() as tx:
            for number in range(first, first + FILL):
                put(tx, number, NOW + timedelta(hours=1) + MONTH * number / waiting)
    with database.transaction() as tx:
        for number in due:
            put(tx, number, NOW - timedelta(minutes=1))


def claim(tx: Transaction, now: datetime) -> Letter | None:
    letter = claims.claim(tx, CHANNEL, "bench", now, now + timedelta(minutes=1))
    if letter is not None:
        outbox.sent(tx, letter.id, "bench", now, "receipt")
    return letter


def work_alone(database: SqliteDatabase, now: datetime) -> float:
    """Seconds of one claim and its record, without the commit."""
    with database.transaction() as tx:
        began = time.perf_counter()
        done = [claim(tx, now) for _ in range(CLAIMED)]
        spent = time.perf_counter() - began
    assert all(done)
    return spent / CLAIMED


def with_commit(database: SqliteDatabase, now: datetime) -> float:
    """Seconds of one claim and its record, a transaction each."""
    began = time.perf_counter()
    for _ in range(CLAIMED):
        with database.transaction() as tx:
            letter = claims.claim(tx, CHANNEL, "bench", now, now + timedelta(minutes=1))
        assert letter
        with database.transaction() as tx:
            outbox.sent(tx, letter.id, "bench", now, "receipt")
    return (time.perf_counter() - began) / CLAIMED


def row(name: str, databases: Sequence[SqliteDatabase], measure: Measure, now: datetime) -> None:
    """One line of the table: medians of the rounds, taken in turns."""
    rounds = [[measure(database, now) for database in databases] for _ in range(ROUNDS)]
    small, large = (1e6 * statistics.median(column) for column in zip(*rounds, strict=True))
    print(
        f"{name:16} {SMALL:,} waiting {small:6.0f} µs   {LARGE:,} waiting {large:6.0f} µs   "
        f"ratio {large / small:.2f}"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        small, large = (SqliteDatabase(Path(name) / f"{n}.db") for n in (SMALL, LARGE))
        with closing(small), closing(large):
            began = time.perf_counter()
            for database, waiting in ((small, SMALL), (large, LARGE)):
                fill(database, waiting)
            print(f"filled in {time.perf_counter() - began:.0f} s; aim: a ratio of at most 2")
            row("work alone", (small, large), work_alone, NOW)
            row("with the commit", (small, large), with_commit, NOW)
            after = NOW + MONTH + timedelta(hours=2)
            row("all of them due", (small, large), work_alone, after)
            row("the same, commit", (small, large), with_commit, after)


if __name__ == "__main__":
    main()
