"""Bookings in the store: what the statements and the schema promise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core import privacy
from bot.core.messages import Facts, Reply, Tone
from bot.store.booking import bookings, slots
from bot.store.booking.bookings import (
    AlreadyBooked,
    BookedElsewhere,
    HoldEnded,
    NotBooked,
    SlotFull,
    State,
    code_of,
)
from bot.store.database import BrokenRule, Database, open_database
from bot.store.migrations import MIGRATIONS
from bot.store.migrations.booking import LEGAL_MOVES
from bot.store.outbox import outbox
from bot.store.values import Ids, unpack
from tests.support import town
from tests.support.bookings import Desk, account, hour, wrong
from tests.support.people import Clock

EIGHT, NINE = hour(8), hour(9)  # two places, and one right after them
PRIORITY = town.slot_id("mau-a", town.FRIDAY, 10, "priority")


@pytest.fixture
def desk(database: Database, clock: Clock) -> Iterator[Desk]:
    """The made-up town in one open transaction; at its end no rule is broken."""
    town.build(database)
    with database.transaction() as tx:
        yield Desk(tx, clock)
        assert wrong(tx) == {}


# --- taking --------------------------------------------------------------------------------------


def test_the_last_place_goes_to_one(desk: Desk) -> None:
    desk.hold("an", NINE)
    with pytest.raises(SlotFull):
        desk.hold("binh", NINE)
    assert desk.taken(NINE) == 1
    assert bookings.held(desk.tx, account("binh"), desk.clock()) == ()


def test_a_family_sits_one_after_the_other(desk: Desk) -> None:
    held = desk.hold("an", EIGHT, people=3)
    assert [booking.slot for booking in held] == [EIGHT, EIGHT, NINE]
    assert [booking.member for booking in held] == [1, 2, 3]
    assert len({booking.party for booking in held}) == 1
    assert len({booking.code for booking in held}) == 3


def test_a_family_gets_all_places_or_none(desk: Desk) -> None:
    with pytest.raises(SlotFull):
        desk.hold("an", EIGHT, people=4)
    assert (desk.taken(EIGHT), desk.taken(NINE)) == (0, 0)


def test_a_family_never_waits_for_one_over_a_full_hour(desk: Desk) -> None:
    town.slot(desk.tx, "mau-a", town.FRIDAY, 10, 5)
    desk.book("binh", NINE)
    with pytest.raises(SlotFull):
        desk.hold("an", EIGHT, people=3)
    assert (desk.taken(EIGHT), desk.taken(hour(10))) == (0, 0)


def test_a_family_does_not_spill_into_priority_places(desk: Desk) -> None:
    with pytest.raises(SlotFull):
        desk.hold("an", NINE, people=2)
    assert desk.taken(PRIORITY) == 0


def test_a_slot_out_of_the_calendar_takes_nobody_new(desk: Desk) -> None:
    desk.book("an", EIGHT)
    slots.sync(desk.tx, "mau-a", (), town.at(town.FRIDAY, 0), town.at(town.FRIDAY, 23))
    with pytest.raises(SlotFull):
        desk.hold("binh", EIGHT)
    assert desk.taken(EIGHT) == 1


def test_a_slot_nobody_knows_is_full(desk: Desk) -> None:
    with pytest.raises(SlotFull):
        desk.hold("an", hour(23))


def test_a_full_hour_leaves_what_the_person_held(desk: Desk) -> None:
    desk.book("binh", NINE)
    held = desk.hold("an", EIGHT)
    with pytest.raises(SlotFull):
        desk.hold("an", NINE)
    assert bookings.held(desk.tx, account("an"), desk.clock()) == held


def test_a_person_holds_one_party_at_a_time(desk: Desk) -> None:
    desk.hold("an", EIGHT, people=2)
    held = desk.hold("an", NINE)
    assert (desk.taken(EIGHT), desk.taken(NINE)) == (0, 1)
    assert bookings.held(desk.tx, account("an"), desk.clock()) == held


# --- one person, one booking -----------------------------------------------------------------------


def test_one_live_booking_of_a_service_in_the_whole_city(desk: Desk) -> None:
    first = desk.book("an", EIGHT)
    with pytest.raises(AlreadyBooked) as caught:
        desk.hold("an", hour(8, office="mau-b"))
    assert caught.value.booking == first
    assert desk.taken(hour(8, office="mau-b")) == 0


def test_another_service_is_another_booking(desk: Desk) -> None:
    desk.book("an", EIGHT)
    desk.book("an", NINE, service="muc-2")
    assert [booking.service for booking in bookings.live(desk.tx, account("an"))] == [
        "the",
        "muc-2",
    ]


def test_two_accounts_whose_platform_vouches_for_one_number_are_one_person(desk: Desk) -> None:
    desk.hold("an", EIGHT)
    desk.confirm("an", vouched="a-number")
    desk.hold("binh", EIGHT)
    with pytest.raises(BookedElsewhere):
        desk.confirm("binh", vouched="a-number")
    assert len(bookings.held(desk.tx, account("binh"), desk.clock())) == 1
    assert desk.confirm("binh")[0].state is State.BOOKED


def test_the_relatives_of_two_accounts_of_one_number_are_no_hindrance(desk: Desk) -> None:
    for who in ("an", "binh"):
        desk.hold(who, EIGHT)
        desk.tx.rows("UPDATE bookings SET holder = holder || '/2' WHERE state = 'held'")
        assert desk.confirm(who, vouched="a-number")[0].vouched == "a-number"


def test_the_schema_itself_refuses_a_second_visit_of_a_vouched_number(desk: Desk) -> None:
    desk.hold("an", EIGHT)
    desk.confirm("an", vouched="a-number")
    desk.book("binh", EIGHT)
    with pytest.raises(BrokenRule), desk.tx.atomic():
        desk.tx.rows("UPDATE bookings SET vouched = 'a-number'")


def test_who_did_not_come_and_booked_anew_elsewhere_is_not_put_back(desk: Desk) -> None:
    desk.hold("an", EIGHT)
    code = desk.confirm("an", vouched="a-number")[0].code
    desk.mark(code, State.BOOKED, State.NO_SHOW)
    desk.hold("binh", EIGHT)
    desk.confirm("binh", vouched="a-number")
    assert desk.mark(code, State.NO_SHOW, State.ARRIVED) is None


def test_linked_accounts_have_one_live_booking_of_a_service(desk: Desk) -> None:
    first = desk.book("an", EIGHT)
    link(desk, "an", "binh")
    with pytest.raises(AlreadyBooked) as caught:
        desk.hold("binh", NINE)
    assert caught.value.booking == first
    desk.cancel(first.code)
    assert desk.book("binh", NINE).state is State.BOOKED


def test_of_two_linked_accounts_that_hold_the_first_to_confirm_has_it(desk: Desk) -> None:
    link(desk, "an", "binh")
    desk.hold("an", EIGHT)
    desk.hold("binh", NINE)
    desk.confirm("binh")
    with pytest.raises(AlreadyBooked):
        desk.confirm("an")


def link(desk: Desk, *names: str) -> None:
    for name in names:
        desk.tx.rows(
            "INSERT INTO links (channel, person, owner, at) VALUES ('web', :name, 'one', '')",
            name=name,
        )


def test_who_was_served_may_come_again(desk: Desk) -> None:
    code = desk.book("an", NINE).code
    desk.mark(code, State.BOOKED, State.ARRIVED)
    with pytest.raises(AlreadyBooked):
        desk.hold("an", EIGHT)
    desk.mark(code, State.ARRIVED, State.SERVED)
    assert desk.book("an", EIGHT).state is State.BOOKED


# --- holds end ------------------------------------------------------------------------------------


def test_a_hold_ends_by_itself_when_somebody_looks(desk: Desk, clock: Clock) -> None:
    held = desk.hold("an", NINE)
    clock.move(minutes=10)
    assert bookings.held(desk.tx, account("an"), clock()) == ()
    assert desk.book("binh", NINE).slot == NINE
    ended = bookings.by_code(desk.tx, held[0].code)
    assert ended
    assert ended.state is State.EXPIRED


def test_a_hold_lasts_until_its_last_moment(desk: Desk, clock: Clock) -> None:
    desk.hold("an", NINE)
    clock.move(minutes=10, microseconds=-1)
    assert desk.expire() == 0
    assert desk.confirm("an")[0].state is State.BOOKED


def test_what_is_not_held_any_more_cannot_be_confirmed(desk: Desk, clock: Clock) -> None:
    party = desk.hold("an", NINE)[0].party
    clock.move(minutes=10)
    with pytest.raises(HoldEnded):
        desk.confirm("an", party=party)
    assert desk.expire() == 1
    assert desk.expire() == 0
    assert desk.taken(NINE) == 0


def test_a_hold_is_its_persons_only(desk: Desk) -> None:
    party = desk.hold("an", NINE)[0].party
    with pytest.raises(HoldEnded):
        desk.confirm("binh", party=party)
    assert not bookings.drop(desk.tx, party, account("binh"), desk.clock())


def test_a_second_device_sees_and_ends_the_same_hold(desk: Desk) -> None:
    """Both devices are one account: what one does, the other finds."""
    first = desk.hold("an", EIGHT)[0].party
    second = desk.hold("an", NINE)[0].party
    with pytest.raises(HoldEnded):
        desk.confirm("an", party=first)
    assert desk.confirm("an", party=second)[0].slot == NINE
    with pytest.raises(HoldEnded):
        desk.confirm("an", party=second)


def test_a_dropped_hold_is_free_at_once(desk: Desk) -> None:
    party = desk.hold("an", NINE)[0].party
    assert bookings.drop(desk.tx, party, account("an"), desk.clock())
    assert not bookings.drop(desk.tx, party, account("an"), desk.clock())
    assert desk.book("binh", NINE).slot == NINE


def test_a_name_is_given_while_the_place_is_held(desk: Desk) -> None:
    party = desk.hold("an", EIGHT, people=2)[0].party
    assert bookings.set_name(desk.tx, party, 2, "cô Ba", desk.clock())
    assert [booking.name for booking in desk.confirm("an")] == ["", "cô Ba"]
    assert not bookings.set_name(desk.tx, party, 2, "cô Tư", desk.clock())


# --- giving back ------------------------------------------------------------------------------------


def test_a_cancelled_place_is_free_only_after_a_while(desk: Desk, clock: Clock) -> None:
    code = desk.book("an", NINE).code
    cancelled = desk.cancel(code)
    assert cancelled
    assert cancelled.state is State.CANCELLED
    clock.move(minutes=30, microseconds=-1)
    assert desk.release() == 0
    with pytest.raises(SlotFull):
        desk.hold("binh", NINE)
    clock.move(microseconds=1)
    assert desk.release() == 1
    assert desk.release() == 0
    assert desk.book("binh", NINE).slot == NINE


def test_a_second_cancel_changes_nothing(desk: Desk) -> None:
    code = desk.book("an", NINE).code
    desk.cancel(code)
    assert desk.cancel(code) is None
    assert desk.cancel("KHONGCO") is None
    assert desk.taken(NINE) == 1


def test_who_cancelled_may_book_anew(desk: Desk) -> None:
    desk.cancel(desk.book("an", NINE).code)
    assert desk.book("an", EIGHT).state is State.BOOKED


# --- a cancel by mistake ----------------------------------------------------------------------------


def test_who_cancelled_by_mistake_has_the_same_place_again_at_once(desk: Desk) -> None:
    booked = desk.book("an", NINE)
    desk.cancel(booked.code)
    again = desk.take_back(booked.code)
    assert (again.code, again.slot, again.version) == (booked.code, NINE, 2)
    assert (again.holder, again.party, again.state) == (booked.holder, booked.party, State.BOOKED)
    assert desk.taken(NINE) == 1
    assert desk.release() == 0
    assert wrong(desk.tx) == {}


def test_what_was_taken_back_can_be_cancelled_and_taken_back_again(desk: Desk) -> None:
    code = desk.book("an", NINE).code
    for version in (2, 3):
        desk.cancel(code)
        assert desk.take_back(code).version == version
    assert bookings.times_taken_back(desk.tx, desk.move(code, EIGHT)) == 2


def test_only_what_was_booked_and_is_still_cancelled_is_taken_back(
    desk: Desk, clock: Clock
) -> None:
    booked = desk.book("an", NINE)
    (held,) = desk.hold("binh", EIGHT)
    bookings.drop(desk.tx, held.party, account("binh"), clock())
    for code in (booked.code, held.code, "NOCODE"):
        with pytest.raises(NotBooked):
            desk.take_back(code)


def test_an_hour_that_has_begun_is_not_taken_back(desk: Desk, clock: Clock) -> None:
    booked = desk.book("an", NINE)
    desk.cancel(booked.code)
    clock.now = booked.starts_at
    with pytest.raises(NotBooked):
        desk.take_back(booked.code)


def test_a_place_that_is_free_for_all_again_goes_to_whoever_comes_first(
    desk: Desk, clock: Clock
) -> None:
    code = desk.book("an", NINE).code
    desk.cancel(code)
    clock.move(minutes=31)
    desk.release()
    desk.book("binh", NINE)
    with pytest.raises(SlotFull):
        desk.take_back(code)
    assert wrong(desk.tx) == {}
    found = bookings.by_code(desk.tx, code)
    assert found
    assert found.state is State.CANCELLED


def test_a_free_place_of_the_same_hour_is_as_good(desk: Desk, clock: Clock) -> None:
    code = desk.book("an", NINE).code
    desk.cancel(code)
    clock.move(minutes=31)
    desk.release()
    assert desk.take_back(code).slot == NINE


def test_an_hour_that_has_left_the_calendar_is_not_taken_back(desk: Desk) -> None:
    code = desk.book("an", NINE).code
    desk.cancel(code)
    desk.tx.rows("UPDATE slots SET open = 0 WHERE id = :slot", slot=NINE)
    with pytest.raises(SlotFull):
        desk.take_back(code)


def test_who_has_booked_anew_does_not_get_the_old_place_too(desk: Desk) -> None:
    code = desk.book("an", NINE).code
    desk.cancel(code)
    desk.book("an", EIGHT)
    with pytest.raises(AlreadyBooked):
        desk.take_back(code)
    assert wrong(desk.tx) == {}


def test_who_was_just_choosing_another_hour_lets_go_of_it(desk: Desk) -> None:
    code = desk.book("an", NINE).code
    desk.cancel(code)
    desk.hold("an", EIGHT)
    desk.take_back(code)
    assert (desk.taken(NINE), desk.taken(EIGHT)) == (1, 0)


def test_a_move_keeps_code_name_and_holder(desk: Desk) -> None:
    desk.hold("an", EIGHT)
    old = desk.confirm("an", vouched="a-number")[0]
    bookings.coming(desk.tx, old.code, desk.clock())
    new = desk.move(old.code, NINE)
    assert (new.code, new.version, new.slot) == (old.code, 2, NINE)
    assert (new.holder, new.party, new.member) == (old.holder, old.party, old.member)
    assert (new.phone_mark, new.vouched) == (old.phone_mark, old.vouched)
    assert new.answer is None  # they said that they would come to the other hour
    assert bookings.by_code(desk.tx, old.code) == new
    assert bookings.live(desk.tx, account("an")) == [new]


def test_a_move_to_a_full_hour_changes_nothing(desk: Desk) -> None:
    desk.book("binh", NINE)
    mine = desk.book("an", EIGHT)
    with pytest.raises(SlotFull):
        desk.move(mine.code, NINE)
    assert bookings.by_code(desk.tx, mine.code) == mine
    assert (desk.taken(EIGHT), desk.taken(NINE)) == (1, 1)
    assert sorted(desk.events(mine.code)) == ["booked person", "held person"]


def test_what_is_not_booked_cannot_be_moved(desk: Desk) -> None:
    code = desk.book("an", EIGHT).code
    desk.cancel(code)
    with pytest.raises(NotBooked):
        desk.move(code, NINE)
    assert desk.taken(NINE) == 0


def test_the_place_left_by_a_move_comes_back_after_a_while(desk: Desk, clock: Clock) -> None:
    desk.move(desk.book("an", NINE).code, EIGHT)
    assert (desk.taken(EIGHT), desk.taken(NINE)) == (1, 1)
    clock.move(minutes=30)
    desk.release()
    assert (desk.taken(EIGHT), desk.taken(NINE)) == (1, 0)


# --- officers -------------------------------------------------------------------------------------


def test_of_two_officers_who_mark_the_second_learns_it(desk: Desk, clock: Clock) -> None:
    code = desk.book("an", EIGHT).code
    clock.move(days=3)
    assert desk.mark(code, State.BOOKED, State.ARRIVED)
    assert desk.mark(code, State.BOOKED, State.NO_SHOW) is None
    assert desk.mark("KHONGCO", State.BOOKED, State.ARRIVED) is None
    assert desk.events(code)[-1] == "arrived officer"


def test_what_happened_is_kept_with_who_did_it(desk: Desk, clock: Clock) -> None:
    desk.hold("an", EIGHT)
    clock.move(minutes=1)
    code = desk.confirm("an")[0].code
    clock.move(minutes=1)
    now = clock()
    bookings.move(desk.tx, code, NINE, now, now, "officer-7", desk.new_id)
    assert desk.events(code) == [
        "held person",
        "booked person",
        "moved officer-7",
        "booked officer-7",
    ]


def test_who_came_late_after_all_is_marked_unless_booked_anew(desk: Desk) -> None:
    late, anew = desk.book("an", EIGHT), desk.book("binh", EIGHT)
    for booking in (late, anew):
        desk.mark(booking.code, State.BOOKED, State.NO_SHOW)
    desk.book("binh", NINE)
    assert desk.mark(late.code, State.NO_SHOW, State.ARRIVED)
    assert desk.mark(anew.code, State.NO_SHOW, State.ARRIVED) is None


@pytest.mark.parametrize("state", [State.CANCELLED, State.MOVED, State.EXPIRED, State.HELD])
def test_officers_do_not_end_or_make_bookings_by_a_mark(desk: Desk, state: State) -> None:
    code = desk.book("an", EIGHT).code
    for before, after in ((State.BOOKED, state), (state, State.BOOKED)):
        with pytest.raises(ValueError, match="not for officers to say"):
            desk.mark(code, before, after)


def test_the_list_of_a_day_has_those_expected(desk: Desk) -> None:
    desk.hold("chi", NINE)  # only held: perhaps they never come
    seen = [desk.book("an", EIGHT), desk.book("binh", EIGHT)]
    desk.book("dung", hour(8, office="mau-b"))
    start = town.at(town.FRIDAY, 0)
    found = bookings.of_day(desk.tx, "mau-a", start, start + timedelta(days=1))
    assert found == seen
    assert bookings.of_day(desk.tx, "mau-a", start + timedelta(days=1), start) == []


# --- the schema refuses by itself -------------------------------------------------------------------

STATES = [*(state.value for state in State), "new", "lost"]
FORCE = "UPDATE bookings SET before = :before, state = :after WHERE code = :code"


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_only_legal_moves_can_be_written(
    database: Database, clock: Clock, before: str, after: str
) -> None:
    town.build(database)
    with database.transaction() as tx:
        code = Desk(tx, clock).book("an", EIGHT).code
        if (before, after) in LEGAL_MOVES:
            tx.rows(FORCE, before=before, after=after, code=code)
        else:
            with pytest.raises(BrokenRule, match=r"(?i)foreign key"), tx.atomic():
                tx.rows(FORCE, before=before, after=after, code=code)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bookings SET before = state, state = 'served'",  # from booked, past arrived
        "UPDATE slots SET booked = capacity + 1",
        "UPDATE slots SET booked = -1",
        "UPDATE slots SET capacity = 0 WHERE booked > 0",
        "UPDATE bookings SET member = 6",
        "UPDATE bookings SET slot = 'nowhere'",
        "UPDATE bookings SET version = 1, code = 'C'",  # two rows: one code and version
        "DELETE FROM slots",
    ],
)
def test_the_schema_itself_refuses_what_must_not_be(desk: Desk, statement: str) -> None:
    desk.book("an", EIGHT)
    desk.book("binh", EIGHT)
    with pytest.raises(BrokenRule), desk.tx.atomic():
        desk.tx.rows(statement)


def test_the_schema_refuses_a_second_live_booking(desk: Desk) -> None:
    desk.book("an", EIGHT)
    code = desk.book("binh", EIGHT).code
    with pytest.raises(BrokenRule, match=r"(?i)unique"), desk.tx.atomic():
        desk.tx.rows("UPDATE bookings SET holder = 'web:an' WHERE code = :code", code=code)


# --- codes ------------------------------------------------------------------------------------------


def test_a_code_is_told_from_the_id_and_free_of_look_alikes() -> None:
    codes = [code_of(f"id-{n}") for n in range(20_000)]
    assert codes == [code_of(f"id-{n}") for n in range(20_000)]
    assert len(set(codes)) > 19_990
    assert set("".join(codes)).isdisjoint("0O1IJ2Z5S7W9AEUY")
    assert {len(code) for code in codes} == {6}
    assert not any(privacy.mask(code).found or code[0].isdigit() for code in codes)


class Same(Ids):
    def new(self, now: datetime) -> str:
        return "the next id"


def test_a_code_in_use_is_not_given_again(desk: Desk) -> None:
    taken = code_of("the next id")
    desk.book("an", EIGHT)
    desk.tx.rows("UPDATE bookings SET code = :code", code=taken)
    desk.tx.rows("UPDATE booking_events SET code = :code", code=taken)
    desk.ids = Same()
    assert desk.hold("binh", EIGHT)[0].code == code_of("the next id", 1)


# --- what was booked before ------------------------------------------------------------------------

OLD = """
    INSERT INTO bookings (id, code, party, member, service, office, slot, starts_at, channel, person,
                          holder, phone, before, state, created_at, changed_at)
    VALUES (:id, :id, :id, 1, 'the', 'mau-a', :slot, '2026-11-27T01:00:00.000000Z', 'telegram', :person,
            :holder, :phone, :before, :state, '', '')
