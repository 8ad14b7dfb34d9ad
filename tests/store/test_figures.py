"""The way from a talk to an account that works, counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store.booking import bookings
from bot.store.database import Database
from bot.store.staff import figures
from tests.support import town
from tests.support.bookings import Desk, account, hour
from tests.support.people import Clock


@pytest.fixture
def built(database: Database) -> Database:
    town.build(database)
    return database


def test_a_place_that_was_held_and_let_go_was_never_booked(built: Database, clock: Clock) -> None:
    with built.transaction() as tx:
        desk = Desk(tx, clock)
        (held,) = desk.hold("an", hour(8))
        bookings.drop(tx, held.party, account("an"), clock())
        desk.cancel(desk.book("an", hour(9)).code)
        found = figures.between(tx, clock() - timedelta(days=1), clock() + timedelta(days=1))
    assert found.funnel["booked"] == 1


def test_who_came_without_an_appointment_has_come_from_no_talk(
    built: Database, clock: Clock
) -> None:
    with built.transaction() as tx:
        desk = Desk(tx, clock)
        bookings.walk_in(
            tx, id=desk.new_id(), service="the", office="mau-a", name="Thử", now=clock(), actor="x"
        )
        found = figures.between(tx, clock() - timedelta(days=1), clock() + timedelta(days=1))
    assert (found.funnel["booked"], found.funnel["came"]) == (0, 0)
