"""See what is held on oneself, and have it erased: read it as chats."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.crypto import Vault
from bot.core.messages import OWN, Kind
from bot.jobs.forget_old_data import forget_before
from bot.store.booking import bookings
from bot.store.database import Database, Row
from bot.store.outbox import calls
from bot.store.outbox.still_valid import About
from bot.store.people import erasure_log
from bot.store.staff import audit
from bot.store.values import stamp
from tests.handlers.test_booking import book, tap
from tests.support import town
from tests.support.bookings import MUST_BE_EMPTY
from tests.support.people import Clock, Heard, Person
from tests.support.schema import columns
from tests.support.town import EIGHT, NINE

Chat = Callable[..., Person]
NAME = "Nguyễn Văn Dấu Vết"
PHONE = "0900000001"


@pytest.fixture
def chat(citizen: Chat) -> Chat:
    return citizen


def rows(database: Database, sql: str, **values: object) -> list[Row]:
    with database.transaction() as tx:
        return tx.rows(sql, **values)


def lives(person: Person, slot: str = EIGHT) -> str:
    """Somebody who has left something in every corner; returns the booking's code."""
    person.does(Kind.START)
    person.says(f"tôi tên {NAME}, mất thẻ căn cước làm lại ở đâu")
    person.presses("news:yes")
    person.says("kích hoạt giúp tôi")
    person.says("hủy")
    person.presses("officer")
    person.says(f"hồ sơ của {NAME} đâu")
    person.presses(f"time:the:{slot}")
    person.says(NAME)
    person.does(Kind.CONTACT, text=PHONE, data=OWN)
    heard = person.presses(person_form(person))
    return heard.text.split("Mã hẹn: ")[1][:6]


def person_form(person: Person) -> str:
    """The data of the button that books and wants to be reminded."""
    heard = person.says("giá bao nhiêu vậy")  # answered, then the form is shown again
    return next(d for label, d in heard.buttons.items() if label.startswith("✅ Đồng ý, đặt lịch"))


def held(heard: Heard, vault: Vault) -> Any:
    """What the file for machines says."""
    file = heard.replies[0].attachments[1]
    assert file.name == "du-lieu-cua-toi.json"
    return json.loads(vault.open_file(file).data)


def erase(person: Person) -> Heard:
    return tap(person, person.says("/xoadulieu"), "🗑 Xóa hết")


# --- seeing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["/dulieucuatoi", "dữ liệu của tôi", "du lieu cua toi"])
def test_a_person_gets_everything_that_is_held_on_them(
    chat: Chat, vault: Vault, words: str
) -> None:
    an = chat()
    code = lives(an)
    (account,) = held(an.says(words), vault)["accounts"]
    tables = account["held"]
    assert account["channel"] == "telegram"
    assert (tables["bookings"][0]["code"], tables["bookings"][0]["name"]) == (code, NAME)
    assert tables["bookings"][0]["phone"] == PHONE
    assert {row["purpose"] for row in tables["consents"]} == {"booking", "reminders", "news"}
    assert "2026" in tables["consents"][0]["version"]
    assert any(NAME in row["text"] for row in tables["handoffs"])
    assert any(NAME in row["text"] for row in tables["incoming"])
    assert any(code in row["text"] for row in tables["outbox"])
    assert tables["questions"]


def test_what_hangs_on_a_person_s_rows_is_theirs_too(
    chat: Chat, database: Database, vault: Vault, clock: Clock
) -> None:
    an, binh = chat("an"), chat("binh")
    code = lives(an)
    an.presses(f"visit:drop:{code}")
    book(binh, NINE)
    with database.transaction() as tx:
        audit.write(tx, clock(), "officer.one", "xem số điện thoại", code)
        audit.write(tx, clock(), "officer.one", "xem danh sách", "mau-a")
    tables = held(an.says("/dulieucuatoi"), vault)["accounts"][0]["held"]
    happened = {(row["what"], row["actor"]) for row in tables["booking_events"]}
    assert happened == {("held", "person"), ("booked", "person"), ("cancelled", "person")}
    assert [(row["what"], row["code"]) for row in tables["audit"]] == [("xem số điện thoại", code)]
    assert "officer.one" not in str(tables)
    assert tables["coach_events"][0]["event"] == "begun"


def test_the_text_is_for_reading(chat: Chat, vault: Vault) -> None:
    an = chat()
    lives(an)
    text = vault.open_file(an.says("/dulieucuatoi").replies[0].attachments[0]).data.decode()
    assert f"tên: {NAME}; số điện thoại: {PHONE}" in text
    assert "mục đích: nhắc lịch; đồng ý: có" in text
    assert "08:00, Thứ Sáu 27/11/2026" in text


def test_the_file_is_sealed_where_it_is_kept(chat: Chat, database: Database) -> None:
    an = chat()
    lives(an)
    an.says("/dulieucuatoi")
    assert PHONE not in json.dumps(rows(database, "SELECT reply FROM outbox"), ensure_ascii=False)


