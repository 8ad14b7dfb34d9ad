"""A database with something in it, and a key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.messages import Address, Reply, Tone
from bot.store.booking import bookings
from bot.store.database import Database, SqliteDatabase, Transaction
from bot.store.outbox import outbox
from bot.store.staff import audit
from bot.store.values import Ids
from tests.support import town
from tests.support.people import Clock
from tests.support.town import FRIDAY, slot_id

KEY = "a-made-up-key-of-the-tests"
NAME = "Nguyễn Văn Thử"


@pytest.fixture
def source(tmp_path: Path, clock: Clock) -> Iterator[Database]:
    """The database of a service that runs: data/vneid.db with a booking, a message, an audit row."""
    database = SqliteDatabase(tmp_path / "data" / "vneid.db")
    town.build(database)
    ids = Ids()
    with database.transaction() as tx:
        bookings.hold(
            tx,
            slot=slot_id("mau-a", FRIDAY, 8),
            service="the",
            person=Address("web", "an"),
            holders=["an"],
            now=clock.now,
            held_until=clock.now + timedelta(minutes=10),
            new_id=lambda: ids.new(clock.now),
        )
        tx.rows("UPDATE bookings SET name = :name", name=NAME)
        audit.write(tx, clock.now, "can-bo", "xem", "mau-a")
        write(tx, clock, "row-1")
    yield database
    database.close()


def write(
    tx: Transaction,
    clock: Clock,
    id_: str,
    to: Address = Address("telegram", "1001"),  # noqa: B008 - frozen
    name: str = NAME,
) -> None:
    reply = Reply(Tone.NOTICE, f"Chào {name}")
    outbox.put(tx, id=id_, key=id_, to=to, reply=reply, content="", now=clock.now)
