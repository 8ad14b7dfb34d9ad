"""News: agreed to in three taps, seen, changed, erased; and DỪNG, wherever it is typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from bot.core.messages import Address, Priority, Reply, Tone
from bot.store.booking import bookings
from bot.store.booking.bookings import State
from bot.store.campaigns.campaigns import KIND
from bot.store.database import Database
from bot.store.outbox import outbox
from bot.store.people import consents, profiles
from bot.store.people.profiles import Profile
from bot.store.values import Ids, stamp
from handlers.booking import attendance
from handlers.texts import profile as profile_texts
from tests.support.people import Clock, Heard, Person
from tests.support.town import FRIDAY, SETTINGS, slot_id
from tests.support.visits import rows

Chat = Callable[..., Person]
AN = Address("telegram", "an")
LINK = "INSERT INTO links (channel, person, owner, at) VALUES (:channel, :person, 'one', :at)"


@pytest.fixture
def chat(citizen: Chat) -> Chat:
    return citizen


def tap(person: Person, heard: Heard, label: str) -> Heard:
    return person.presses(next(d for name, d in heard.buttons.items() if name.startswith(label)))


def profile(database: Database, person: Address = AN) -> Profile | None:
    with database.transaction() as tx:
        return profiles.get(tx, person)


def subscribed(person: Person) -> Heard:
    """In three taps after the word."""
    heard = tap(person, person.says("nhận tin"), "✅ Đồng ý nhận tin")
    heard = tap(person, heard, "Công nhân")
    return tap(person, heard, "Chưa làm")


def agrees(database: Database, person: Address = AN) -> bool:
    with database.transaction() as tx:
        return consents.has(tx, person, consents.NEWS)


def test_three_taps_after_the_consent_that_says_what_is_kept(
    chat: Chat, database: Database
) -> None:
    an = chat()
    heard = an.says("đăng ký nhận tin")
    assert profile_texts.CONSENT in heard.text
    assert profile(database) is None
    heard = subscribed(an)
    assert "• Nhóm: Công nhân" in heard.text
    assert "• VNeID mức 2: chưa làm" in heard.text
    assert "• Nhận tin: có (đồng ý ngày 24/11/2026)" in heard.text
    (row,) = rows(database, "SELECT purpose, given, version FROM consents")
    assert row == {"purpose": "news", "given": 1, "version": profile_texts.CONSENT_VERSION}


def test_nothing_is_kept_before_it_is_agreed_to(chat: Chat, database: Database) -> None:
    heard = chat().presses("profile:audience:cong-nhan")
    assert "✅ Đồng ý nhận tin" in heard.buttons
    assert profile(database) is None


def test_a_ward_is_typed_by_any_name_and_chosen_where_several_have_it(
    chat: Chat, database: Database
) -> None:
    an = chat()
    heard = tap(an, subscribed(an), "📍 Thêm phường")
    assert "chưa tìm ra" in an.says("xyz").text
    heard = an.says("quận 3")
    assert list(heard.buttons)[:3] == ["Phường Bàn Cờ", "Phường Nhiêu Lộc", "Phường Xuân Hòa"]
    assert "• Phường, xã: Phường Bàn Cờ" in tap(an, heard, "Phường Bàn Cờ").text
    an.presses("profile:ward")
    assert "• Phường, xã: Phường Tân Phú" in an.says("phường Tân Phú").text
    found = profile(database)
    assert found
    assert found.ward == "27031"


def test_a_question_while_a_ward_is_asked_for_is_no_ward(chat: Chat) -> None:
    an = chat()
    subscribed(an)
    an.presses("profile:ward")
    assert "Bạn ở phường, xã nào?" not in an.presses("profile").text


def test_what_was_told_is_changed_and_erased(chat: Chat, database: Database) -> None:
    an = chat()
    subscribed(an)
    heard = tap(an, an.says("hồ sơ của tôi"), "Đổi nhóm")
    assert "• Nhóm: Sinh viên" in tap(an, heard, "Sinh viên").text
    heard = tap(an, an.says("hồ sơ của tôi"), "🗑 Xóa hồ sơ")
    assert profile(database)
    assert "Đã xóa hồ sơ" in tap(an, heard, "Xóa ngay").text
    assert profile(database) is None
    assert not agrees(database)
    assert "chưa giữ điều gì" in an.says("hồ sơ của tôi").text


@pytest.mark.parametrize(
    "word", ["DỪNG", "dừng", "dung", "Dung.", "STOP", "dừng nhận tin", "/dung", "“DỪNG”"]
)
def test_stop_is_understood_however_it_is_typed(chat: Chat, database: Database, word: str) -> None:
    an = chat()
    subscribed(an)
    heard = an.says(word)
    assert "✅ Đã dừng" in heard.text
    assert "NHẬN TIN" in heard.text
    assert not agrees(database)


def test_do_not_write_any_more_is_to_stop(chat: Chat, database: Database) -> None:
    an = chat()
    subscribed(an)
    assert "Đã dừng" in an.says("đừng nhắn tin nữa").text
    assert not agrees(database)


def test_who_has_stopped_comes_back_with_what_was_told(chat: Chat, database: Database) -> None:
    an = chat()
    subscribed(an)
    an.says("DỪNG")
    assert "• Nhận tin: không" in an.says("hồ sơ của tôi").text
    tap(an, an.says("NHẬN TIN"), "✅ Đồng ý nhận tin")
    found = profile(database)
    assert found
    assert (found.news, found.audience, found.status) == (True, "cong-nhan", "none")


def test_stop_counts_in_the_middle_of_booking_but_dung_is_a_name_there(
    chat: Chat, database: Database
) -> None:
    an = chat()
    subscribed(an)
    an.presses(f"time:the:{slot_id('mau-a', FRIDAY, 8)}")
    assert "✅ Đã dừng" in an.says("dừng").text
    assert not agrees(database)
    assert "✅ Đồng ý, đặt lịch và nhắc tôi" in an.says("Dung").buttons
    assert rows(database, "SELECT name FROM bookings") == [{"name": "Dung"}]


def test_stop_counts_for_linked_accounts_and_for_what_already_waits(
    chat: Chat, database: Database, clock: Clock
) -> None:
    an, other = chat(), chat("an-zalo", "zalo-oa")
    subscribed(an)
    subscribed(other)
    with database.transaction() as tx:
        for address in (an.address, other.address):
            values = {"channel": address.channel, "person": address.user}
            tx.rows(LINK, at=stamp(clock()), **values)
            outbox.put(
                tx, id=Ids().new(clock()), key=f"campaign:c:{address.user}", to=address,
                reply=Reply(Tone.NOTICE, "tin"), content=KIND, now=clock(),
                due_at=clock() + timedelta(hours=9), priority=Priority.BROADCAST, code="c", kind=KIND,
            )  # fmt: skip
    other.says("DỪNG")
    assert not agrees(database, an.address)
    assert not agrees(database, other.address)
    assert rows(database, "SELECT DISTINCT state, error FROM outbox WHERE kind = 'campaign'") == [
        {"state": "missed", "error": "opted out"}
    ]


def test_the_status_follows_what_the_service_sees(
    chat: Chat, database: Database, clock: Clock
) -> None:
    an = chat()
    subscribed(an)
    an.presses(f"time:the:{slot_id('mau-a', FRIDAY, 8)}")
    tap(an, an.says("cô Ba"), "✅ Đồng ý, đặt lịch và nhắc tôi")
    code = rows(database, "SELECT code FROM bookings")[0]["code"]
    clock.now = clock.now.replace(day=27, hour=2)
    with database.transaction() as tx:
        new_id = partial(Ids().new, clock())
        attendance.mark(tx, SETTINGS, code, State.SERVED, clock(), "officer", new_id)
        booking = bookings.by_code(tx, code)
        assert booking is not None
        assert booking.state is State.SERVED
    found = profile(database)
    assert found
    assert found.status == "enrolled"
    an.presses(f"active:yes:{code}")
    found = profile(database)
    assert found
    assert found.status == "active"


def test_who_did_not_agree_is_not_written_down_when_served(
    chat: Chat, database: Database, clock: Clock
) -> None:
    chat().says("xin chào")
    with database.transaction() as tx:
        profiles.served(tx, AN, clock())
        profiles.activated(tx, AN, clock())
    assert profile(database) is None


def test_profiles_of_who_left_are_forgotten_and_those_of_others_kept(
    chat: Chat, database: Database, clock: Clock
) -> None:
    an, binh = chat(), chat("binh")
    subscribed(an)
    subscribed(binh)
    binh.says("DỪNG")
    with database.transaction() as tx:
        profiles.forget_before(tx, clock() + timedelta(days=1))
    assert profile(database, an.address)
    assert profile(database, binh.address) is None
