"""What is begun from again is the same each time, whatever was done with it before."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import pytest

from bot.store.database import BrokenRule, Row, open_database
from bot.store.database.copying import SEEDED, TABLES
from tests.faults.shelf import Shelf
from tests.support import town
from tests.support.bookings import Desk, hour

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NOWHERE = "UPDATE bookings SET before = 'nowhere'"


def everything(shelf: Shelf, address: str) -> dict[str, list[Row]]:
    with shelf.seen(address) as tx:
        found = {table: tx.rows(f"SELECT * FROM {table}") for table in TABLES}  # noqa: S608
    return {table: sorted(rows, key=repr) for table, rows in found.items() if rows}


def begun(shelf: Shelf) -> str:
    """The address of a database in which somebody has booked."""
    address = shelf.empty()
    with closing(open_database(address)) as database:
        town.build(database)
        with database.transaction() as tx:
            Desk(tx, lambda: NOW).book("an", hour(8))
    return address


def test_what_was_kept_comes_back_whatever_came_after(shelf: Shelf) -> None:
    address = begun(shelf)
    kept, before = shelf.keep(address), everything(shelf, address)
    for who in ("binh", "chi"):
        address = shelf.again(kept)
        assert everything(shelf, address) == before
        with closing(open_database(address)) as database, database.transaction() as tx:
            Desk(tx, lambda: NOW).book(who, hour(9))
            tx.rows("DELETE FROM booking_events")
        assert everything(shelf, address) != before


def test_what_is_empty_has_no_rows_but_those_of_the_schema(shelf: Shelf) -> None:
    begun(shelf)
    assert everything(shelf, shelf.empty()).keys() == SEEDED


def test_the_schema_refuses_what_it_refused_before(shelf: Shelf) -> None:
    kept = shelf.keep(begun(shelf))
    with (
        closing(open_database(shelf.again(kept))) as database,
        pytest.raises(BrokenRule),
        database.transaction() as tx,
    ):
        tx.rows(NOWHERE)
