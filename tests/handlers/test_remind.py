"""Reminders before a visit and questions after it: read them as chats across days."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.core.config.booking import Service
from bot.core.messages import Address, Reply
from bot.dialogue import Dialogue
from bot.faq.matching.matcher import Matcher
from bot.store.booking import offices
from bot.store.booking.bookings import State
from bot.store.database import Database
from bot.store.outbox import outbox
from bot.store.people import consents
from bot.store.values import unpack
from handlers.booking import after_visit
from handlers.booking import reminders as remind
from handlers.texts import reminders as reminder_texts
from tests.support import town
from tests.support.people import Clock, Heard
from tests.support.reminded import THE, Town
from tests.support.town import EIGHT, FRIDAY, slot_id
from tests.support.visits import local_time, rows, states

MONDAY_NINE = slot_id("mau-a", FRIDAY + timedelta(days=3), 9)


@pytest.fixture
def there(
    database: Database,
    dialogue_of: Callable[..., Dialogue],
    clock: Clock,
    loop_runner: asyncio.Runner,
) -> Town:
    town.build(database)
    return Town(database, clock, dialogue_of(town.SETTINGS), loop_runner)


def of(reply: Reply) -> Heard:
    return Heard((reply,))


# --- before the visit ------------------------------------------------------------------------------


def test_one_is_reminded_on_the_evening_before_and_in_the_morning(there: Town) -> None:
    code = there.book(there.person())
    assert there.post() == []
    there.clock.now = local_time("2026-11-26 19:00")
    ((to, reply),) = there.post()
    assert to == "an"
    said = reply.text
    for part in ("cô Ba", "Thẻ căn cước", "08:00, Thứ Sáu 27/11/2026", "Công an phường Mẫu A",
                 "Số 1 đường Mẫu", f"Mã hẹn: {code}", "Mang theo:\n• Không cần giấy tờ"):  # fmt: skip
        assert part in said
    there.clock.now = local_time("2026-11-27 07:00")
    assert [to for to, _ in there.post()] == ["an"]
    assert there.post() == []


def test_a_reminder_has_buttons_to_come_move_cancel_and_find_the_way(there: Town) -> None:
    code = there.book(there.person())
    there.clock.now = local_time("2026-11-26 19:00")
    ((_, reply),) = there.post()
    assert of(reply).buttons == {
        "✅ Tôi sẽ đến": f"visit:coming:{code}",
        "Đổi lịch": f"visit:move:{code}",
        "Hủy hẹn": f"visit:cancel:{code}",
        "🗺 Xem bản đồ": "",
        "Mất thẻ, cấp lại": "ask:mat-the",
    }
    assert any("10.77" in button.url for button in reply.buttons)


def test_who_wants_no_reminder_gets_none(there: Town) -> None:
    there.book(there.person(), reminded=False)
    assert rows(there.database, "SELECT id FROM outbox WHERE code IS NOT NULL") == []


def test_who_wants_to_be_reminded_after_all_is_though_the_clock_was_set_back(there: Town) -> None:
    an = there.person()
    an.presses(f"visit:drop:{there.book(an)}")
    an.says("dừng")
    there.clock.move(hours=-1)
    there.book(an)
    there.clock.now = local_time("2026-11-26 19:00")
    assert [to for to, _ in there.post()] == ["an"]


def test_who_says_they_come_is_noted_and_thanked(there: Town) -> None:
    an = there.person()
    code = there.book(an)
    heard = an.presses(f"visit:coming:{code}")
    assert "Hẹn gặp bạn lúc 08:00, Thứ Sáu 27/11/2026" in heard.text
    assert f"visit:move:{code}" in heard.buttons.values()
    assert there.booking(code).answer == "coming"


def test_nobody_else_can_say_that_they_come(there: Town) -> None:
    code = there.book(there.person("an"))
    binh = there.person("binh")
    assert "không thấy lịch này" in binh.presses(f"visit:coming:{code}").text
    assert "không thấy lịch này" in binh.presses("visit:coming:NONE").text
    assert there.booking(code).answer is None


def test_whom_it_was_passed_on_to_can_say_that_they_come(there: Town) -> None:
    code = there.book(there.person("an"))
    passed_on(there, "binh")
    heard = there.person("binh").presses(f"visit:coming:{code}")
    assert "Hẹn gặp" in heard.text
    assert list(heard.buttons) == ["Gặp cán bộ"]


def passed_on(there: Town, to: str) -> Reply:
    """The evening's reminder goes to *to* as well, an account that is known by its number only."""
    (row,) = rows(there.database, "SELECT id, reply FROM outbox WHERE kind = 'evening'")
    with there.database.transaction() as tx:
        reply = reminder_texts.passed_on(Reply.from_json(unpack(row["reply"])))
        outbox.copy(tx, row["id"], there.new_id(), Address("telegram", to), reply, there.clock())
    return reply


