"""Places from the calendar, and finding free ones."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from bot.booking.opening_hours import Hours, slots
from bot.core.clock import VIETNAM
from bot.store.booking import slot_seats, waiting_list
from bot.store.booking import slots as store
from bot.store.booking.bookings import SlotFull
from bot.store.database import Database, Transaction
from tests.support import town
from tests.support.bookings import Desk, wrong
from tests.support.people import Clock
from tests.support.town import FRIDAY, at, slot_id

MONDAY = FRIDAY + timedelta(days=3)
TUESDAY = FRIDAY + timedelta(days=4)
EIGHT, NINE = slot_id("mau-a", FRIDAY, 8), slot_id("mau-a", FRIDAY, 9)
BEFORE, AFTER = at(FRIDAY, 0), at(TUESDAY + timedelta(days=1), 0)


@pytest.fixture
def town_db(database: Database) -> Database:
    town.build(database)
    return database


def sync(tx: Transaction, hours: Hours, first: date = FRIDAY, last: date = FRIDAY) -> int:
    start = datetime.combine(first, datetime.min.time(), VIETNAM)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), VIETNAM)
    return store.sync(tx, "mau-a", slots("mau-a", hours, first, last), start, end)


def test_days_count_their_free_places(town_db: Database, clock: Clock) -> None:
    with town_db.transaction() as tx:
        desk = Desk(tx, clock)
        desk.book("an", EIGHT)
        desk.book("binh", slot_id("mau-a", MONDAY, 9))
        assert store.days(tx, "mau-a", BEFORE, AFTER) == [(FRIDAY, 2), (MONDAY, 2), (TUESDAY, 3)]
        assert store.days(tx, "mau-a", BEFORE, AFTER, pool="priority")[0] == (FRIDAY, 1)


def test_only_what_lies_between_two_moments_is_found(town_db: Database) -> None:
    with town_db.transaction() as tx:
        found = store.times(tx, "mau-a", at(FRIDAY, 9), at(FRIDAY, 10))
        assert [(free.id, free.left) for free in found] == [(NINE, 1)]
        assert store.days(tx, "mau-a", at(FRIDAY, 9), at(MONDAY, 9)) == [(FRIDAY, 1), (MONDAY, 2)]


def test_the_soonest_of_each_office_soonest_first(town_db: Database, clock: Clock) -> None:
    with town_db.transaction() as tx:
        desk = Desk(tx, clock)
        desk.book("an", EIGHT)
        desk.book("binh", EIGHT)
        found = store.earliest(tx, {"mau-a", "mau-b"}, BEFORE, AFTER)
        assert [free.id for free in found] == [slot_id("mau-b", FRIDAY, 8), NINE]
        assert store.earliest(tx, {"khong-co"}, BEFORE, AFTER) == []
        assert len(store.earliest(tx, {"mau-a", "mau-b"}, BEFORE, AFTER, limit=1)) == 1


def test_the_soonest_of_many_offices_are_found_behind_hundreds_of_hours_of_others(
    database: Database, clock: Clock
) -> None:
    """60 offices are free on Friday; the 40 that are asked for only on Tuesday."""
    with database.transaction() as tx:
        for number in range(100):
            id_ = f"o{number:02}"
            town.office(tx, id_, f"Công an phường Mẫu {number}", 10.8, 106.7, ["the"])
            for hour in range(7, 17):
                town.slot(tx, id_, FRIDAY if number < 60 else TUESDAY, hour, 1)
        asked = {f"o{number}" for number in range(60, 100)}
        found = store.earliest(tx, asked, BEFORE, AFTER, limit=3)
    assert [free.id for free in found] == [slot_id(o, TUESDAY, 7) for o in ("o60", "o61", "o62")]


def test_the_same_calendar_changes_nothing(town_db: Database) -> None:
    hours = Hours(weekly="T6 08:00-10:00", capacity=5, priority=1)
    with town_db.transaction() as tx:
        assert sync(tx, hours) == 5  # 8:00 and 9:00 in two pools; 10:00 is shut
        before = tx.rows("SELECT * FROM slots ORDER BY id")
        assert sync(tx, hours) == 0
        assert tx.rows("SELECT * FROM slots ORDER BY id") == before


def test_a_change_of_hours_touches_no_booking_and_tells_who_is_affected(
    town_db: Database, clock: Clock
) -> None:
    with town_db.transaction() as tx:
        desk = Desk(tx, clock)
        stays, goes = desk.book("an", EIGHT), desk.book("binh", NINE)
        before = tx.rows("SELECT * FROM bookings ORDER BY id")
        sync(tx, Hours(weekly="T6 08:00-09:00", capacity=4))
        assert tx.rows("SELECT * FROM bookings ORDER BY id") == before
        assert store.affected(tx, clock()) == [goes.code]
        assert [free.id for free in store.times(tx, "mau-a", BEFORE, at(FRIDAY, 23))] == [EIGHT]
        assert stays.code not in store.affected(tx, clock())


def test_fewer_places_than_people_keep_all_who_are_booked(town_db: Database, clock: Clock) -> None:
    with town_db.transaction() as tx:
        desk = Desk(tx, clock)
        desk.book("an", EIGHT)
        desk.book("binh", EIGHT)
        sync(tx, Hours(weekly="T6 08:00-10:00", capacity=1))
        free = store.get(tx, EIGHT)
        assert free is not None
        assert free.left == 0
        assert store.affected(tx, clock()) == []


def test_hours_that_come_back_are_open_again(town_db: Database) -> None:
    with town_db.transaction() as tx:
        sync(tx, Hours(closed=(FRIDAY,)))
        assert store.times(tx, "mau-a", BEFORE, at(FRIDAY, 23)) == []
        sync(tx, Hours(weekly="T6 08:00-10:00", capacity=3))
        assert len(store.times(tx, "mau-a", BEFORE, at(FRIDAY, 23))) == 2


def test_other_days_and_offices_stay_as_they_are(town_db: Database) -> None:
    with town_db.transaction() as tx:
        sync(tx, Hours())
        assert store.days(tx, "mau-a", BEFORE, AFTER) == [(MONDAY, 3), (TUESDAY, 3)]
        assert store.days(tx, "mau-b", BEFORE, AFTER)[0] == (FRIDAY, 3)


# --- a capacity that is lowered under the number of people who are booked --------------------------

ONE_AN_HOUR = Hours(weekly="T6 08:00-10:00", capacity=1)
TWO_AN_HOUR = Hours(weekly="T6 08:00-10:00", capacity=2)


def places(tx: Transaction) -> tuple[int, int]:
    """People in, and free places of, Friday at eight."""
    free = store.get(tx, EIGHT)
    assert free is not None
    return Desk(tx, lambda: BEFORE).taken(EIGHT), free.left


def full_and_lowered(tx: Transaction, clock: Clock) -> tuple[Desk, str, str]:
    """An and Binh have the two places of an hour that serves one person from now on."""
    desk = Desk(tx, clock)
    codes = [desk.book(who, EIGHT).code for who in ("an", "binh")]
    sync(tx, ONE_AN_HOUR)
    return desk, codes[0], codes[1]


def test_a_lowered_capacity_holds_when_people_cancel(town_db: Database, clock: Clock) -> None:
    with town_db.transaction() as tx:
        desk, an, binh = full_and_lowered(tx, clock)
        desk.cancel(an)
        assert places(tx) == (1, 0)
        assert waiting_list.come_back(tx, clock()) == []  # nor for those who wait
        clock.move(hours=1)
        desk.release()
        assert places(tx) == (1, 0)
        with pytest.raises(SlotFull):
            desk.hold("chi", EIGHT)
        desk.cancel(binh)  # this one is within what is served
        assert len(waiting_list.come_back(tx, clock())) == 1
        clock.move(hours=1)
        desk.release()
        assert places(tx) == (0, 1)
        assert wrong(tx) == {}


def test_it_holds_when_a_visit_is_moved_and_when_a_hold_ends(
    town_db: Database, clock: Clock
) -> None:
    with town_db.transaction() as tx:
        desk = Desk(tx, clock)
        code = desk.book("an", EIGHT).code
        desk.hold("binh", EIGHT)
        sync(tx, ONE_AN_HOUR)
        clock.move(minutes=11)
        desk.expire()
        assert places(tx) == (1, 0)
        desk.move(code, NINE)
        clock.move(hours=1)
        desk.release()
        assert places(tx) == (0, 1)
        assert wrong(tx) == {}


def test_it_holds_for_what_was_given_back_before_and_for_a_declined_offer(
    town_db: Database, clock: Clock
) -> None:
    with town_db.transaction() as tx:
        desk = Desk(tx, clock)
        codes = [desk.book(who, EIGHT).code for who in ("an", "binh")]
        for code in codes:
            desk.cancel(code)
        sync(tx, ONE_AN_HOUR)
        assert slot_seats.shed(tx) == 1
        assert slot_seats.shed(tx) == 0
        assert len(waiting_list.come_back(tx, clock())) == 1
        clock.move(hours=1)
        desk.release()
        assert places(tx) == (0, 1)
        assert wrong(tx) == {}


@pytest.mark.parametrize("again", [TWO_AN_HOUR, Hours(weekly="T6 08:00-10:00", capacity=5)])
def test_a_capacity_that_is_raised_again_is_there_at_once(
    town_db: Database, clock: Clock, again: Hours
) -> None:
    with town_db.transaction() as tx:
        desk, an, _ = full_and_lowered(tx, clock)
        desk.cancel(an)
        sync(tx, again)
        assert places(tx) == (1, again.capacity - 1)
        desk.hold("chi", EIGHT)
        assert sync(tx, again) == 0
        assert wrong(tx) == {}


def test_a_lowering_that_is_taken_back_leaves_no_trace(town_db: Database, clock: Clock) -> None:
    with town_db.transaction() as tx:
        desk, an, _ = full_and_lowered(tx, clock)
        sync(tx, TWO_AN_HOUR)
        desk.cancel(an)
        clock.move(hours=1)
        desk.release()
        assert places(tx) == (1, 1)


def test_the_same_lowered_calendar_changes_nothing(town_db: Database, clock: Clock) -> None:
    with town_db.transaction() as tx:
        full_and_lowered(tx, clock)
        assert sync(tx, ONE_AN_HOUR) == 0
