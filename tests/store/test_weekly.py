"""Visits and places by office and week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.core import weeks
from bot.store.database import Database, Transaction
from bot.store.staff import weekly
from bot.store.staff.weekly import WEEKS, Visits
from tests.support import town, visits
from tests.support.people import Clock
from tests.support.town import FRIDAY, slot_id
from tests.support.visits import local_time

FIRST = weeks.of(local_time("2026-10-05 12:00"))
STARTS = [FIRST.plus(n).start for n in range(WEEKS + 1)]
SLOT = "UPDATE bookings SET slot = :slot WHERE code = :code"


def look(tx: Transaction, office: str) -> Mapping[int, Visits]:
    return weekly.visits(tx, office, STARTS, 0, WEEKS - 1)


def test_each_state_is_counted_in_its_week(database: Database, clock: Clock) -> None:
    town.build(database)
    with database.transaction() as tx:
        for number, state in enumerate(("booked", "served", "cancelled", "served")):
            code = f"C{number}"
            visits.book(tx, code, local_time("2026-11-27 08:00"), clock(), state=state)
            if number < 3:
                tx.rows(SLOT, code=code, slot=slot_id("mau-a", FRIDAY, 8))
        found = look(tx, "mau-a")
        other = look(tx, "mau-b")
    friday = STARTS.index(weeks.of(local_time("2026-11-27 08:00")).start)
    assert found[friday] == Visits(expected=1, came=1, cancelled=1, walk_ins=1, places=4)
    assert other[friday] == Visits(places=4)


def test_the_night_to_monday_is_cut_at_midnight_in_vietnam(
    database: Database, clock: Clock
) -> None:
    def at(moment: datetime, code: str) -> None:
        visits.book(tx, code, moment, clock())

    with database.transaction() as tx:
        for number, start in enumerate(STARTS):
            at(start, f"A{number}")  # the last of them lies beyond
            at(start - timedelta(seconds=1), f"B{number}")  # the first of them lies before
        found = look(tx, "mau-a")
        few = weekly.visits(tx, "mau-a", STARTS, 3, 4)
    assert {week: one.walk_ins for week, one in found.items()} == dict.fromkeys(range(WEEKS), 2)
    assert few == {week: found[week] for week in (3, 4)}


def test_what_is_only_held_or_has_moved_counts_nowhere(database: Database, clock: Clock) -> None:
    with database.transaction() as tx:
        visits.book(tx, "M", local_time("2026-11-27 08:00"), clock(), state="moved")
        visits.book(tx, "H", local_time("2026-11-27 08:00"), clock(), state="cancelled")
        tx.rows("UPDATE bookings SET before = 'held' WHERE code = 'H'")
        assert look(tx, "mau-a") == {}
