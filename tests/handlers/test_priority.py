"""Places kept for the elderly and the disabled: whoever says that they are gets one, and no forged button
leads there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest

from bot.core.messages import Address
from bot.store.booking import bookings, slot_seats, waiting_list
from bot.store.booking.bookings import NotBooked, SlotFull
from bot.store.database import Database
from tests.handlers.test_booking import book, code_of, labels, rows, tap
from tests.support.bookings import Desk, account
from tests.support.made import VERBS
from tests.support.people import Clock, Person
from tests.support.town import FRIDAY, slot_id

Citizen = Callable[..., Person]
EIGHT = slot_id("mau-a", FRIDAY, 8)
KEPT = slot_id("mau-a", FRIDAY, 10, "priority")
MONDAY_KEPT = slot_id("mau-a", FRIDAY + timedelta(days=3), 10, "priority")
TAKEN = "SELECT COALESCE(SUM(booked), 0) AS n FROM slots WHERE pool = 'priority'"


def taken(database: Database) -> int:
    return int(rows(database, TAKEN)[0]["n"])


def says_so_and_books(person: Person) -> str:
    """The code of a visit at ten on Friday, by the buttons that lead there."""
    heard = tap(person, person.presses("place:the:mau-a"), "👵 Chỗ ưu tiên")
    heard = tap(person, heard, "Thứ Sáu 27/11")
    tap(person, heard, "10:00–11:00")
    return code_of(tap(person, person.says("bà Sáu"), "✅ Đồng ý, đặt lịch và nhắc tôi"))


def test_who_says_that_they_are_elderly_books_such_a_place(
    citizen: Citizen, database: Database
) -> None:
    says_so_and_books(citizen())
    assert taken(database) == 1


@pytest.mark.parametrize("verb", ["time", "kin"])
def test_a_button_alone_says_nothing_of_who_presses_it(
    citizen: Citizen, database: Database, verb: str
) -> None:
    an = citizen()
    heard = an.presses(f"{verb}:the:{KEPT}")
    assert "dành riêng cho người cao tuổi" in heard.text
    assert taken(database) == 0
    heard = tap(an, heard, "👵 Chỗ ưu tiên")  # the way to say so is one tap away
    heard = tap(an, tap(an, heard, "Thứ Sáu 27/11"), "10:00–11:00")
    assert "Mình giữ chỗ 10:00" in heard.text


def test_what_was_said_is_forgotten_after_half_an_hour_and_by_who_goes_another_way(
    citizen: Citizen, clock: Clock, database: Database
) -> None:
    an, binh = citizen("an"), citizen("binh")
    an.presses("place:the:mau-a:p")
    clock.move(minutes=31)
    assert "dành riêng" in an.presses(f"time:the:{KEPT}").text
    binh.presses("place:the:mau-a:p")
    binh.presses("day:the:mau-a:261127")  # the hours for everybody
    assert "dành riêng" in binh.presses(f"time:the:{KEPT}").text
    assert taken(database) == 0


def test_nobody_is_moved_into_a_place_they_did_not_ask_for(
    citizen: Citizen, database: Database
) -> None:
    an = citizen()
    code = code_of(book(an))
    an.presses("place:the:mau-a:p")  # nor by saying so while a general place is moved
    heard = an.presses(f"mtime:{code}:{KEPT}")
    assert "dành riêng cho người cao tuổi" in heard.text
    assert "Lịch cũ của bạn vẫn giữ nguyên" in heard.text
    assert taken(database) == 0
    assert rows(database, "SELECT slot, state FROM bookings") == [
        {"slot": EIGHT, "state": "booked"}
    ]


def test_who_has_such_a_place_may_move_to_another_one_or_to_one_for_all(
    citizen: Citizen, database: Database
) -> None:
    an = citizen()
    code = says_so_and_books(an)
    days = an.presses(f"visit:move:{code}")
    assert any(label.startswith("Thứ Hai 30/11") for label in labels(days))
    hours = tap(an, days, "Thứ Hai 30/11")
    assert [label[:5] for label in labels(hours) if "chỗ" in label] == ["08:00", "09:00", "10:00"]
    assert "✅ Đã đổi lịch" in tap(an, hours, "10:00").text
    assert rows(database, "SELECT slot FROM bookings WHERE state = 'booked'") == [
        {"slot": MONDAY_KEPT}
    ]
    assert "✅ Đã đổi lịch" in an.presses(f"mtime:{code}:{EIGHT}").text
    assert "dành riêng" in an.presses(f"mtime:{code}:{KEPT}").text  # and not back again


def test_a_family_in_such_a_place_grows_in_the_same_pool(
    citizen: Citizen, database: Database
) -> None:
    with database.transaction() as tx:
        tx.rows("UPDATE slots SET capacity = 3 WHERE id = :id", id=KEPT)
    an = citizen()
    an.presses("place:the:mau-a:p")
    an.presses(f"time:the:{KEPT}")
    heard = tap(an, an.says("bà Sáu, ông Bảy"), "✅ Đồng ý, đặt lịch và nhắc tôi")
    assert "Mã hẹn của từng người" in heard.text
    assert taken(database) == 2


WORDS = ("the", "mau-a", "CODE", "261127p", "take", KEPT)


def test_no_button_that_could_be_forged_takes_such_a_place(
    citizen: Citizen, database: Database
) -> None:
    """Every verb there is with every two words, one of them such a place; but for the one by which
    people say that they may have it, each in a talk that is at rest."""
    an = citizen()
    code = code_of(book(an))
    assert {"time", "kin", "mtime", "mday", "offer", "wait"} <= set(VERBS)
    words = [words for n in (1, 2, 3) for words in product(WORDS, repeat=n) if {*words} & {KEPT}]
    few = [one for one in words if len(one) < 3 or (one[-1] == KEPT and "CODE" in one)]
    for verb, rest in product(VERBS, few):
        data = ":".join((verb, *rest)).replace("CODE", code)
        an.presses(data)
        assert taken(database) == 0, data


def test_the_store_itself_gives_such_a_place_to_nobody_who_did_not_ask(
    database: Database, clock: Clock, citizen: Citizen
) -> None:
    citizen()  # the town
    with database.transaction() as tx:
        desk = Desk(tx, clock)
        with pytest.raises(SlotFull):
            desk.hold("an", KEPT)
        code = desk.book("binh", EIGHT).code
        with pytest.raises(SlotFull), tx.atomic():
            desk.move(code, KEPT)
        with pytest.raises(SlotFull), tx.atomic():
            slot_seats.take(tx, KEPT, 1)
        assert desk.taken(KEPT) == 0
        with pytest.raises(NotBooked):
            desk.move("KHONGCO", KEPT)
        held = bookings.hold(
            tx, slot=KEPT, service="the", person=account("chi"), holders=["web:chi"], now=clock(),
            held_until=clock() + timedelta(minutes=10), new_id=desk.new_id, priority=True,
        )  # fmt: skip
        assert desk.taken(KEPT) == len(held) == 1


def test_a_place_that_is_given_back_is_offered_to_nobody_in_line(
    citizen: Citizen, database: Database, clock: Clock, keeper: Callable[[], set[str]]
) -> None:
    an = citizen("an")
    code = says_so_and_books(an)
    with database.transaction() as tx:
        waiting_list.join(
            tx, id="w", service="the", office="mau-a", person=Address("telegram", "chi"), holder="telegram:chi",
            now=clock(), until=clock() + timedelta(days=30),
        )  # fmt: skip
    an.presses(f"visit:drop:{code}")
    keeper()
    assert rows(database, "SELECT id FROM offers") == []
