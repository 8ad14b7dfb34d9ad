"""What is left of a visit after the days that the consent names."""

from __future__ import annotations

from datetime import timedelta

from bot.store.booking import bookings
from bot.store.booking.bookings import State
from bot.store.database import Database
from bot.store.people import consents, retention
from tests.support import town
from tests.support.bookings import MUST_BE_EMPTY, Desk, account, hour
from tests.support.people import Clock
from tests.support.town import FRIDAY

KEEP = timedelta(days=30)


def test_thirty_days_after_a_visit_nobody_is_named_and_the_figures_stay(
    database: Database, clock: Clock
) -> None:
    town.build(database)
    with database.transaction() as tx:
        desk = Desk(tx, clock)
        desk.hold("an", hour(8))
        held = bookings.held(tx, account("an"), clock())[0]
        bookings.set_name(tx, held.party, 1, "cô Ba", clock())
        (booked,) = bookings.confirm(
            tx, held.party, account("an"), clock(), phone="sealed",
            phone_mark="made-up mark", vouched="made-up mark",
        )  # fmt: skip
        consents.give(tx, "c1", account("an"), "booking", "v1", clock())
        clock.now = town.at(FRIDAY, 9)
        desk.mark(booked.code, State.BOOKED, State.ARRIVED)
        desk.mark(booked.code, State.ARRIVED, State.SERVED)
        clock.move(days=29)
        retention.forget_before(tx, clock() - KEEP)
        kept = bookings.by_code(tx, booked.code)
        assert kept
        assert kept.name == "cô Ba"
        clock.move(days=2)
        retention.forget_before(tx, clock() - KEEP)
        retention.forget_before(tx, clock() - KEEP)
        after = bookings.by_code(tx, booked.code)
        assert after is not None
        assert (after.name, after.phone, after.address.user) == ("", "", "")
        assert "made-up mark" not in str(tx.rows("SELECT * FROM bookings"))
        assert (after.state, after.office) == (State.SERVED, "mau-a")
        assert tx.rows("SELECT * FROM consents") == []
        for what, sql in MUST_BE_EMPTY.items():
            assert tx.rows(sql) == [], what


def test_who_is_still_expected_is_not_forgotten(database: Database, clock: Clock) -> None:
    town.build(database)
    with database.transaction() as tx:
        booked = Desk(tx, clock).book("an", hour(8))
        retention.forget_before(tx, clock())
        assert bookings.by_code(tx, booked.code) == booked