def test_whom_it_was_passed_on_to_has_no_power_over_the_visit(there: Town) -> None:
    code = there.book(there.person("an"))
    reply = of(passed_on(there, "binh"))
    assert "mở lại khung chat đó" in reply.text
    assert {"✅ Tôi sẽ đến", "Gặp cán bộ"} <= reply.buttons.keys()
    assert not {"Đổi lịch", "Hủy hẹn"} & reply.buttons.keys()
    binh = there.person("binh")
    for data in (f"visit:move:{code}", f"visit:cancel:{code}", f"visit:drop:{code}"):
        assert "không thấy lịch này" in binh.presses(data).text
    assert there.booking(code).state is State.BOOKED


def test_a_cancelled_visit_cannot_be_come_to(there: Town) -> None:
    an = there.person()
    code = there.book(an)
    an.presses(f"visit:drop:{code}")
    assert "không còn nữa" in an.presses(f"visit:coming:{code}").text


def test_nothing_is_said_of_a_cancelled_visit(there: Town) -> None:
    an = there.person()
    code = there.book(an)
    an.presses(f"visit:drop:{code}")
    there.clock.now = local_time("2026-11-26 19:00")
    assert there.post() == []
    assert states(there.database)[f"{code}:1:evening"] == "missed"


def test_a_moved_visit_is_announced_at_its_new_hour_only(there: Town) -> None:
    an = there.person()
    code = there.book(an)
    an.presses(f"mtime:{code}:{MONDAY_NINE}")
    told: list[str] = []
    for moment in ("2026-11-26 19:00", "2026-11-27 07:00", "2026-11-29 19:00", "2026-11-30 07:00"):
        there.clock.now = local_time(moment)
        told += [reply.text for _, reply in there.post()]
    assert len(told) == 2
    assert all("09:00, Thứ Hai 30/11/2026" in text for text in told)


def test_a_visit_moved_back_to_its_old_hour_is_announced_once(there: Town) -> None:
    an = there.person()
    code = there.book(an)
    an.presses(f"mtime:{code}:{MONDAY_NINE}")
    there.clock.move(hours=1)
    an.presses(f"mtime:{code}:{EIGHT}")
    there.clock.now = local_time("2026-11-26 19:00")
    assert [f"Mã hẹn: {code}" in reply.text for _, reply in there.post()] == [True]


def test_who_books_at_the_last_moment_is_not_reminded_of_the_past(there: Town) -> None:
    there.clock.now = local_time("2026-11-27 05:30")
    code = there.book(there.person())
    assert [key for key in states(there.database) if key.startswith(code)] == [f"{code}:1:hours"]


def test_a_reminder_that_was_written_twice_is_one_row(there: Town) -> None:
    booking = there.booking(there.book(there.person()))
    before = states(there.database)
    with there.database.transaction() as tx:
        office = offices.get(tx, "mau-a")
        assert office
        remind.schedule(tx, booking, office, THE, town.SETTINGS, there.clock(), there.new_id)
    assert states(there.database) == before