def test_nothing_of_anybody_else_is_in_it(chat: Chat, vault: Vault) -> None:
    lives(chat("an"))
    binh = chat("binh")
    binh.says("quên mật khẩu")
    assert NAME not in json.dumps(held(binh.says("/dulieucuatoi"), vault), ensure_ascii=False)


def test_a_sixth_file_of_a_day_has_to_wait(chat: Chat, clock: Clock) -> None:
    an = chat()
    for _ in range(5):
        assert an.says("/dulieucuatoi").replies[0].attachments
    assert "Mai bạn lấy lại" in an.says("/dulieucuatoi").text
    clock.move(days=1, minutes=1)
    assert an.says("/dulieucuatoi").replies[0].attachments


def test_a_consent_is_seen_to_be_withdrawn_with_the_last_visit(chat: Chat, vault: Vault) -> None:
    an = chat()
    code = lives(an)
    an.presses(f"visit:drop:{code}")
    given = [
        (row["purpose"], row["given"])
        for row in held(an.says("/dulieucuatoi"), vault)["accounts"][0]["held"]["consents"]
    ]
    assert given[0] == ("booking", 0)
    assert ("booking", 1) in given


def test_what_is_kept_and_for_how_long_is_told(chat: Chat) -> None:
    heard = chat().says("bot giữ gì")
    assert "30 ngày" in heard.text
    assert {"mydata", "erase"} <= set(heard.buttons.values())


# --- erasing -------------------------------------------------------------------------------------


def test_it_is_asked_once_what_would_go(chat: Chat, database: Database) -> None:
    an = chat()
    lives(an)
    heard = an.says("xóa dữ liệu của tôi")
    assert "1 lịch hẹn sắp tới của bạn bị HỦY" in heard.text
    assert NAME in str(rows(database, "SELECT name FROM bookings"))


def test_erasing_gives_a_receipt_and_the_place_back(
    chat: Chat, database: Database, clock: Clock
) -> None:
    an = chat()
    code = lives(an)
    heard = erase(an)
    receipt = heard.text.split("XÓA-")[1][:6]
    with database.transaction() as tx:
        assert erasure_log.find(tx, receipt)
        booking = bookings.by_code(tx, code)
        assert booking
        assert (booking.state, booking.name, booking.phone) == ("cancelled", "", "")
        assert [row["state"] for row in tx.rows("SELECT state FROM returned")] == ["back"]
        for what, sql in MUST_BE_EMPTY.items():
            assert tx.rows(sql) == [], what
    assert NAME not in heard.text


def test_the_row_of_an_erasure_leads_to_nobody(chat: Chat, database: Database) -> None:
    an = chat("0123456789")
    erase(an)
    (row,) = rows(database, "SELECT * FROM erasures")
    assert "0123456789" not in str(row)
    assert "telegram" not in str(row)


def test_after_it_only_the_receipt_leads_to_the_person(chat: Chat, database: Database) -> None:
    an = chat("0123456789")
    lives(an)
    an.says("/dulieucuatoi")
    erase(an)
    tables = columns(database)
    with database.transaction() as tx:
        left = {t: tx.rows(f"SELECT * FROM {t}") for t in tables}  # noqa: S608 - the schema's names
    assert [t for t, found in left.items() if NAME in str(found)] == []
    assert [t for t, found in left.items() if "0123456789" in str(found)] == ["outbox"]
    assert len(left["outbox"]) == 1


def test_figures_stay(chat: Chat, database: Database) -> None:
    an = chat()
    lives(an)
    count = "SELECT count(*) AS n, count(DISTINCT person) AS people FROM questions"
    before = rows(database, count)
    erase(an)
    assert rows(database, count) == before
    assert len(rows(database, "SELECT id FROM bookings")) == 1


def test_an_update_that_comes_again_after_an_erasure_is_not_taken_for_new(
    chat: Chat, database: Database
) -> None:
    an = chat()
    an.says(f"tôi là {NAME}", id="41")
    erase(an)
    assert an.says(f"tôi là {NAME}", id="41").replies == ()
    assert NAME not in str(rows(database, "SELECT * FROM incoming"))


def test_an_old_button_asks_again(chat: Chat, database: Database, clock: Clock) -> None:
    an = chat()
    lives(an)
    asked = an.says("/xoadulieu")
    clock.move(minutes=31)
    assert "Xóa dữ liệu của bạn?" in tap(an, asked, "🗑 Xóa hết").text
    assert "Xóa dữ liệu của bạn?" in an.presses("erase:ffffffffffff:one").text
    assert "Xóa dữ liệu của bạn?" in an.presses("erase:khong:all").text
    assert rows(database, "SELECT * FROM erasures") == []


