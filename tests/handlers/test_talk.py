"""What a citizen can say and do, and what the bot answers: read it as chats."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.messages import Kind, Tone
from bot.store.database import Database
from bot.store.staff import inbox, switches
from handlers.texts import common, feedback, media
from tests.support.people import Clock, Person

Chat = Callable[..., Person]


def column(database: Database, sql: str) -> list[object]:
    with database.transaction() as tx:
        return [next(iter(row.values())) for row in tx.rows(sql)]


# --- opening ---------------------------------------------------------------------------------------


def test_the_welcome_says_what_it_is_and_what_it_never_asks(chat: Chat) -> None:
    heard = chat().does(Kind.START)
    assert "trợ lý tự động" in heard.text
    assert "không phải cổng của công an" in heard.text
    assert "KHÔNG BAO GIỜ hỏi số căn cước, mã OTP, mật khẩu hay ảnh giấy tờ" in heard.text
    assert {"menu", "officer"} <= set(heard.buttons.values())


@pytest.mark.parametrize("typed", ["/start", "xin chào", "hello", "Alo!", "CHÀO BẠN"])
def test_a_greeting_is_answered_with_the_welcome(chat: Chat, typed: str) -> None:
    assert "trợ lý tự động" in chat().says(typed).text


def test_a_deep_link_opens_with_its_answer(chat: Chat) -> None:
    heard = chat().does(Kind.START, data="e_mat-the")
    assert heard.entries == ["mat-the"]
    assert heard.tones == ["notice", "answer"]


def test_an_unknown_deep_link_just_welcomes(chat: Chat) -> None:
    assert chat().does(Kind.START, data="e_khong-co").tones == ["notice"]


# --- asking ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["rớt bóp mất luôn cái thẻ căn cước", "rot bop mat luon cai the can cuoc", "MẤT THẺ CĂN CƯỚC"],
)
def test_a_question_gets_its_sourced_answer(chat: Chat, typed: str) -> None:
    heard = chat().says(typed)
    assert heard.entries == ["mat-the"]
    assert heard.tones == ["answer"]
    assert heard.replies[0].source == "khoản 2 Điều 24, Luật Căn cước (01/07/2024)"


def test_an_answer_reads_from_the_answer_down_to_the_details(chat: Chat) -> None:
    assert chat().presses("ask:mat-the").text == (
        "Bạn làm lại thẻ trên VNeID hoặc Cổng Dịch vụ công, không phải về quê.\n\n"
        "1. Mở VNeID, chọn Thủ tục hành chính.\n2. Chọn Cấp lại thẻ căn cước.\n\n"
        "Mang theo:\n• Không cần giấy tờ nếu dữ liệu đã đủ\n\n"
        "Nơi làm: công an phường nào cũng được\nLệ phí: 35.000 đ\nThời gian: 7 ngày làm việc\n\n"
        "Nhớ khóa thẻ nếu mất cả điện thoại."
    )


def test_an_answer_offers_links_and_neighbouring_questions(chat: Chat) -> None:
    reply = chat().presses("ask:mat-the").replies[0]
    assert [b.url for b in reply.buttons if b.url] == ["https://dichvucong.gov.vn"]
    asks = [b.entry for b in reply.buttons if b.data.startswith("ask:")]
    assert asks == ["le-phi", "quen-mat-khau"]


def test_a_fee_is_the_one_that_holds_today_in_vietnam(chat: Chat, clock: Clock) -> None:
    person = chat()
    assert "25.000" in person.presses("ask:le-phi").text
    clock.now = clock.now.replace(month=12, day=31, hour=16, minute=59)  # 23:59 in Vietnam
    assert "25.000" in person.presses("ask:le-phi").text
    clock.move(minutes=1)
    assert "50.000" in person.presses("ask:le-phi").text


def test_what_the_bot_does_not_know_it_admits_and_says_where_to_ask(
    chat: Chat, database: Database
) -> None:
    heard = chat().says("cách nấu bún bò huế ngon")
    assert heard.tones == ["admit"]
    assert heard.entries == []
    assert "1900.0368" in heard.text
    assert column(database, "SELECT outcome FROM questions") == ["admit"]


def test_a_neighbouring_matter_is_sent_to_its_office(chat: Chat) -> None:
    heard = chat().says("quyết toán thuế thu nhập cá nhân")
    assert heard.tones == ["admit"]
    assert "cơ quan thuế" in heard.text
    assert heard.entries == []


def test_an_edited_question_is_answered_anew(chat: Chat) -> None:
    heard = chat().says("rớt bóp mất luôn cái thẻ căn cước", edited=True)
    assert "vừa sửa câu hỏi" in heard.replies[0].text
    assert heard.entries == ["mat-the"]


def test_questions_are_kept_masked(chat: Chat, database: Database) -> None:
    chat().says("mất thẻ căn cước số 079123456789")
    (kept,) = column(database, "SELECT text FROM questions")
    assert kept == "mất thẻ căn cước số [số giấy tờ]"


# --- menu, help, cancel ----------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["menu", "/menu", "danh mục", "DANH MUC"])
def test_the_menu_lists_the_groups_but_not_the_neighbours(chat: Chat, typed: str) -> None:
    buttons = chat().says(typed).buttons
    assert "Mục để thử" in buttons
    assert "Ngoài phạm vi" not in buttons


def test_a_group_lists_its_entries_and_a_tap_answers(chat: Chat) -> None:
    person = chat()
    person.says("menu")
    listed = person.says("1")  # the first group
    assert listed.buttons["Mất thẻ, cấp lại"] == "ask:mat-the"
    assert person.says("2").entries == ["quen-mat-khau"]


def test_help_says_how_to_use_the_bot(chat: Chat) -> None:
    assert "gặp cán bộ" in chat().says("trợ giúp").text


def test_cancel_works_with_and_without_something_to_cancel(chat: Chat) -> None:
    person = chat()
    assert "không có việc gì" in person.says("hủy").text
    person.says("gặp cán bộ")
    assert person.says("huỷ").text.startswith("Đã hủy")
    assert "không có việc gì" in person.says("/huy").text


@pytest.mark.parametrize(
    "data", ["old:thing", "ask:gone", "group:x", "group:thu:x", "group:thu:99", "vote:up:none",
             "why:wrong:none", "vote:sideways:x", ":", "ask:ngoai-thue", "\x00", "🙂" * 30]
)  # fmt: skip
def test_a_button_that_is_out_of_date_says_so_and_offers_the_menu(chat: Chat, data: str) -> None:
    heard = chat().presses(data)
    assert "đã cũ" in heard.text
    assert list(heard.buttons.values()) == ["menu"]


# --- feedback --------------------------------------------------------------------------------------


def ask_and_find(person: Person, label: str) -> str:
    return person.says("rớt bóp mất luôn cái thẻ căn cước").buttons[label]


def test_a_thumb_up_is_kept_with_the_question(chat: Chat, database: Database) -> None:
    person = chat()
    assert "Cảm ơn" in person.presses(ask_and_find(person, "👍 Đúng ý")).text
    assert column(database, "SELECT vote FROM questions") == ["up"]


def test_a_thumb_down_asks_why_and_keeps_the_reason(chat: Chat, database: Database) -> None:
    person = chat()
    why = person.presses(ask_and_find(person, "👎 Chưa đúng"))
    assert set(feedback.REASONS.values()) <= set(why.buttons)
    assert "tình nguyện viên" in person.presses(why.buttons["Khó hiểu"]).text
    assert column(database, "SELECT vote || ' ' || reason FROM questions") == ["down unclear"]


def test_nobody_can_vote_on_another_person_s_question(chat: Chat, database: Database) -> None:
    data = ask_and_find(chat("an"), "👍 Đúng ý")
    assert "đã cũ" in chat("binh").presses(data).text
    assert column(database, "SELECT vote FROM questions") == [None]


# --- officers --------------------------------------------------------------------------------------


def waiting(database: Database) -> list[dict[str, object]]:
    with database.transaction() as tx:
        return inbox.waiting(tx)


def test_a_question_for_an_officer_is_queued_masked(chat: Chat, database: Database) -> None:
    person = chat()
    assert "viết điều cần hỏi" in person.says("gặp cán bộ").text
    assert "đã chuyển câu hỏi" in person.says("hồ sơ 079123456789 của tôi sao chưa xong").text
    (row,) = waiting(database)
    assert row["text"] == "hồ sơ [số giấy tờ] của tôi sao chưa xong"


def test_a_second_question_joins_the_first(chat: Chat, database: Database) -> None:
    person = chat()
    for text in ("câu một", "câu hai"):
        person.presses("officer")
        person.says(text)
    (row,) = waiting(database)
    assert row["text"] == "câu một\ncâu hai"


def test_what_does_not_fit_any_more_is_not_said_to_be_passed_on(
    chat: Chat, database: Database
) -> None:
    person = chat()
    for n in range(4):
        person.presses("officer")
        heard = person.says(f"câu {n} " + "thẻ " * 450)
    assert "chưa chuyển được" in heard.text
    assert "câu 3" not in str(waiting(database)[0]["text"])


def test_the_wait_for_the_question_ends_by_itself(chat: Chat, clock: Clock) -> None:
    person = chat()
    person.presses("officer")
    clock.move(minutes=31)
    assert person.says("rớt bóp mất luôn cái thẻ căn cước").entries == ["mat-the"]


# --- safety ----------------------------------------------------------------------------------------


SCAM = "Có người gọi xưng công an bảo đọc mã OTP"


def test_a_danger_is_answered_with_what_to_do_now_and_nothing_after_it(chat: Chat) -> None:
    (reply,) = chat().says(SCAM).replies
    assert reply.tone is Tone.NOTICE
    first = reply.text.splitlines()[0]
    assert first.startswith("⚠️ DỪNG LẠI, CÚP MÁY NGAY")
    assert reply.entry == "cuoc-goi-la"
    assert [button.data or button.url for button in reply.buttons] == [
        "tel:113",
        "danger:cuoc-goi",
        "ask:cuoc-goi-la",
    ]


def test_a_victim_is_told_to_call_the_bank_first(chat: Chat) -> None:
    assert chat().says("lỡ chuyển tiền cho họ rồi").text.startswith("⚠️ GỌI NGÂN HÀNG NGAY")


def test_the_full_list_stands_behind_a_button(chat: Chat) -> None:
    person = chat()
    person.says(SCAM)
    heard = person.presses("danger:cuoc-goi")
    assert "1. Cúp máy, chặn số đó.\n2. Tự gọi lại số" in heard.text
    assert person.presses("danger:gone").text == common.outdated().text


def test_a_danger_comes_before_what_is_waited_for_and_that_is_waited_for_still(
    chat: Chat, database: Database
) -> None:
    person = chat()
    person.presses("officer")
    assert person.says(SCAM).text.startswith("⚠️")
    assert waiting(database) == []
    person.says("cho hỏi mấy giờ mở cửa")
    assert [row["text"] for row in waiting(database)] == ["cho hỏi mấy giờ mở cửa"]


def test_nothing_is_said_before_a_danger(chat: Chat, database: Database) -> None:
    with database.transaction() as tx:
        switches.turn_on(tx, switches.NOTICE, "VNeID đang quá tải", None)
    heard = chat().says(f"{SCAM}\ncăn cước 079000000001")
    assert heard.replies[0].text.startswith("⚠️")
    assert "Mình đã che đi" in heard.replies[1].text


def test_a_danger_is_kept_as_a_question_without_personal_data(
    chat: Chat, database: Database
) -> None:
    chat().says(SCAM)
    assert column(database, "SELECT entry FROM questions") == ["cuoc-goi-la"]


@pytest.mark.parametrize("typed", ["cảm ơn", "cam on con", "Dạ cảm ơn bạn nhiều nha!", "ok thanks"])
def test_thanks_get_a_kind_word(chat: Chat, typed: str) -> None:
    assert "không có gì" in chat().says(typed).text


def test_thanks_with_a_question_are_a_question(chat: Chat) -> None:
    assert "không có gì" not in chat().says("cảm ơn, cho hỏi mất thẻ căn cước làm lại sao?").text


# --- not words -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind(name) for name in media.MEDIA])
def test_everything_that_is_not_words_gets_a_polite_answer(chat: Chat, kind: Kind) -> None:
    heard = chat().does(kind)
    assert heard.tones == ["notice"]
    assert heard.text


def test_a_photo_is_not_kept_and_the_citizen_is_told(chat: Chat) -> None:
    assert "không lưu ảnh" in chat().does(Kind.PHOTO).text


@pytest.mark.parametrize("typed", ["", "   ", "\n\t"])
def test_an_empty_message_is_answered(chat: Chat, typed: str) -> None:
    assert "chưa viết gì" in chat().says(typed).text


def test_an_endless_message_is_asked_to_be_shorter(chat: Chat) -> None:
    assert "viết gọn lại" in chat().says("thẻ " * 2000).text


def test_swearing_gets_a_calm_answer(chat: Chat) -> None:
    assert "đang bực" in chat().says("đm bot ngu").text


def test_a_question_with_swearing_in_it_is_answered(chat: Chat) -> None:
    heard = chat().says("đm rớt bóp mất luôn cái thẻ căn cước")
    assert heard.entries == ["mat-the"] or "ask:mat-the" in heard.buttons.values()


# --- lifecycle -------------------------------------------------------------------------------------


def test_who_blocks_the_bot_is_unreachable_until_they_unblock_it(
    chat: Chat, database: Database
) -> None:
    person = chat()
    assert person.does(Kind.BLOCKED).replies == ()
    assert column(database, "SELECT reachable FROM people") == [0]
    person.does(Kind.UNBLOCKED)
    assert column(database, "SELECT reachable FROM people") == [1]


def test_somebody_whose_words_are_kept_from_us_is_told_where_to_call_and_go(
    chat: Callable[..., Person],
) -> None:
    heard = chat().does(Kind.HIDDEN)
    assert "tổng đài 1900.0368" in heard.text
    assert "công an phường, xã, đặc khu nơi gần nhất" in heard.text


@pytest.mark.parametrize("page", ["²", "9" * 5000, "-1", "x", "99"])
def test_a_page_of_the_menu_that_is_none_breaks_nothing(
    chat: Callable[..., Person], page: str
) -> None:
    assert "gặp trục trặc" not in chat().presses(f"group:thu:{page}").text
