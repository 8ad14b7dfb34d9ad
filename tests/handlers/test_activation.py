"""Activating together, step by step: read it as chats across days."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.config import Settings
from bot.core.messages import Kind
from bot.dialogue import Dialogue
from bot.faq import entries
from bot.faq.matching.matcher import Matcher, Thresholds
from bot.store.database import Database
from bot.store.people import coachings, consents
from handlers.texts import activation
from handlers.texts.activation import STEPS
from tests.support import town
from tests.support.paths import PROJECT
from tests.support.people import Clock, Heard, Person
from tests.support.reminded import Town
from tests.support.visits import local_time, rows

FIRST, LAST = STEPS[0], STEPS[-1]
ENTRY = """
  - id: {id}
    question: Hỏi về {id}?
    label: Mục {id}
    answer: Trả lời về {id}.
    action: {action}
"""
OTHERS = """
  - id: le-phi
    question: Lệ phí làm thẻ căn cước bao nhiêu tiền?
    answer: Bạn đóng 50.000 đ khi đổi thẻ.
  - id: kich-hoat-cac-buoc
    question: Hồ sơ đã được duyệt thì kích hoạt VNeID từng bước thế nào?
    answer: Bạn tự kích hoạt tại nhà.
    action: activate
"""
SETTINGS = town.SETTINGS.model_dump()
SETTINGS["booking"]["services"] += ({"id": "kich-hoat", "title": "Hỗ trợ kích hoạt VNeID"},)


@pytest.fixture(scope="module")
def faq(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    """What goes wrong at each step, and two other questions."""
    folder = tmp_path_factory.mktemp("faq")
    ids = dict.fromkeys(id_ for step in STEPS for id_ in step.troubles)
    troubles = "".join(ENTRY.format(id=id_, action="call") for id_ in ids)
    text = f"entries:{troubles}{OTHERS}"
    (folder / "thu.yaml").write_text(text, encoding="utf-8")
    return Matcher.build(entries.load(folder), Thresholds())


@pytest.fixture
def there(
    database: Database,
    dialogue_of: Callable[..., Dialogue],
    faq: Matcher,
    clock: Clock,
    loop_runner: asyncio.Runner,
) -> Town:
    town.build(database)
    settings = Settings.model_validate(SETTINGS)
    return Town(database, clock, dialogue_of(settings, faq), loop_runner)


def tap(person: Person, heard: Heard, label: str) -> Heard:
    """Tap the button whose label begins with *label*."""
    data = next(data for name, data in heard.buttons.items() if name.startswith(label))
    return person.presses(data)


def reminded(there: Town, person: Person) -> None:
    with there.database.transaction() as tx:
        consents.give(tx, there.new_id(), person.address, "reminders", "test", there.clock())


def at(number: int) -> str:
    return f"Bước {number}/{len(STEPS)} – {STEPS[number - 1].name}"


# --- the way through -------------------------------------------------------------------------------


def test_eight_taps_from_the_first_step_to_a_working_account(there: Town) -> None:
    an = there.person()
    heard = an.says("kích hoạt giúp tôi")
    for number, step in enumerate(STEPS, 1):
        assert at(number) in heard.text
        heard = tap(an, heard, step.done)
    assert "🎉 Tốt quá" in heard.text
    assert heard.buttons == {"☰ Danh mục": "menu"}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_each_step_is_short_and_has_two_to_four_buttons(step: activation.Step) -> None:
    reply = activation.show(step)
    assert len(reply.text) <= 420
    assert 2 <= len(reply.buttons) <= 4
    assert all(len(button.label) <= 36 for button in reply.buttons)
    assert all(len(button.data.encode()) <= 64 for button in reply.buttons)


def test_every_trouble_of_every_step_is_in_the_faq() -> None:
    faq = entries.load(PROJECT / "faq")
    assert {id_ for step in STEPS for id_ in step.troubles} <= faq.entries.keys()


@pytest.mark.parametrize(
    "said", ["kich hoat giup toi", "Hướng dẫn kích hoạt", "/kichhoat", "kích hoạt VNeID"]
)
def test_it_is_opened_by_words(there: Town, said: str) -> None:
    assert at(1) in there.person().says(said).text


def test_it_is_opened_by_a_link_and_by_the_button_under_an_answer(there: Town) -> None:
    an = there.person()
    assert at(1) in an.does(Kind.START, data="kichhoat").text
    heard = an.presses("ask:kich-hoat-cac-buoc")
    assert heard.buttons["📱 Kích hoạt từng bước"] == "coach"


def test_who_agreed_to_be_reminded_is_not_asked_again_when_they_leave(there: Town) -> None:
    an = there.person()
    reminded(there, an)
    an.presses("coach:go:otp")
    heard = an.presses("coach:later")
    assert "Tối mai mình hỏi lại" in heard.text
    assert "🔔 Được, nhắc tôi" not in heard.buttons


def test_under_answers_that_end_with_a_call_a_button_dials(there: Town) -> None:
    (reply,) = there.person().presses("ask:khong-nhan-otp").replies
    assert {b.label: b.url for b in reply.buttons if b.calls} == {
        "📞 Gọi tổng đài 1900.0368": "tel:19000368"
    }


def test_words_do_what_the_buttons_do(there: Town) -> None:
    an = there.person()
    an.says("kích hoạt giúp tôi")
    assert at(2) in an.says("có rồi").text
    assert at(3) in an.says("xong").text
    assert at(2) in an.says("quay lại").text
    assert "giống điều nào" in an.says("không được").text
    assert "Đã dừng" in an.says("hủy").text


def test_there_is_nothing_before_the_first_step(there: Town) -> None:
    an = there.person()
    an.says("kích hoạt giúp tôi")
    assert at(1) in an.says("quay lại").text


def test_a_question_in_between_is_answered_and_the_step_said_again(there: Town) -> None:
    an = there.person()
    an.says("kích hoạt giúp tôi")
    heard = an.says("Lệ phí làm thẻ căn cước bao nhiêu tiền?")
    assert heard.entries == ["le-phi"]
    assert at(1) in heard.replies[-1].text


def test_after_a_while_questions_are_only_answered(there: Town) -> None:
    an = there.person()
    an.says("kích hoạt giúp tôi")
    there.clock.move(hours=2)
    heard = an.says("Lệ phí làm thẻ căn cước bao nhiêu tiền?")
    assert len(heard.replies) == 1


@pytest.mark.parametrize("typed", ["079123456789", "0900000001", "123456"])
def test_numbers_that_belong_into_the_app_are_refused_and_not_kept(there: Town, typed: str) -> None:
    an = there.person()
    an.presses("coach:go:nhap-so")
    heard = an.says(typed)
    assert "chỉ nhập trong ứng dụng VNeID" in heard.text
    assert at(3) in heard.replies[-1].text
    kept = rows(there.database, "SELECT text FROM incoming ORDER BY at DESC")
    assert all(typed not in row["text"] for row in kept)


# --- stuck -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_where_one_is_stuck_is_answered_by_the_faq(there: Town, step: activation.Step) -> None:
    an = there.person()
    heard = an.presses(f"coach:stuck:{step.id}")
    assert "giống điều nào" in heard.text
    heard = tap(an, heard, f"Mục {step.troubles[0]}")
    assert heard.entries == [step.troubles[0]]
    assert f"Trả lời về {step.troubles[0]}." in heard.text
    following = STEPS[activation.number_of(step)] if step is not LAST else None
    heard = tap(an, heard, "✅ Được rồi, làm tiếp")
    assert (following.name if following else "🎉") in heard.text


def test_who_is_still_stuck_may_book_call_or_write_to_people(there: Town) -> None:
    an = there.person()
    heard = an.presses("coach:stuck:otp")
    heard = tap(an, tap(an, heard, "Mục khong-nhan-otp"), "Vẫn chưa được")
    assert "1900.0368" in heard.text
    assert heard.buttons["📅 Đặt lịch nhờ cán bộ giúp"] == "book:kich-hoat"
    assert heard.buttons["Gặp cán bộ"] == "officer"
    assert at(4) in tap(an, heard, "Thử lại bước 4").text


def test_where_nothing_is_booked_and_the_faq_is_silent_people_are_named(
    there: Town, dialogue_of: Callable[..., Dialogue]
) -> None:
    there.dialogue = dialogue_of(Settings())
    heard = there.person().presses("coach:stuck:otp")
    assert "1900.0368" in heard.text
    assert "📅 Đặt lịch nhờ cán bộ giúp" not in heard.buttons


def test_buttons_that_nobody_made_are_outdated(there: Town) -> None:
    an = there.person()
    for data in ("coach:go:nothing", "coach:nothing:otp", "coach:nothing", "coach:why:otp:le-phi",
                 "coach:why:otp"):  # fmt: skip
        assert "Nút này đã cũ" in an.presses(data).text


# --- remembering -----------------------------------------------------------------------------------


def test_days_later_it_goes_on_where_it_was_left(there: Town) -> None:
    an = there.person()
    an.presses("coach:go:otp")
    an.presses("menu")
    there.clock.move(days=5)
    heard = an.says("kích hoạt giúp tôi")
    assert "Lần trước bạn dừng ở bước 4/8: nhập mã OTP" in heard.text
    assert at(4) in tap(an, heard, "Làm tiếp bước 4").text


def test_where_it_was_left_one_may_begin_anew_or_name_another_step(there: Town) -> None:
    an = there.person()
    an.presses("coach:go:otp")
    heard = an.says("kích hoạt giúp tôi")
    assert at(1) in tap(an, heard, "Làm lại từ đầu").text
    where = tap(an, heard, "Vướng ở bước khác")
    assert len(where.buttons) == len(STEPS)
    assert "giống điều nào" in tap(an, where, "6. Đặt passcode").text


def test_who_asks_for_another_step_stands_where_they_stood_until_it_is_named(there: Town) -> None:
    an = there.person()
    code = there.book(an)
    there.served(code)
    an.presses("coach:go:otp")
    an.presses(f"active:stuck:{code}")
    assert "Lần trước bạn dừng ở bước 4/8" in an.says("kích hoạt giúp tôi").text


def test_after_two_weeks_it_begins_anew(there: Town) -> None:
    an = there.person()
    an.presses("coach:go:otp")
    there.clock.move(days=15)
    assert at(1) in an.says("kích hoạt giúp tôi").text


def test_what_was_stopped_begins_anew(there: Town) -> None:
    an = there.person()
    an.presses("coach:go:otp")
    an.presses("coach:stop")
    assert at(1) in an.says("kích hoạt giúp tôi").text


# --- being asked again -----------------------------------------------------------------------------


def test_who_goes_on_later_is_asked_twice_at_most_and_only_if_they_agreed(there: Town) -> None:
    an = there.person()
    an.presses("coach:go:otp")
    heard = an.presses("coach:later")
    assert "được không?" in heard.text
    assert "tối mai mình hỏi lại" in tap(an, heard, "🔔 Được, nhắc tôi").text
    told = []
    for moment in ("2026-11-25 18:59", "2026-11-25 19:00", "2026-11-27 19:00", "2026-12-10 19:00"):
        there.clock.now = local_time(moment)
        told.append([reply.text for _, reply in there.post()])
    assert list(map(len, told)) == [0, 1, 1, 0]
    assert "đã vào được VNeID chưa?" in told[1][0]


def test_who_did_not_agree_is_not_asked(there: Town) -> None:
    an = there.person()
    heard = an.presses("coach:go:otp")
    assert "không nhắc" in tap(an, an.presses("coach:later"), "Không cần nhắc").text
    assert heard.buttons["Để lúc khác"] == "coach:later"
    assert rows(there.database, "SELECT id FROM outbox WHERE kind LIKE 'coach%'") == []


def test_every_step_puts_the_question_off(there: Town) -> None:
    an = there.person()
    reminded(there, an)
    an.presses("coach:go:otp")
    there.clock.move(days=1)
    an.presses("coach:ok:otp")
    there.clock.now = local_time("2026-11-25 19:00")
    assert there.post() == []
    there.clock.now = local_time("2026-11-26 19:00")
    assert len(there.post()) == 1


@pytest.mark.parametrize("end", ["coach:done", "coach:stop", "stop"])
def test_nothing_is_asked_of_who_is_done_or_wants_no_more(there: Town, end: str) -> None:
    an = there.person()
    reminded(there, an)
    there.clock.move(minutes=1)
    an.presses("coach:go:otp")
    an.presses(end)
    there.clock.now = local_time("2026-11-25 19:00")
    assert there.post() == []


def test_in_quiet_hours_the_question_waits(there: Town) -> None:
    an = there.person()
    reminded(there, an)
    an.presses("coach:go:otp")
    there.clock.now = local_time("2026-11-25 22:00")
    assert there.post(calm=True) == []
    there.clock.now = local_time("2026-11-26 07:00")
    assert len(there.post(calm=True)) == 1


def test_the_question_leads_back_to_the_step(there: Town) -> None:
    an = there.person()
    reminded(there, an)
    an.presses("coach:go:otp")
    there.clock.now = local_time("2026-11-25 19:00")
    ((_, reply),) = there.post()
    heard = tap(an, Heard((reply,)), "Chưa, làm tiếp")
    assert "Lần trước bạn dừng ở bước 4/8" in heard.text


# --- after a visit ---------------------------------------------------------------------------------


def served(there: Town, person: Person) -> str:
    code = there.book(person)
    there.served(code)
    return code


@pytest.mark.parametrize("button", ["active:how", "active:stuck"])
def test_the_question_after_a_visit_leads_here_and_is_answered_here(
    there: Town, button: str
) -> None:
    an = there.person()
    code = served(there, an)
    heard = an.presses(f"{button}:{code}")
    assert at(1) in heard.text or "ở bước nào" in heard.text
    an.presses("coach:ok:dang-nhap")
    assert there.booking(code).activated_at is not None
    there.clock.now = local_time("2026-12-07 19:00")
    assert there.post() == []


def test_after_a_visit_nobody_is_asked_twice_on_one_evening(there: Town) -> None:
    an = there.person()
    code = served(there, an)
    an.presses(f"active:how:{code}")
    found = rows(there.database, "SELECT kind FROM outbox WHERE kind LIKE 'coach%'")
    assert [row["kind"] for row in found] == ["coach-1"]


def test_whose_account_it_was_is_asked_where_it_may_be_anothers(there: Town) -> None:
    an = there.person()
    code = served(there, an)
    heard = an.presses("coach:done")
    assert there.booking(code).activated_at is None
    tap(an, heard, "Của cô Ba")
    assert there.booking(code).activated_at is not None


def test_who_says_that_it_works_is_asked_no_more(there: Town) -> None:
    an = there.person()
    code = served(there, an)
    an.presses(f"active:how:{code}")
    an.presses(f"active:yes:{code}")
    there.clock.now = local_time("2026-12-07 19:00")
    assert there.post() == []


def test_anothers_booking_is_not_touched(there: Town) -> None:
    code = served(there, there.person("an"))
    binh = there.person("binh")
    binh.presses(f"active:how:{code}")
    binh.presses("coach:done")
    assert there.booking(code).activated_at is None


# --- counting --------------------------------------------------------------------------------------


def count(there: Town) -> dict[tuple[str, str], int]:
    with there.database.transaction() as tx:
        start, end = local_time("2026-11-01 00:00"), local_time("2027-01-01 00:00")
        return {
            (row["event"], row["step"]): row["people"] for row in coachings.counts(tx, start, end)
        }


def test_people_who_get_stuck_are_counted_once_each_and_never_fewer_than_five(there: Town) -> None:
    for number in range(5):
        somebody = there.person(f"p{number}")
        for _ in range(3):
            somebody.presses("coach:stuck:otp")
        if number < 4:
            somebody.presses("coach:stuck:passcode")
    assert count(there) == {("begun", ""): 5, ("stuck", "otp"): 5}


def test_the_counts_outlive_the_people(there: Town, tmp_path: Path) -> None:
    for number in range(5):
        there.person(f"p{number}").presses("coach:stuck:otp")
    with there.database.transaction() as tx:
        coachings.forget_before(tx, local_time("2027-01-01 00:00"))
    assert rows(there.database, "SELECT id FROM coachings") == []
    assert count(there)["stuck", "otp"] == 5


def test_who_wants_nothing_more_is_not_asked_the_step_again(there: Town) -> None:
    an = there.person()
    an.says("kích hoạt giúp tôi")
    an.says("dừng")
    assert "Bước 1/" not in an.says("xem bóng đá ở đâu").text
    assert "Bước 1/" in an.says("kích hoạt giúp tôi").text