def test_linked_accounts_are_erased_only_if_that_is_wanted(
    chat: Chat, database: Database, vault: Vault, clock: Clock
) -> None:
    link = "INSERT INTO links (channel, person, owner, at) VALUES (:channel, :person, 'o', :at)"
    one, other = chat("an"), chat("an-zalo", "seven-days")
    lives(one)
    book(other, NINE, "chú Tư")
    for each in (one, other):
        who = {"channel": each.address.channel, "person": each.address.user}
        rows(database, link, at=stamp(clock()), **who)
    assert len(held(one.says("/dulieucuatoi"), vault)["accounts"]) == 2
    asked = one.says("/xoadulieu")
    assert "2 lịch hẹn" in asked.text
    tap(one, asked, "Chỉ xóa ở tài khoản này")
    assert "chú Tư" in str(rows(database, "SELECT name FROM bookings"))
    assert rows(database, "SELECT * FROM links") == []
    for channel, person in (("telegram", "an"), ("seven-days", "an-zalo")):
        rows(database, link, at=stamp(clock()), channel=channel, person=person)
    tap(one, one.says("/xoadulieu"), "🗑 Xóa hết, cả tài khoản liên kết")
    assert "chú Tư" not in str(rows(database, "SELECT name FROM bookings"))


def test_who_waits_for_a_place_waits_no_more(chat: Chat, database: Database) -> None:
    an = chat()
    an.presses("wait:the:mau-a")
    assert "danh sách chờ" in erase_text(an)
    erase(an)
    (row,) = rows(database, "SELECT state, person FROM waiting")
    assert row == {"state": "left", "person": ""}


def erase_text(person: Person) -> str:
    return person.says("/xoadulieu").text


def test_a_copy_of_a_reminder_on_another_account_goes_too(chat: Chat, database: Database) -> None:
    an = chat()
    code = lives(an)
    other = """
        INSERT INTO outbox (id, key, channel, person, reply, content, priority, created_at, due_at,
                            state, code, version, kind)
        SELECT 'copy', 'copy', 'zalo', 'kin', reply, '', 5, created_at, due_at, 'due', code, 1, kind
        FROM outbox WHERE code = :code LIMIT 1
    """
    rows(database, other, code=code)
    erase(an)
    assert rows(database, "SELECT id FROM outbox WHERE person = 'kin'") == []


# --- the disk ------------------------------------------------------------------------------------


def bytes_on_disk(database: Database) -> bytes:
    file = Path(database.path)
    return b"".join(found.read_bytes() for found in file.parent.glob(f"{file.name}*"))


TRACES = [NAME.encode(), PHONE.encode(), b"84900000001", b"0123456789"]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_no_byte_of_a_person_is_left_in_the_files_after_an_erasure(
    chat: Chat, database: Database
) -> None:
    an = chat("0123456789")
    for number in range(40):  # neighbours, so that pages are split and filled again
        chat(f"other-{number}").says("mất thẻ căn cước làm lại ở đâu " * (number % 7 + 1))
        if number == 20:
            lives(an)
    before = bytes_on_disk(database)
    assert [trace for trace in TRACES[:1] if trace in before]  # not `in`: pytest would show it all
    erase(an)
    rows(database, "DELETE FROM outbox WHERE person = '0123456789'")  # the receipt
    database.scrub()
    left = bytes_on_disk(database)
    assert [trace for trace in TRACES if trace in left] == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_thirty_one_days_after_a_visit_no_byte_of_the_person_is_left(
    chat: Chat, database: Database, clock: Clock, keeper: Callable[[], set[str]]
) -> None:
    an = chat("0123456789")
    lives(an)
    an.says("/dulieucuatoi")
    an.says("dừng")  # whoever still wants news stays known, by the account alone
    an.presses("wait:muc-2:mau-a")
    clock.now = town.at(town.FRIDAY, 8)
    clock.move(days=2)
    keeper()  # nobody marked the visit: it is closed
    clock.move(days=27, hours=23)
    sweep(database, clock)
    assert NAME in str(rows(database, "SELECT name FROM bookings"))
    clock.move(days=1, hours=2)
    keeper()
    sweep(database, clock)
    database.scrub()
    left = bytes_on_disk(database)
    assert [trace for trace in TRACES if trace in left] == []
    assert [row["state"] for row in rows(database, "SELECT state FROM bookings")] == ["no_show"]


def sweep(database: Database, clock: Clock) -> None:
    with database.transaction() as tx:
        forget_before(tx, clock() - timedelta(days=30))


def test_a_hold_that_nobody_confirmed_keeps_no_name(
    chat: Chat, database: Database, clock: Clock, keeper: Callable[[], set[str]]
) -> None:
    an = chat()
    an.presses(f"time:the:{EIGHT}")
    an.says(NAME)
    clock.move(minutes=11)
    keeper()
    (row,) = rows(database, "SELECT state, name FROM bookings")
    assert row == {"state": "expired", "name": ""}


@pytest.mark.parametrize("table", sorted({"profiles", "coachings", "numbers", "consents", "calls"}))
def test_nothing_is_left_out_of_what_the_tests_above_look_at(
    chat: Chat, database: Database, clock: Clock, table: str
) -> None:
    """Who has left nothing somewhere proves nothing there."""
    code = lives(chat())
    about = About(code, 1, "evening")
    with database.transaction() as tx:
        calls.add(tx, about, "a made-up reason", clock())
        assert tx.rows(f"SELECT * FROM {table}")  # noqa: S608 - a table of the list above
