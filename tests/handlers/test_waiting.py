"""The waiting list and changed hours, as chats."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.messages import Address, Reply
from bot.store.database import Row, SqliteDatabase
from bot.store.values import unpack
from tests.conftest import Clock, Heard, Person
from tests.handlers import town
from tests.handlers.test_booking import book, code_of, labels, rows, tap
from tests.handlers.town import FRIDAY, slot_id

Citizen = Callable[..., Person]
Keeper = Callable[[], set[str]]
NINE = slot_id("mau-a", FRIDAY, 9)  # one place


def pushed(database: SqliteDatabase, person: Person, kind: str) -> list[Heard]:
    """What was written to *person* unasked, oldest first."""
    found = rows(database, "SELECT * FROM outbox WHERE kind IS NOT NULL ORDER BY id")
    mine = (row for row in found if Address(row["channel"], row["person"]) == person.address)
    return [Heard((Reply.from_json(unpack(r["reply"])),)) for r in mine if r["kind"] == kind]


def offers(database: SqliteDatabase) -> list[Row]:
    return rows(
        database,
        "SELECT w.person, o.state FROM offers AS o JOIN waiting AS w ON w.id = o.waiting"
        " ORDER BY o.at, o.id",
    )


@pytest.fixture
def cancelled(citizen: Citizen) -> Callable[[], None]:
    """`cancelled()`: the one place at nine is booked, and then given back."""

    def cancel() -> None:
        an = citizen("an")
        an.presses(f"visit:drop:{code_of(book(an, NINE))}")

    return cancel


def waits(citizen: Citizen, *names: str) -> list[Person]:
    people = [citizen(name) for name in names]
    for person in people:
        assert "danh sách chờ" in person.presses("wait:the:mau-a").text
    return people


def test_a_place_given_back_is_offered_to_the_first_in_line(
    citizen: Citizen, keeper: Keeper, cancelled: Callable[[], None], database: SqliteDatabase
) -> None:
    binh, chi = waits(citizen, "binh", "chi")
    cancelled()
    assert keeper() == {"telegram"}
    (offer,) = pushed(database, binh, "offer")
    assert "09:00, Thứ Sáu 27/11/2026" in offer.text
    assert "đến 12:00 ngày 24/11" in offer.text
    assert pushed(database, chi, "offer") == []
    assert "✅ Đã đặt lịch" in tap(binh, offer, "✅ Nhận chỗ này").text
    assert rows(database, "SELECT id, booked FROM slots WHERE booked > 0") == [
        {"id": NINE, "booked": 1}
    ]


def test_who_does_not_answer_is_passed_over_and_the_order_can_be_shown(
    citizen: Citizen,
    keeper: Keeper,
    cancelled: Callable[[], None],
    clock: Clock,
    database: SqliteDatabase,
) -> None:
    binh, chi = waits(citizen, "binh", "chi")
    cancelled()
    keeper()
    clock.move(hours=2)
    keeper()
    (first,), (second,) = (pushed(database, person, "offer") for person in (binh, chi))
    assert "hết hạn" in tap(binh, first, "✅ Nhận chỗ này").text
    assert "✅ Đã đặt lịch" in tap(chi, second, "✅ Nhận chỗ này").text
    assert [(row["person"], row["state"]) for row in offers(database)] == [
        ("binh", "expired"),
        ("chi", "accepted"),
    ]


def test_who_declines_stays_in_line_but_is_not_asked_again_for_this_place(
    citizen: Citizen, keeper: Keeper, cancelled: Callable[[], None], database: SqliteDatabase
) -> None:
    (binh,) = waits(citizen, "binh")
    cancelled()
    keeper()
    (offer,) = pushed(database, binh, "offer")
    assert "vẫn ở trong danh sách chờ" in tap(binh, offer, "Giờ này không hợp").text
    keeper()
    assert len(pushed(database, binh, "offer")) == 1
    assert rows(database, "SELECT state FROM waiting") == [{"state": "waiting"}]


def test_an_offer_is_its_persons_only(
    citizen: Citizen, keeper: Keeper, cancelled: Callable[[], None], database: SqliteDatabase
) -> None:
    (binh,) = waits(citizen, "binh")
    cancelled()
    keeper()
    (offer,) = pushed(database, binh, "offer")
    assert "hết hạn" in tap(citizen("kẻ khác"), offer, "✅ Nhận chỗ này").text


def test_a_place_nobody_waits_for_is_free_after_a_while(
    citizen: Citizen, keeper: Keeper, cancelled: Callable[[], None], clock: Clock
) -> None:
    cancelled()
    binh = citizen("binh")
    clock.move(minutes=29)
    keeper()
    assert "vừa hết chỗ" in binh.presses(f"time:the:{NINE}").text
    clock.move(minutes=1)
    keeper()
    assert "giữ chỗ" in binh.presses(f"time:the:{NINE}").text


def test_leaving_the_line_passes_the_offer_on(
    citizen: Citizen, keeper: Keeper, cancelled: Callable[[], None], database: SqliteDatabase
) -> None:
    binh, chi = waits(citizen, "binh", "chi")
    cancelled()
    keeper()
    (offer,) = pushed(database, binh, "offer")
    assert "bỏ tên bạn" in tap(binh, offer, "Thôi, không chờ nữa").text
    keeper()
    assert len(pushed(database, chi, "offer")) == 1


def test_nobody_waits_twice_for_one_thing(citizen: Citizen) -> None:
    binh = citizen("binh")
    binh.presses("wait:the:mau-a")
    assert "rồi" in binh.presses("wait:the:mau-b").text


def test_a_full_office_offers_the_waiting_list(citizen: Citizen, database: SqliteDatabase) -> None:
    with database.transaction() as tx:
        tx.rows("UPDATE slots SET booked = capacity")
    heard = citizen().presses("place:the:mau-a")
    assert "kín chỗ" in heard.text
    assert "🔔 Báo tôi khi có chỗ" in labels(heard)


def test_who_is_booked_at_an_hour_that_is_gone_is_asked_to_move_once(
    citizen: Citizen, keeper: Keeper, database: SqliteDatabase
) -> None:
    an = citizen("an")
    code = code_of(book(an, NINE))
    with database.transaction() as tx:
        tx.rows("UPDATE slots SET open = 0 WHERE id = :id", id=NINE)
    keeper()
    keeper()
    (asked,) = pushed(database, an, "changed")
    assert "vừa đổi giờ làm" in asked.text
    heard = tap(an, asked, "Chọn giờ khác")
    heard = tap(an, tap(an, heard, "Thứ Sáu 27/11"), "08:00")
    assert "✅ Đã đổi lịch" in heard.text
    assert code in heard.text
    keeper()
    assert len(pushed(database, an, "changed")) == 1


def test_the_keeper_ends_holds(citizen: Citizen, keeper: Keeper, clock: Clock) -> None:
    citizen("an").presses(f"time:the:{NINE}")
    clock.move(minutes=10)
    keeper()
    assert "giữ chỗ" in citizen("binh").presses(f"time:the:{NINE}").text


def test_an_offer_never_outlasts_the_hour_it_is_for(
    citizen: Citizen,
    keeper: Keeper,
    cancelled: Callable[[], None],
    clock: Clock,
    database: SqliteDatabase,
) -> None:
    waits(citizen, "binh")
    cancelled()
    clock.now = town.at(FRIDAY, 7)
    keeper()
    (until,) = rows(database, "SELECT until FROM offers")
    assert until["until"].startswith("2026-11-27T01:00")  # 08:00 in Vietnam
