"""What the database guarantees of bookings."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from bot.messages import Address
from bot.store import bookings
from bot.store.bookings import AlreadyBooked, Booking, HoldEnded, NotBooked, SlotFull, State
from bot.store.database import SqliteDatabase, Transaction
from bot.store.values import Ids
from tests.conftest import Clock
from tests.handlers import town
from tests.handlers.town import FRIDAY, slot_id

AN, BINH = Address("telegram", "an"), Address("zalo", "binh")
EIGHT, NINE = slot_id("mau-a", FRIDAY, 8), slot_id("mau-a", FRIDAY, 9)
DELAY = timedelta(minutes=30)
# Places taken that nobody has and nobody gave back, or the other way round: never a row.
ADRIFT = """
    SELECT s.id FROM slots AS s
    WHERE s.booked <> (SELECT count(*) FROM bookings AS b WHERE b.slot = s.id
                       AND b.state IN ('held', 'booked', 'arrived', 'served', 'no_show'))
                    + (SELECT count(*) FROM returned AS r WHERE r.slot = s.id
                       AND r.state IN ('back', 'offered'))
"""


@pytest.fixture
def town_db(database: SqliteDatabase) -> SqliteDatabase:
    town.build(database)
    return database


@pytest.fixture
def hold(clock: Clock) -> Callable[..., tuple[Booking, ...]]:
    ids = Ids()

    def hold(
        tx: Transaction, person: Address = AN, slot: str = EIGHT, *holders: str
    ) -> tuple[Booking, ...]:
        return bookings.hold(
            tx,
            slot=slot,
            service="the",
            person=person,
            holders=holders or (person.user,),
            now=clock(),
            held_until=clock() + timedelta(minutes=10),
            new_id=partial(ids.new, clock()),
        )

    return hold


@pytest.fixture
def book(hold: Callable[..., tuple[Booking, ...]], clock: Clock) -> Callable[..., Booking]:
    def book(tx: Transaction, person: Address = AN, slot: str = EIGHT) -> Booking:
        (held,) = hold(tx, person, slot)
        (booked,) = bookings.confirm(
            tx, held.party, person, clock(), holders=[person.user], phone=""
        )
        return booked

    return book


def taken(tx: Transaction) -> dict[str, int]:
    return {row["id"]: row["booked"] for row in tx.rows("SELECT * FROM slots WHERE booked > 0")}


def states(tx: Transaction) -> list[str]:
    return [row["state"] for row in tx.rows("SELECT state FROM bookings ORDER BY id")]


Hold = Callable[..., tuple[Booking, ...]]
Book = Callable[..., Booking]


def test_the_last_place_goes_to_one(town_db: SqliteDatabase, hold: Hold) -> None:
    with town_db.transaction() as tx:
        hold(tx, AN, NINE)
        with pytest.raises(SlotFull):
            hold(tx, BINH, NINE)
        assert taken(tx) == {NINE: 1}


def test_a_family_is_placed_one_after_the_other_or_not_at_all(
    town_db: SqliteDatabase, hold: Hold
) -> None:
    with town_db.transaction() as tx:
        assert [b.slot for b in hold(tx, AN, EIGHT, "a", "b", "c")] == [EIGHT, EIGHT, NINE]
        with pytest.raises(SlotFull):
            hold(tx, BINH, EIGHT, "d")
        with pytest.raises(SlotFull):
            hold(tx, AN, EIGHT, "a", "b", "c", "d")
        assert taken(tx) == {EIGHT: 2, NINE: 1}  # the three are held as before


def test_one_live_booking_of_a_service_for_one_holder(
    town_db: SqliteDatabase, hold: Hold, book: Book
) -> None:
    with town_db.transaction() as tx:
        first = book(tx)
        with pytest.raises(AlreadyBooked) as caught:
            hold(tx, BINH, EIGHT, AN.user)
        assert caught.value.booking == first
        assert taken(tx) == {EIGHT: 1}


def test_a_holder_that_has_one_cannot_be_taken_on_at_the_end(
    town_db: SqliteDatabase, hold: Hold, book: Book, clock: Clock
) -> None:
    with town_db.transaction() as tx:
        book(tx)
        (held,) = hold(tx, BINH)
        with pytest.raises(AlreadyBooked):
            bookings.confirm(tx, held.party, BINH, clock(), holders=[AN.user], phone="")
        assert states(tx) == ["booked", "held"]


def test_a_hold_that_ended_is_not_confirmed(
    town_db: SqliteDatabase, hold: Hold, clock: Clock
) -> None:
    with town_db.transaction() as tx:
        (held,) = hold(tx)
        clock.move(minutes=10)
        with pytest.raises(HoldEnded):
            bookings.confirm(tx, held.party, AN, clock(), holders=["an"], phone="")
        assert bookings.expire(tx, clock()) == 1
        assert bookings.expire(tx, clock()) == 0
        assert taken(tx) == {}


def test_a_second_device_takes_over_the_hold(town_db: SqliteDatabase, hold: Hold) -> None:
    with town_db.transaction() as tx:
        hold(tx, AN, EIGHT)
        hold(tx, AN, NINE)
        assert taken(tx) == {NINE: 1}
        assert states(tx) == ["cancelled", "held"]


def test_a_move_is_never_none_and_never_two(
    town_db: SqliteDatabase, book: Book, clock: Clock
) -> None:
    with town_db.transaction() as tx:
        old, _ = book(tx), book(tx, BINH, NINE)
        later = slot_id("mau-a", FRIDAY + timedelta(days=3), 8)
        new_id = partial(Ids().new, clock())
        with pytest.raises(SlotFull):
            bookings.move(tx, old.code, NINE, clock(), clock() + DELAY, "person", new_id)
        assert bookings.by_code(tx, old.code) == old
        new = bookings.move(tx, old.code, later, clock(), clock() + DELAY, "person", new_id)
        assert (new.code, new.version, new.slot) == (old.code, 2, later)
        assert [b.version for b in bookings.live(tx, AN)] == [2]
        assert tx.rows(ADRIFT) == []
        with pytest.raises(NotBooked):
            bookings.move(tx, "AAAAAA", later, clock(), clock() + DELAY, "person", new_id)


def test_a_second_cancel_changes_nothing(town_db: SqliteDatabase, book: Book, clock: Clock) -> None:
    with town_db.transaction() as tx:
        code = book(tx).code
        assert bookings.cancel(tx, code, clock(), clock() + DELAY, "person")
        assert bookings.cancel(tx, code, clock(), clock() + DELAY, "person") is None
        assert tx.rows(ADRIFT) == []


def test_two_officers_cannot_both_call_the_same_person(
    town_db: SqliteDatabase, book: Book, clock: Clock
) -> None:
    with town_db.transaction() as tx:
        code = book(tx).code
        first = bookings.mark(tx, code, State.BOOKED, State.ARRIVED, clock(), "officer a")
        second = bookings.mark(tx, code, State.BOOKED, State.ARRIVED, clock(), "officer b")
        assert first is not None
        assert second is None


def test_every_change_leaves_an_event(town_db: SqliteDatabase, book: Book, clock: Clock) -> None:
    with town_db.transaction() as tx:
        code = book(tx).code
        bookings.mark(tx, code, State.BOOKED, State.ARRIVED, clock(), "officer a")
        events = tx.rows("SELECT what, actor FROM booking_events WHERE code = :code", code=code)
        assert [(e["what"], e["actor"]) for e in events] == [
            ("held", "person"),
            ("booked", "person"),
            ("arrived", "officer a"),
        ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bookings SET before = state, state = 'served'",  # booked -> served
        "UPDATE bookings SET before = state, state = 'held'",
        "UPDATE bookings SET before = state, state = 'no such state'",
        "UPDATE slots SET booked = capacity + 1",
        "UPDATE slots SET booked = -1",
        "UPDATE slots SET capacity = 0",
        "UPDATE bookings SET member = 6",
        "DELETE FROM slots",
    ],
)
def test_the_schema_itself_refuses_what_must_not_be(
    town_db: SqliteDatabase, book: Book, statement: str
) -> None:
    with town_db.transaction() as tx:
        book(tx)
        with pytest.raises(sqlite3.IntegrityError):
            tx.rows(statement)


def test_the_schema_refuses_a_second_live_booking(town_db: SqliteDatabase, book: Book) -> None:
    with town_db.transaction() as tx:
        book(tx), book(tx, BINH)
        with pytest.raises(sqlite3.IntegrityError):
            tx.rows("UPDATE bookings SET holder = 'one'")


def test_codes_can_be_read_out_and_differ() -> None:
    codes = {bookings.code_of(f"{n:040x}") for n in range(5000)}
    assert len(codes) == 5000
    assert not set("".join(codes)) & set("01579IJOSWZ")


def test_a_code_that_is_taken_is_made_anew(
    town_db: SqliteDatabase, book: Book, clock: Clock
) -> None:
    with town_db.transaction() as tx:
        book(tx)
        tx.rows("UPDATE bookings SET code = :code", code=bookings.code_of("the second"))
        (second,) = bookings.hold(
            tx,
            slot=EIGHT,
            service="the",
            person=BINH,
            holders=["binh"],
            now=clock(),
            held_until=clock() + DELAY,
            new_id=lambda: "the second",
        )
        assert second.code == bookings.code_of("the second", 1)