"""
MARK, MARK_2 = "a" * 32, "b" * 32
WAITS = Reply(Tone.NOTICE, "nhắc", facts=Facts("reminder", {}, "sealed"))
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def older(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The address of a database of the time when a typed number was who a booking is for."""
    address = str(tmp_path / "older.db")
    if engine == "postgres":
        address = request.getfixturevalue("postgres").create()
    before = next(n for n, (name, _) in enumerate(MIGRATIONS) if name == "0022-typed-numbers")
    with monkeypatch.context() as then:
        then.setattr("bot.store.database.schema.MIGRATIONS", MIGRATIONS[:before])
        with closing(open_database(address)) as database:
            town.build(database)
            with database.transaction() as tx:
                for line in LINES:
                    tx.rows(OLD, **dict(zip(COLUMNS, line, strict=True)), slot=EIGHT)
                tx.rows(
                    "INSERT INTO numbers (channel, mark, person, at) VALUES ('telegram', :m, 'an', '')",
                    m=MARK,
                )
                for code in ("B00001", "B00004"):
                    outbox.put(
                        tx, id=code, key=code, to=account("an"), reply=WAITS, content="", now=NOW,
                        code=code, version=1, kind="evening",
                    )  # fmt: skip
    return address


COLUMNS = ("id", "person", "holder", "phone", "before", "state")
LINES = (
    ("B00001", "an", MARK, "sealed", "held", "booked"),
    ("B00002", "an", f"{MARK}/2", "sealed", "held", "booked"),
    ("B00003", "binh", "telegram:binh", "", "held", "booked"),
    ("B00004", "binh", MARK_2, "sealed", "held", "booked"),  # once more, under a number
    ("B00005", "chi", f"{MARK_2}/2", "sealed", "booked", "cancelled"),
    ("B00006", "chi", f"{MARK_2}/3", "sealed", "held", "booked"),
    ("B00007", "", "B00007", "", "arrived", "served"),  # forgotten
)


def test_what_was_booked_under_a_number_is_the_accounts_afterwards(older: str) -> None:
    with closing(open_database(older)) as database, database.transaction() as tx:
        kept = tx.rows("SELECT id, holder, phone_mark, vouched FROM bookings ORDER BY id")
        assert [tuple(row.values()) for row in kept] == [
            ("B00001", "telegram:an", MARK, MARK),
            ("B00002", "telegram:an/2", MARK, MARK),
            ("B00003", "telegram:binh", "", ""),
            ("B00004", "telegram:binh/B00004", MARK_2, ""),
            ("B00005", "telegram:chi/2", MARK_2, ""),
            ("B00006", "telegram:chi/3", MARK_2, ""),
            ("B00007", "B00007", "", ""),
        ]
        told = [unpack(row["reply"]) for row in tx.rows("SELECT reply FROM outbox ORDER BY id")]
        assert [Reply.from_json(one).facts.phone for one in told] == ["sealed", ""]
