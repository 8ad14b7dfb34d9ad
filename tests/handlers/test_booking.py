"""Booking a visit by tapping or typing: read it as chats."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import icalendar
import pytest

from bot.core.actions import MoveVisit
from bot.core.crypto import Vault
from bot.core.messages import OWN, Kind
from bot.faq.matching.matcher import Matcher
from bot.store.database import Database, Row
from tests.support import town
from tests.support.buttons import those
from tests.support.people import Clock, Heard, Person
from tests.support.town import EIGHT, FRIDAY, NINE, slot_id

Chat = Callable[..., Person]


@pytest.fixture
def chat(citizen: Chat) -> Chat:
    return citizen


def rows(database: Database, sql: str) -> list[Row]:
    with database.transaction() as tx:
        return tx.rows(sql)


def labels(heard: Heard) -> list[str]:
    return list(heard.buttons)


def tap(person: Person, heard: Heard, label: str) -> Heard:
    """Tap the button whose label begins with *label*."""
    data = next(data for name, data in heard.buttons.items() if name.startswith(label))
    return person.presses(data)


def book(person: Person, slot: str = EIGHT, names: str = "cô Ba") -> Heard:
    person.presses(f"time:the:{slot}")
    return tap(person, person.says(names), "✅ Đồng ý, đặt lịch và nhắc tôi")


# --- the way through -------------------------------------------------------------------------------


def test_six_taps_from_the_service_to_a_booked_place(chat: Chat) -> None:
    an = chat()
    heard = an.presses("book")
    for label in ("Thẻ căn cước", "Công an phường Mẫu A", "Thứ Sáu 27/11", "08:00–09:00"):
        heard = tap(an, heard, label)
    heard = tap(an, heard, "Không ghi tên")
    heard = tap(an, heard, "✅ Đồng ý, đặt lịch và nhắc tôi")
    assert "✅ Đã đặt lịch. Mã hẹn:" in heard.text
    assert "08:00, Thứ Sáu 27/11/2026" in heard.text
    assert "Số 1 đường Mẫu" in heard.text


def test_every_button_fits_in_telegrams_64_bytes(chat: Chat) -> None:
    an = chat()
    heard = [an.presses("book"), an.presses("book:muc-2"), an.presses("place:muc-2:mau-a")]
    heard += [an.presses("day:muc-2:mau-a:261127"), an.presses(f"time:muc-2:{EIGHT}")]
    heard += [an.says("cô Ba"), tap(an, an.says("cô Ba"), "✅ Đồng ý đặt lịch")]
    sizes = [len(data.encode()) for one in heard for data in one.buttons.values()]
    assert max(sizes) <= 64


def test_what_to_bring_and_the_fee_are_the_faqs_own_words(chat: Chat, matcher: Matcher) -> None:
    said = book(chat()).text
    entry = matcher.faq.entries["mat-the"]
    assert all(line in said for line in entry.documents) or entry.answer in said


def test_the_official_ways_are_named_and_linked(chat: Chat) -> None:
    heard = chat().presses("book")
    assert "VNeID hoặc Cổng Dịch vụ công quốc gia" in heard.text
    urls = [b.url for reply in heard.replies for b in reply.buttons if b.url]
    assert urls == ["https://vneid.gov.vn", "https://dichvucong.gov.vn"]


def test_a_small_child_is_sent_to_the_online_way(chat: Chat) -> None:
    assert chat().presses("book:duoi-6").entries == ["mat-the"]


def test_only_hours_with_free_places_are_offered(chat: Chat) -> None:
    book(chat("binh"), NINE)
    offered = labels(chat().presses("day:the:mau-a:261127"))
    assert [label for label in offered if "chỗ" in label] == ["08:00–09:00 (còn 2 chỗ)"]


def test_priority_places_are_offered_apart(chat: Chat) -> None:
    an = chat()
    heard = tap(an, an.presses("place:the:mau-a"), "👵 Chỗ ưu tiên")
    heard = tap(an, heard, "Thứ Sáu 27/11")
    assert "10:00–11:00 (còn 1 chỗ)" in labels(heard)


def test_the_soonest_anywhere(chat: Chat) -> None:
    heard = chat().presses("soon:the")
    assert labels(heard)[0] == "08:00 Thứ Sáu 27/11, Công an phường Mẫu A"


@pytest.mark.parametrize(
    ("channel", "told"), [("telegram", False), ("seven-days", False), ("two-days", True)]
)
def test_where_a_reminder_might_not_arrive_people_are_told_to_tap_once_nearer_the_day(
    chat: Chat, channel: str, told: bool
) -> None:
    heard = book(chat(channel=channel))
    assert ("Từ Thứ Tư 25/11 trở đi, bạn mở lại khung chat này" in heard.text) is told
    assert "✅ Đã đặt lịch" in heard.text


# --- the place -------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["phường Tân Định", "phuong tan dinh", "P. Tân Định", "ben nghe"])
def test_a_ward_is_typed_as_people_do_also_by_its_old_name(chat: Chat, typed: str) -> None:
    an = chat()
    an.presses("book:the")
    heard = an.says(typed)
    assert "Nơi làm gần" in heard.text
    assert "Công an phường Mẫu A" in heard.text


def test_places_of_one_name_are_told_apart_by_a_tap(chat: Chat) -> None:
    an = chat()
    an.presses("book:the")
    heard = an.says("thanh an")
    assert labels(heard)[:2] == ["Xã Thanh An", "Xã Thạnh An"]
    assert "Nơi làm gần Xã Thạnh An" in tap(an, heard, "Xã Thạnh An").text


def test_a_name_that_too_many_bear_is_asked_with_its_district(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.booking.place.MOST_WARDS", 5)
    an = chat()
    an.presses("book:the")
    assert "quận, huyện cũ" in an.says("phường 1").text


def test_a_place_nobody_knows_is_asked_again(chat: Chat) -> None:
    an = chat()
    an.presses("book:the")
    assert "chưa tìm ra phường, xã này" in an.says("xyzt qwert").text


def test_a_shared_place_gives_the_nearest_and_is_not_kept(chat: Chat, database: Database) -> None:
    an = chat()
    an.presses("book:the")
    heard = an.does(Kind.LOCATION, data="10.84,106.62")
    assert heard.text.index("Mẫu B") < heard.text.index("Mẫu A")
    assert "km" in heard.text
    stored = rows(database, "SELECT text FROM incoming WHERE kind = 'location'")
    assert stored == [{"text": ""}]


def test_a_place_shared_out_of_the_blue_shows_what_is_near(chat: Chat) -> None:
    an = chat()
    heard = an.does(Kind.LOCATION, data="10.84,106.62")
    assert "mình không lưu vị trí" in heard.text
    assert "Thẻ căn cước" in labels(tap(an, heard, "Đặt lịch: Công an phường Mẫu B"))


# --- holding ---------------------------------------------------------------------------------------


def test_the_last_place_goes_to_one(chat: Chat) -> None:
    assert "giữ chỗ" in chat("an").presses(f"time:the:{NINE}").text
    assert "vừa hết chỗ" in chat("binh").presses(f"time:the:{NINE}").text


def test_a_hold_ends_by_itself_and_others_get_the_place(chat: Chat, clock: Clock) -> None:
    an = chat("an")
    an.presses(f"time:the:{NINE}")
    clock.move(minutes=11)
    assert "✅ Đã đặt lịch" in book(chat("binh"), NINE).text
    heard = an.says("cô Ba")
    assert "hết giờ" in heard.text
    assert "Chọn lại giờ" in labels(heard)


def test_a_hold_is_its_persons_only(chat: Chat, database: Database) -> None:
    an = chat("an")
    an.presses(f"time:the:{EIGHT}")
    (held,) = rows(database, "SELECT party FROM bookings")
    heard = chat("binh").presses(f"ok:{held['party']}:0")
    assert "Đã đặt lịch" not in heard.text
    assert rows(database, "SELECT state FROM bookings") == [{"state": "held"}]


def test_choosing_another_hour_gives_the_first_back(chat: Chat, database: Database) -> None:
    an = chat()
    an.presses(f"time:the:{EIGHT}")
    an.presses(f"time:the:{NINE}")
    taken = rows(database, "SELECT id FROM slots WHERE booked > 0")
    assert taken == [{"id": NINE}]


@pytest.mark.parametrize("word", ["hủy", "thôi", "/huy"])
def test_giving_up_gives_the_place_back(chat: Chat, database: Database, word: str) -> None:
    an = chat()
    an.presses(f"time:the:{EIGHT}")
    assert "Đã thôi đặt lịch" in an.says(word).text
    assert rows(database, "SELECT id FROM slots WHERE booked > 0") == []


def test_back_goes_one_step_back(chat: Chat) -> None:
    an = chat()
    an.presses(f"time:the:{EIGHT}")
    an.says("cô Ba")
    assert "Người đến tên gì" in an.says("quay lại").text
    heard = an.says("quay lại")
    assert "trả lại giờ vừa giữ" in heard.text  # not that it has run out
    assert "Chọn lại giờ" in labels(heard)


def test_a_wrong_hour_is_one_tap_away_from_the_others(chat: Chat) -> None:
    an = chat()
    heard = an.presses(f"time:the:{EIGHT}")
    assert "Thứ Sáu 27/11: bạn chọn giờ" in tap(an, heard, "Giờ khác").text


def test_the_button_that_leaves_says_so_and_is_believed_while_nothing_is_held(chat: Chat) -> None:
    an = chat()
    for heard in (an.presses("book:the"), an.presses("place:the:mau-a")):
        assert "Đã hủy việc đang làm dở" in tap(an, heard, "Thôi, không đặt nữa").text


def test_a_tap_that_comes_twice_books_once(chat: Chat, database: Database) -> None:
    an = chat()
    an.presses(f"time:the:{EIGHT}")
    ok = next(d for label, d in an.says("cô Ba").buttons.items() if "không cần nhắc" in label)
    first = an.presses(ok, id="same")
    again = an.presses(ok, id="same")
    assert first.text == again.text
    assert len(rows(database, "SELECT id FROM bookings WHERE state = 'booked'")) == 1


# --- who comes -------------------------------------------------------------------------------------


def test_a_family_gets_places_one_after_the_other(chat: Chat, database: Database) -> None:
    heard = book(chat(), names="cô Ba, bé Bi và chú Tư")
    assert heard.text.count("•") >= 3
    found = rows(database, "SELECT name, slot FROM bookings WHERE state = 'booked' ORDER BY member")
    assert [(row["name"], row["slot"]) for row in found] == [
        ("cô Ba", EIGHT),
        ("bé Bi", EIGHT),
        ("chú Tư", NINE),
    ]


def test_a_family_too_large_for_the_hour_keeps_the_one_place(
    chat: Chat, database: Database
) -> None:
    an = chat()
    an.presses(f"time:the:{EIGHT}")
    assert "không đủ 4 chỗ" in an.says("cô Ba, bé Bi, chú Tư, anh Năm").text
    assert len(rows(database, "SELECT id FROM bookings WHERE state = 'held'")) == 1


@pytest.mark.parametrize("typed", ["079000000001", "a, b, c, d, e, f", "x" * 61, "cô 3"])
def test_what_is_no_name_is_asked_again(chat: Chat, database: Database, typed: str) -> None:
    an = chat()
    an.presses(f"time:the:{EIGHT}")
    assert "Đừng ghi số giấy tờ" in an.says(typed).text
    assert rows(database, "SELECT id FROM bookings WHERE name <> ''") == []


def test_one_person_has_one_booking_of_a_service(chat: Chat) -> None:
    an = chat()
    book(an)
    heard = an.presses(f"time:the:{NINE}")
    assert "Bạn đã có lịch hẹn này rồi" in heard.text
    assert "Người đến tên gì" in tap(an, heard, "Đặt cho người nhà").text


def test_a_family_has_five_places_at_most_and_is_told_so(chat: Chat, database: Database) -> None:
    an = chat()
    book(an)
    an.presses(f"kin:the:{slot_id('mau-b', FRIDAY, 8)}")
    assert "nhiều nhất 4 người" in an.says("a, b, c, d, e").text
    heard = tap(an, an.says("a, b"), "✅ Đồng ý đặt lịch")
    assert "Mã hẹn của từng người" in heard.text
    holders = rows(database, "SELECT holder FROM bookings WHERE state = 'booked' ORDER BY holder")
    assert [row["holder"] for row in holders] == ["telegram:an", "telegram:an/2", "telegram:an/3"]


# --- phone and consent -----------------------------------------------------------------------------


def test_a_phone_number_is_sealed_and_nobody_is_scolded_for_it(
    chat: Chat, database: Database, vault: Vault
) -> None:
    an = chat()
    an.presses(f"time:the:{EIGHT}")
    an.says("cô Ba")
    heard = an.says("0900000001")
    assert "Số điện thoại: đã có" in heard.text
    assert "Mình đã che đi" not in heard.text
    tap(an, heard, "✅ Đồng ý, đặt lịch")
    (row,) = rows(database, "SELECT phone, phone_mark, vouched, holder FROM bookings")
    assert vault.open(row["phone"]) == "84900000001"
    assert row["phone_mark"] == vault.mark("84900000001")
    assert (row["holder"], row["vouched"]) == ("telegram:an", "")
    for table in ("incoming", "people", "outbox", "bookings", "questions"):
        assert "900000001" not in str(rows(database, f"SELECT * FROM {table}"))  # noqa: S608 - a name of this line


def test_a_shared_contact_counts_as_the_number(chat: Chat) -> None:
    an = chat()
    an.presses(f"time:the:{EIGHT}")
    an.says("cô Ba")
    assert "Số điện thoại: đã có" in an.does(Kind.CONTACT, text="+84 900 000 001").text


@pytest.mark.parametrize(
    ("kind", "data", "proved"),
    [(Kind.CONTACT, OWN, True), (Kind.CONTACT, "", False), (Kind.TEXT, "", False)],
)
def test_only_a_number_that_the_platform_vouches_for_is_known_as_ones_own(
    chat: Chat, database: Database, vault: Vault, kind: Kind, data: str, proved: bool
) -> None:
    an = chat()
    an.presses(f"time:the:{EIGHT}")
    an.says("cô Ba")
    heard = an.does(kind, text="0900000001", data=data)
    assert rows(database, "SELECT * FROM numbers") == []  # not before they agree
    tap(an, heard, "✅ Đồng ý, đặt lịch và nhắc tôi")
    found = rows(database, "SELECT mark, person FROM numbers")
    assert found == ([{"mark": vault.mark("84900000001"), "person": "an"}] if proved else [])


def test_a_number_typed_after_a_shared_one_is_nobodys_own(chat: Chat, database: Database) -> None:
    an = chat()
    an.presses(f"time:the:{EIGHT}")
    an.says("cô Ba")
    an.does(Kind.CONTACT, text="0900000001", data=OWN)
    tap(an, an.says("0900000002"), "✅ Đồng ý, đặt lịch và nhắc tôi")
    assert rows(database, "SELECT * FROM numbers") == []


def test_consent_is_asked_per_purpose_and_kept_with_its_version(
    chat: Chat, database: Database
) -> None:
    an = chat()
    an.presses(f"time:the:{EIGHT}")
    heard = an.says("cô Ba")
    assert "Bạn rút lại lúc nào cũng được" in heard.text
    assert rows(database, "SELECT * FROM consents") == []
    tap(an, heard, "✅ Đồng ý đặt lịch, không cần nhắc")
    found = rows(database, "SELECT purpose, given, version FROM consents")
    assert found == [{"purpose": "booking", "given": 1, "version": "2026-11"}]
    assert rows(database, "SELECT id FROM outbox WHERE key LIKE 'remind:%'") == []


def test_news_is_a_consent_of_its_own_and_one_word_takes_all_back(
    chat: Chat, database: Database
) -> None:
    an = chat()
    heard = book(an)
    assert {row["purpose"] for row in rows(database, "SELECT purpose FROM consents")} == {
        "booking",
        "reminders",
    }
    heard = tap(an, heard, "📰 Cho tôi nhận tin mới")
    assert "Nhắn DỪNG là thôi ngay" in heard.text
    tap(an, heard, "✅ Đồng ý nhận tin")
    assert "không tự nhắn cho bạn nữa" in an.says("DỪNG").text
    an.says("dừng")
    found = rows(database, "SELECT purpose, given FROM consents ORDER BY at, id")
    assert [(row["purpose"], row["given"]) for row in found[2:]] == [
        ("news", 1),
        ("news", 0),
        ("reminders", 0),
    ]
    assert rows(database, "SELECT state FROM bookings") == [{"state": "booked"}]


def test_who_agrees_to_reminders_later_gets_those_of_what_is_booked(
    chat: Chat, database: Database
) -> None:
    an = chat()
    an.presses(f"time:the:{EIGHT}")
    heard = tap(an, an.says("cô Ba"), "✅ Đồng ý đặt lịch, không cần nhắc")
    assert rows(database, "SELECT id FROM outbox WHERE code IS NOT NULL") == []
    an.presses("agree:reminders")
    an.presses("agree:reminders")
    kinds = rows(database, "SELECT kind FROM outbox WHERE code IS NOT NULL ORDER BY due_at")
    assert [row["kind"] for row in kinds] == ["evening", "hours"]
    assert heard.replies


# --- questions in between --------------------------------------------------------------------------


def test_a_question_in_the_middle_is_answered_and_booking_goes_on(chat: Chat) -> None:
    an = chat()
    an.presses(f"time:the:{EIGHT}")
    heard = an.says("mất thẻ căn cước làm lại sao?")
    assert heard.entries == ["mat-the"]
    assert "Người đến tên gì" in heard.text
    assert "Bạn xem lại" in an.says("cô Ba").text


def test_a_question_where_a_place_is_awaited_is_answered_and_the_place_asked_again(
    chat: Chat,
) -> None:
    an = chat()
    an.presses("book:the")
    heard = an.says("mất thẻ căn cước thì làm lại thế nào?")
    assert heard.entries == ["mat-the"]
    assert "bạn muốn làm ở đâu" in heard.text


# --- files -----------------------------------------------------------------------------------------


def test_the_confirmation_has_a_calendar_event_and_a_qr_code(chat: Chat) -> None:
    event, picture = book(chat()).replies[-1].attachments
    (found,) = icalendar.Calendar.from_ical(event.data).walk("VEVENT")
    assert found["dtstart"].dt == town.at(FRIDAY, 8)
    assert picture.data.startswith(b"\x89PNG")


# --- my visits -------------------------------------------------------------------------------------


def code_of(heard: Heard) -> str:
    return those(MoveVisit, heard.buttons.values())[0].code


def test_ones_visits_are_seen_moved_and_cancelled(
    chat: Chat, database: Database, clock: Clock
) -> None:
    an = chat()
    code = code_of(book(an))
    assert code in an.says("lịch của tôi").text
    heard = tap(an, an.presses(f"visit:move:{code}"), "Thứ Sáu 27/11")
    heard = tap(an, heard, "09:00–10:00")
    assert "✅ Đã đổi lịch" in heard.text
    assert code in heard.text
    (event,) = icalendar.Calendar.from_ical(heard.replies[-1].attachments[0].data).walk("VEVENT")
    assert event["sequence"] == 1
    assert "chắc chắn hủy" in an.presses(f"visit:cancel:{code}").text
    heard = an.presses(f"visit:drop:{code}")
    assert "Đã hủy lịch" in heard.text
    (event,) = icalendar.Calendar.from_ical(heard.replies[-1].attachments[0].data).walk("VEVENT")
    assert (event["status"], event["sequence"]) == ("CANCELLED", 2)
    assert "Bạn chưa có lịch hẹn nào" in an.says("lich cua toi").text


def test_a_move_to_a_full_hour_keeps_the_old_place(chat: Chat, database: Database) -> None:
    an = chat("an")
    code = code_of(book(an))
    book(chat("binh"), NINE)
    assert "Lịch cũ của bạn vẫn giữ nguyên" in an.presses(f"mtime:{code}:{NINE}").text
    live = rows(database, "SELECT slot FROM bookings WHERE state = 'booked' ORDER BY slot")
    assert live == [{"slot": EIGHT}, {"slot": NINE}]


def test_nobody_sees_or_cancels_anothers_visit(chat: Chat, database: Database) -> None:
    code = code_of(book(chat("an")))
    for verb in ("visit:move", "visit:cancel", "visit:drop"):
        assert "không thấy lịch này" in chat("binh").presses(f"{verb}:{code}").text
    assert rows(database, "SELECT state FROM bookings") == [{"state": "booked"}]


def test_a_cancelled_place_is_not_free_at_once(chat: Chat, clock: Clock) -> None:
    an = chat("an")
    code = code_of(book(an, NINE))
    an.presses(f"visit:drop:{code}")
    assert "vừa hết chỗ" in chat("binh").presses(f"time:the:{NINE}").text


# --- what is old or odd ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    ["book:khong-co", "place:the:khong-co", "day:the:mau-a:xx", "time:the:khong-co", "time:the",
     "place:the", "day:the", "ok:khong-co:1", "who:khong-co", "mtime:AAAAAA:x", "at:khong-co"],
)  # fmt: skip
def test_a_button_that_means_nothing_any_more_says_so_kindly(chat: Chat, data: str) -> None:
    heard = chat().presses(data)
    assert heard.replies
    assert "trục trặc" not in heard.text


def test_an_hour_that_has_passed_cannot_be_taken(chat: Chat, clock: Clock) -> None:
    clock.now = town.at(FRIDAY, 7) + timedelta(minutes=30)
    assert "vừa hết chỗ" in chat().presses(f"time:the:{EIGHT}").text


CLOSE = "UPDATE offices SET state = 'closed' WHERE id = 'mau-a'"


@pytest.mark.parametrize("data", ["place:muc-2:mau-b", "day:muc-2:mau-b:261127", "time:muc-2:{}"])
def test_a_button_of_an_office_that_no_longer_does_it_leads_to_others(
    chat: Chat, database: Database, data: str
) -> None:
    heard = chat().presses(data.format(slot_id("mau-b", FRIDAY, 8)))
    assert "không nhận đặt lịch cho việc này" in heard.text
    assert "Nơi khác" in labels(heard)
    assert rows(database, "SELECT id FROM bookings") == []


def test_a_button_of_an_office_that_has_closed_books_nothing(
    chat: Chat, database: Database
) -> None:
    with database.transaction() as tx:
        tx.rows(CLOSE)
    assert "không nhận đặt lịch" in chat().presses(f"time:the:{EIGHT}").text
    assert rows(database, "SELECT id FROM bookings") == []


def test_a_visit_is_moved_within_its_office_only(chat: Chat, database: Database) -> None:
    an = chat()
    code = code_of(book(an))
    an.presses(f"mtime:{code}:{slot_id('mau-b', FRIDAY, 8)}")
    assert rows(database, "SELECT office, state FROM bookings") == [
        {"office": "mau-a", "state": "booked"}
    ]


def test_of_a_party_each_is_cancelled_by_name(chat: Chat) -> None:
    an = chat()
    heard = book(an, names="cô Ba, bé Bi")
    assert "Hủy hẹn" not in labels(heard)
    codes = [d for d in an.presses("visits").buttons.values() if d.startswith("visit:cancel")]
    assert "của bé Bi" in an.presses(codes[-1]).text
