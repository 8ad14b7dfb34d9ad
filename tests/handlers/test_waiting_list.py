"""The waiting list and changed hours, as chats."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.core.crypto import Vault
from bot.core.messages import Address, Reply
from bot.store.booking import bookings
from bot.store.booking.bookings import State
from bot.store.database import Database, Row
from bot.store.values import moment, stamp, unpack
from tests.handlers.test_booking import book, code_of, labels, rows, tap
from tests.support import town
from tests.support.people import Clock, Heard, Person
from tests.support.town import FRIDAY, slot_id

Citizen = Callable[..., Person]
Keeper = Callable[[], set[str]]
Offered = Callable[..., tuple[list[Person], Heard]]
EIGHT = slot_id("mau-a", FRIDAY, 8)  # two places
NINE = slot_id("mau-a", FRIDAY, 9)  # one place


def pushed(database: Database, person: Person, kind: str) -> list[Heard]:
    """What was written to *person* unasked, oldest first."""
    found = rows(database, "SELECT * FROM outbox WHERE kind IS NOT NULL ORDER BY id")
    mine = (row for row in found if Address(row["channel"], row["person"]) == person.address)
    return [Heard((Reply.from_json(unpack(r["reply"])),)) for r in mine if r["kind"] == kind]


def offers(database: Database) -> list[Row]:
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


@pytest.fixture
def offered(
    citizen: Citizen, keeper: Keeper, cancelled: Callable[[], None], database: Database
) -> Offered:
    """`(binh, chi), offer = offered("binh", "chi")`: they wait, in this order, and the place at nine is
    given back and offered to the first of them."""

    def come_back(*names: str) -> tuple[list[Person], Heard]:
        people = waits(citizen, *names)
        cancelled()
        keeper()
        (offer,) = pushed(database, people[0], "offer")
        return people, offer

    return come_back


def test_what_was_offered_stands_in_the_file_of_what_is_held(
    offered: Offered, vault: Vault
) -> None:
    (binh, chi), _ = offered("binh", "chi")
    file = binh.says("/dulieucuatoi").replies[0].attachments[1]
    (offer,) = json.loads(vault.open_file(file).data)["accounts"][0]["held"]["offers"]
    assert (offer["office"], offer["state"]) == ("Công an phường Mẫu A", "open")
    none = vault.open_file(chi.says("/dulieucuatoi").replies[0].attachments[1]).data
    assert "offers" not in json.loads(none)["accounts"][0]["held"]


def book_with(person: Person, phone: str) -> None:
    """Book at eight, giving *phone* if there is one."""
    person.presses(f"time:the:{EIGHT}")
    heard = person.says("cô Ba")
    if phone:
        heard = person.says(phone)
    assert "✅ Đã đặt lịch" in tap(person, heard, "✅ Đồng ý đặt lịch").text


def waits(citizen: Citizen, *names: str) -> list[Person]:
    people = [citizen(name) for name in names]
    for person in people:
        assert "danh sách chờ" in person.presses("wait:the:mau-a").text
    return people


def test_a_place_given_back_is_offered_to_the_first_in_line(
    citizen: Citizen, keeper: Keeper, cancelled: Callable[[], None], database: Database
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
    database: Database,
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
    offered: Offered, keeper: Keeper, database: Database
) -> None:
    (binh,), offer = offered("binh")
    assert "vẫn ở trong danh sách chờ" in tap(binh, offer, "Giờ này không hợp").text
    keeper()
    assert len(pushed(database, binh, "offer")) == 1
    assert rows(database, "SELECT state FROM waiting") == [{"state": "waiting"}]


def test_an_offer_is_its_persons_only(citizen: Citizen, offered: Offered) -> None:
    _, offer = offered("binh")
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
    offered: Offered, keeper: Keeper, database: Database
) -> None:
    (binh, chi), offer = offered("binh", "chi")
    assert "bỏ tên bạn" in tap(binh, offer, "Thôi, không chờ nữa").text
    keeper()
    assert len(pushed(database, chi, "offer")) == 1


def test_nobody_waits_twice_for_one_thing(citizen: Citizen) -> None:
    binh = citizen("binh")
    binh.presses("wait:the:mau-a")
    assert "rồi" in binh.presses("wait:the:mau-b").text


def test_a_full_office_offers_the_waiting_list(citizen: Citizen, database: Database) -> None:
    with database.transaction() as tx:
        tx.rows("UPDATE slots SET booked = capacity")
    heard = citizen().presses("place:the:mau-a")
    assert "kín chỗ" in heard.text
    assert "🔔 Báo tôi khi có chỗ" in labels(heard)
    assert "chọn nơi khác" in heard.text


def test_where_every_office_is_full_no_other_is_spoken_of(
    citizen: Citizen, database: Database
) -> None:
    with database.transaction() as tx:
        tx.rows("UPDATE slots SET booked = capacity")
    heard = citizen().presses("soon:the")
    assert heard.text.startswith("Thẻ căn cước: mọi nơi hiện đã kín chỗ.")
    assert "nơi khác" not in heard.text
    assert "🔔 Báo tôi khi có chỗ" in labels(heard)


def test_who_is_booked_at_an_hour_that_is_gone_is_asked_to_move_once(
    citizen: Citizen, keeper: Keeper, database: Database
) -> None:
    an = citizen("an")
    code = code_of(book(an, NINE))
    with database.transaction() as tx:
        tx.rows("UPDATE slots SET open = 0 WHERE id = :id", id=NINE)
    assert keeper() == {"telegram"}
    assert keeper() == set()  # nothing new, so nobody is woken
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
    database: Database,
) -> None:
    waits(citizen, "binh")
    cancelled()
    clock.now = town.at(FRIDAY, 7)
    keeper()
    (until,) = rows(database, "SELECT until FROM offers")
    assert until["until"].startswith("2026-11-27T01:00")  # 08:00 in Vietnam


def test_a_place_for_the_early_morning_is_not_offered_to_people_asleep(
    citizen: Citizen,
    keeper: Keeper,
    cancelled: Callable[[], None],
    clock: Clock,
    database: Database,
) -> None:
    """From 22:00 nobody can answer before 07:00, and at 06:30 an offer for 07:30 ends."""
    waits(citizen, "binh")
    cancelled()
    clock.now = town.at(FRIDAY - timedelta(days=1), 22)
    with database.transaction() as tx:
        early = stamp(town.at(FRIDAY, 7) + timedelta(minutes=30))
        tx.rows("UPDATE slots SET starts_at = :early WHERE id = :id", early=early, id=NINE)
    keeper()
    assert offers(database) == []
    assert rows(database, "SELECT id FROM slots WHERE booked > 0") == []


def test_a_place_that_came_back_in_the_evening_can_be_answered_in_the_morning(
    citizen: Citizen,
    keeper: Keeper,
    cancelled: Callable[[], None],
    clock: Clock,
    database: Database,
) -> None:
    waits(citizen, "binh")
    clock.now = town.at(FRIDAY - timedelta(days=2), 22)
    cancelled()
    keeper()
    (until,) = rows(database, "SELECT until FROM offers")
    assert moment(until["until"]) == town.at(FRIDAY - timedelta(days=1), 9)


@pytest.mark.parametrize("phone", ["", "0900 000 001"])
def test_who_has_found_a_place_is_not_asked(
    citizen: Citizen,
    keeper: Keeper,
    cancelled: Callable[[], None],
    database: Database,
    phone: str,
) -> None:
    binh = waits(citizen, "binh", "chi")[0]
    book_with(binh, phone)
    cancelled()
    keeper()
    assert [row["person"] for row in offers(database)] == ["chi"]


def test_who_has_booked_for_a_relative_still_waits(
    citizen: Citizen, keeper: Keeper, cancelled: Callable[[], None], database: Database
) -> None:
    (binh,) = waits(citizen, "binh")
    tap(binh, binh.presses(f"kin:the:{EIGHT}"), "Không ghi tên")
    tap(binh, binh.says("cô Ba"), "✅ Đồng ý đặt lịch")
    cancelled()
    keeper()
    assert [row["person"] for row in offers(database)] == ["binh"]


@pytest.mark.parametrize("phone", ["", "0900 000 001"])
def test_an_offer_gives_no_second_booking(
    citizen: Citizen,
    keeper: Keeper,
    cancelled: Callable[[], None],
    database: Database,
    phone: str,
) -> None:
    (binh,) = waits(citizen, "binh")
    cancelled()
    keeper()
    book_with(binh, phone)
    (offer,) = pushed(database, binh, "offer")
    assert "Bạn đã có lịch hẹn này rồi" in tap(binh, offer, "✅ Nhận chỗ này").text
    assert [row["state"] for row in offers(database)] == ["open"]


def test_who_takes_an_offer_lets_go_of_what_they_held(
    citizen: Citizen, keeper: Keeper, cancelled: Callable[[], None], database: Database
) -> None:
    (binh,) = waits(citizen, "binh")
    cancelled()
    keeper()
    binh.presses(f"time:the:{EIGHT}")
    (offer,) = pushed(database, binh, "offer")
    assert "✅ Đã đặt lịch" in tap(binh, offer, "✅ Nhận chỗ này").text
    assert rows(database, "SELECT id, booked FROM slots WHERE booked > 0") == [
        {"id": NINE, "booked": 1}
    ]


def test_an_offer_of_an_hour_that_is_gone_is_over(
    citizen: Citizen, keeper: Keeper, cancelled: Callable[[], None], database: Database
) -> None:
    (binh,) = waits(citizen, "binh")
    cancelled()
    keeper()
    with database.transaction() as tx:
        tx.rows("UPDATE slots SET open = 0 WHERE id = :id", id=NINE)
    (offer,) = pushed(database, binh, "offer")
    assert "hết hạn" in tap(binh, offer, "✅ Nhận chỗ này").text


def test_who_was_there_since_may_wait_anew(
    citizen: Citizen, keeper: Keeper, clock: Clock, database: Database
) -> None:
    (binh,) = waits(citizen, "binh")
    clock.move(minutes=1)
    code = code_of(book(binh))
    with database.transaction() as tx:
        for before, after in ((State.BOOKED, State.ARRIVED), (State.ARRIVED, State.SERVED)):
            assert bookings.mark(tx, code, before, after, town.at(FRIDAY, 8), "officer")
    assert "Đã ghi bạn" in binh.presses("wait:the:mau-a").text
    assert [row["state"] for row in rows(database, "SELECT state FROM waiting ORDER BY id")] == [
        "left",
        "waiting",
    ]


def test_a_visit_that_nobody_marked_ends_after_a_day_and_its_person_can_book_again(
    citizen: Citizen, keeper: Keeper, clock: Clock, database: Database
) -> None:
    an, binh = citizen("an"), citizen("binh")
    codes = [code_of(book(person)) for person in (an, binh)]
    clock.now = town.at(FRIDAY, 8)
    with database.transaction() as tx:
        assert bookings.mark(tx, codes[1], State.BOOKED, State.ARRIVED, clock(), "officer")
    clock.now = town.at(FRIDAY + timedelta(days=1), 8)
    keeper()
    assert "chưa có lịch" not in an.presses("visits").text
    clock.move(seconds=1)
    keeper()
    with database.transaction() as tx:
        ends = [bookings.by_code(tx, code) for code in codes]
        assert [end.state for end in ends if end] == [State.NO_SHOW, State.SERVED]
        last = "SELECT what, actor FROM booking_events WHERE code = :code ORDER BY at DESC LIMIT 1"
        assert tx.rows(last, code=codes[0]) == [{"what": "no_show", "actor": "service"}]
    assert "✅ Đã đặt lịch" in book(an, slot_id("mau-a", FRIDAY + timedelta(days=4), 8)).text


def test_the_line_is_asked_in_order_whatever_they_wait_for(
    citizen: Citizen, keeper: Keeper, clock: Clock, database: Database
) -> None:
    """Two services of one office, and somebody who would go anywhere: the longest wait wins."""
    for name, button in (
        ("binh", "wait:muc-2:mau-a"),
        ("chi", "wait:the:"),
        ("dung", "wait:the:mau-a"),
    ):
        citizen(name).presses(button)
        clock.move(seconds=1)
    citizen("elsewhere").presses("wait:the:mau-b")
    for name in ("an", "giang"):
        person = citizen(name)
        person.presses(f"visit:drop:{code_of(book(person))}")
    keeper()
    assert [row["person"] for row in offers(database)] == ["binh", "chi"]


@pytest.mark.parametrize("typed", ["danh sách chờ", "thôi chờ", "khong cho nua", "lịch của tôi"])
def test_what_one_waits_for_is_seen_and_left_by_words(citizen: Citizen, typed: str) -> None:
    binh = citizen("binh")
    binh.presses("wait:the:mau-a")
    heard = binh.says(typed)
    assert "đang chờ chỗ: Thẻ căn cước, Công an phường Mẫu A" in heard.text
    assert "bỏ tên bạn" in tap(binh, heard, "Thôi, không chờ nữa").text
    assert "không ở trong danh sách chờ" in binh.says("danh sách chờ").text


def test_who_waits_already_is_told_where(citizen: Citizen) -> None:
    binh = citizen("binh")
    tap(binh, binh.presses("wait:the:"), "Thôi, không chờ nữa")
    binh.presses("wait:the:mau-a")
    assert "Công an phường Mẫu A" in binh.presses("wait:the:mau-b").text


def test_who_takes_an_offer_is_asked_whether_to_be_reminded(
    offered: Offered, database: Database
) -> None:
    (binh,), offer = offered("binh")
    taken = tap(binh, offer, "✅ Nhận chỗ này")
    assert pushed(database, binh, "evening") == []
    tap(binh, taken, "🔔 Nhắc tôi trước giờ hẹn")
    assert len(pushed(database, binh, "evening")) == 1


# --- an offer pressed late ---------------------------------------------------------------------------


@pytest.mark.parametrize("press", ["✅ Nhận chỗ này", "Giờ này không hợp"])
def test_an_offer_that_was_taken_answers_with_the_booking(offered: Offered, press: str) -> None:
    (binh,), offer = offered("binh")
    code = code_of(binh.presses(offer.buttons["✅ Nhận chỗ này"]))
    heard = binh.presses(offer.buttons[press])
    assert f"Bạn đã đặt rồi: mã {code}, 09:00" in heard.text


@pytest.mark.parametrize("press", ["✅ Nhận chỗ này", "Giờ này không hợp"])
def test_an_offer_that_was_declined_says_so_and_the_wait_goes_on(
    offered: Offered, press: str
) -> None:
    (binh,), offer = offered("binh")
    binh.presses(offer.buttons["Giờ này không hợp"])
    heard = binh.presses(offer.buttons[press])
    assert "bỏ qua lời mời này" in heard.text
    assert "Bạn đang chờ chỗ" in heard.text


def test_an_offer_that_ended_says_when(offered: Offered, clock: Clock, keeper: Keeper) -> None:
    (binh,), offer = offered("binh")
    clock.move(hours=3)
    keeper()
    heard = binh.presses(offer.buttons["✅ Nhận chỗ này"])
    assert "đã hết hạn lúc 12:00" in heard.text
    assert "🔔 Báo tôi khi có chỗ khác" in heard.buttons


def test_who_has_booked_is_not_put_on_a_list_that_would_never_ask_them(citizen: Citizen) -> None:
    an = citizen("an")
    code = code_of(book(an))
    assert f"Bạn đã đặt rồi: mã {code}" in an.presses("wait:the:mau-a").text


def test_leaving_a_list_that_one_is_not_on_says_so(citizen: Citizen) -> None:
    assert "không ở trong danh sách chờ" in citizen("an").presses("unwait:the").text


# --- a cancel by mistake -----------------------------------------------------------------------------


def test_a_place_that_is_offered_is_not_taken_back(
    citizen: Citizen, offered: Offered, database: Database
) -> None:
    (binh,), offer = offered("binh")
    (row,) = rows(database, "SELECT code FROM bookings WHERE person = 'an'")
    heard = citizen("an").presses(f"visit:back:{row['code']}", id="later")
    assert "đã dành cho người khác" in heard.text
    assert "✅ Đã đặt lịch" in binh.presses(offer.buttons["✅ Nhận chỗ này"]).text


def test_a_place_that_was_taken_back_is_offered_to_nobody(
    citizen: Citizen, cancelled: Callable[[], None], keeper: Keeper, database: Database
) -> None:
    waits(citizen, "binh")
    cancelled()
    (row,) = rows(database, "SELECT code FROM bookings WHERE person = 'an'")
    assert (
        "✅ Đã lấy lại lịch" in citizen("an").presses(f"visit:back:{row['code']}", id="later").text
    )
    keeper()
    assert offers(database) == []


def test_a_place_that_was_declined_by_all_is_the_givers_again(
    citizen: Citizen, offered: Offered, database: Database
) -> None:
    (binh,), offer = offered("binh")
    binh.presses(offer.buttons["Giờ này không hợp"])
    (row,) = rows(database, "SELECT code FROM bookings WHERE person = 'an'")
    assert (
        "✅ Đã lấy lại lịch" in citizen("an").presses(f"visit:back:{row['code']}", id="later").text
    )