def test_long_lists_of_papers_are_cut_short(matcher: Matcher) -> None:
    entry = matcher.faq.entries["mat-the"]
    long = entry.model_copy(update={"documents": tuple("abcdef")})
    assert reminder_texts.papers(long) == "Mang theo:\n• a\n• b\n• c\n• d\n• …"
    assert reminder_texts.papers(entry.model_copy(update={"documents": ()})) == ""
    assert reminder_texts.papers(None) == ""


# --- after the visit -------------------------------------------------------------------------------


def test_one_is_asked_until_it_is_activated(there: Town) -> None:
    an = there.person()
    code = there.book(an)
    there.served(code)
    there.clock.now = local_time("2026-11-27 19:00")
    ((to, reply),) = there.post()
    assert to == "an"
    assert "đã kích hoạt chưa?" in reply.text
    assert list(of(reply).buttons.values()) == [
        f"active:yes:{code}", f"active:how:{code}", f"active:stuck:{code}"
    ]  # fmt: skip
    there.clock.now = local_time("2026-11-30 19:00")
    assert len(there.post()) == 1
    assert "Tốt quá" in an.presses(f"active:yes:{code}").text
    there.clock.now = local_time("2026-12-07 19:00")
    assert there.post() == []
    assert there.booking(code).activated_at == local_time("2026-11-30 19:00")
    assert states(there.database)[f"{code}:1:activate-10"] == "missed"


def test_after_seven_days_the_question_names_whom_to_call(there: Town) -> None:
    an = there.person()
    code = there.book(an)
    there.served(code)
    told = []
    for moment in ("2026-11-27 19:00", "2026-12-03 19:00", "2026-12-07 19:00"):
        there.clock.now = local_time(moment)
        told += [reply.text for _, reply in there.post()]
    assert ["trong 7 ngày" in text for text in told] == [True, True, False]
    assert ["quá 7 ngày thì bạn gọi tổng đài 1900.0368" in text for text in told] == [
        False, False, True
    ]  # fmt: skip


def test_saying_so_twice_changes_nothing(there: Town) -> None:
    an = there.person()
    code = there.book(an)
    there.served(code)
    an.presses(f"active:yes:{code}")
    there.clock.move(hours=1)
    assert "Tốt quá" in an.presses(f"active:yes:{code}").text
    assert there.booking(code).activated_at == local_time("2026-11-27 08:20")


def test_nobody_else_can_say_that_it_is_activated(there: Town) -> None:
    code = there.book(there.person("an"))
    there.served(code)
    assert "không thấy lịch này" in there.person("binh").presses(f"active:yes:{code}").text
    assert there.booking(code).activated_at is None


def test_nothing_is_activated_before_the_visit(there: Town) -> None:
    an = there.person()
    code = there.book(an)
    assert "không còn nữa" in an.presses(f"active:yes:{code}").text
    assert there.booking(code).activated_at is None


@pytest.mark.parametrize(
    ("activate", "consent", "written"), [(True, True, 4), (False, True, 0), (True, False, 0)]
)
def test_questions_are_written_for_services_with_an_account_and_people_who_agreed(
    there: Town, activate: bool, consent: bool, written: int
) -> None:
    an = there.person()
    booking = there.booking(there.book(an))
    service = Service(id="the", title="Thẻ căn cước", activate=activate)
    there.clock.move(seconds=1)  # of two words of one moment nobody could say which came last
    with there.database.transaction() as tx:
        if not consent:
            consents.take_back(tx, there.new_id(), an.address, "reminders", "v", there.clock())
        after_visit.schedule(tx, booking, service, town.SETTINGS, there.clock(), there.new_id)
        found = tx.rows("SELECT id FROM outbox WHERE kind LIKE 'activate%'")
    assert len(found) == written


def test_unknown_buttons_are_left_to_others(there: Town) -> None:
    assert "Nút này đã cũ" in there.person().presses("active:maybe:ABC234").text
    assert "Nút này đã cũ" in there.person().presses("visit:nothing:ABC234").text
