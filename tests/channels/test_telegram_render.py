"""Replies as Telegram's messages."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot.channels.split_text import split, units
from bot.channels.telegram.render import MAX_TEXT, messages, rows
from bot.core.messages import Attachment, Button, Reply, Tone, Wish
from tests.support.fakes.telegram_rules import utf16

SHORT = Button("Cách dùng", "help")
LONG = Button("Mất thẻ căn cước thì làm lại thế nào?", "ask:mat-the")
UP, DOWN = Button("👍 Đúng ý", "vote:up:1"), Button("👎 Chưa đúng", "vote:down:1")
LINK = Button("Cổng Dịch vụ công quốc gia", url="https://dichvucong.gov.vn")


def test_the_source_stands_under_the_text() -> None:
    (message,) = messages(Reply(Tone.ANSWER, "Bảy ngày.", source="Luật Căn cước, Điều 24"))
    assert message.text == "Bảy ngày.\n\nNguồn: Luật Căn cước, Điều 24"
    assert message.rows == ()


def test_whom_to_call_stands_in_the_text_as_no_button_can_dial() -> None:
    call = Button("📞 Gọi tổng đài 1900.0368", url="tel:19000368")
    (message,) = messages(Reply(Tone.ANSWER, "Bảy ngày.", (call, LONG), source="Luật"))
    assert message.text == "Bảy ngày.\n\nNguồn: Luật\n\n📞 Gọi tổng đài 1900.0368"
    assert message.rows == ((LONG,),)


def test_a_long_reply_is_cut_at_paragraphs_and_keeps_its_buttons_for_the_end() -> None:
    paragraphs = [f"{n}. " + "một đoạn dài " * 100 for n in range(8)]
    text = "\n\n".join(line.strip() for line in paragraphs)
    found = messages(Reply(Tone.ANSWER, text, (LONG,), source="Luật"))
    assert len(found) == 3
    assert "\n\n".join(message.text for message in found) == f"{text}\n\nNguồn: Luật"
    assert [message.rows for message in found] == [(), (), ((LONG,),)]
    assert all(utf16(message.text) <= MAX_TEXT for message in found)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", [""]),
        ("  \n ", [""]),
        ("vừa đủ mười", ["vừa đủ", "mười"]),
        ("mười ký tự", ["mười ký tự"]),
        ("một\n\nhai ba bốn năm", ["một", "hai ba bốn", "năm"]),
        ("một\nhai ba bốn", ["một", "hai ba bốn"]),
        ("một. hai ba.", ["một.", "hai ba."]),
        ("một hai. ba bốn", ["một hai.", "ba bốn"]),
        ("chín chữ.. x", ["chín chữ..", "x"]),
        ("0123456789abc", ["0123456789", "abc"]),
        ("0123456789\n\nabc", ["0123456789", "abc"]),
        ("😀😀😀😀😀😀", ["😀😀😀😀😀", "😀"]),
        ("x😀😀😀😀😀", ["x😀😀😀😀", "😀"]),
    ],
)
def test_long_texts_are_cut_at_the_best_place_there_is(text: str, parts: list[str]) -> None:
    assert split(text, 10) == parts
    assert all(utf16(part) <= 10 for part in parts)


@pytest.mark.parametrize("text", ["", "đã", "😀", "👨‍👩‍👧 a"])
def test_length_is_counted_as_telegram_does(text: str) -> None:
    assert units(text) == utf16(text)


@pytest.mark.parametrize(
    ("buttons", "expected"),
    [
        ([], ()),
        ([LONG, LONG], ((LONG,), (LONG,))),
        ([SHORT, SHORT], ((SHORT, SHORT),)),
        ([SHORT, UP, DOWN], ((SHORT,), (UP, DOWN))),
        ([LINK, LONG, SHORT, UP, DOWN], ((LINK,), (LONG,), (SHORT,), (UP, DOWN))),
        ([SHORT, LONG, UP, DOWN], ((SHORT,), (LONG,), (UP, DOWN))),
        ([SHORT, SHORT, UP, DOWN], ((SHORT, SHORT), (UP, DOWN))),
    ],
)
def test_short_buttons_stand_in_pairs_and_the_votes_together(
    buttons: list[Button], expected: tuple[tuple[Button, ...], ...]
) -> None:
    assert rows(buttons) == expected


@pytest.mark.parametrize(
    "bad",
    [
        Button("Quá dài", "ask:" + "x" * 61),
        Button("Quá dài", "hỏi:" + "ữ" * 20),
        Button("Không làm gì"),
        Button("", "menu"),
        Button("Lạ", url="javascript:alert(1)"),
    ],
)
def test_a_button_telegram_would_refuse_is_dropped_and_logged(bad: Button) -> None:
    with capture_logs() as logs:
        assert rows([LONG, bad]) == ((LONG,),)
    assert [line["event"] for line in logs] == ["button dropped"]


def test_data_of_exactly_64_bytes_is_kept() -> None:
    full = Button("Đủ", "x" * 64)
    assert rows([full]) == ((full,),)


def test_no_more_than_a_hundred_buttons() -> None:
    assert sum(map(len, rows([SHORT] * 120))) == 100


def test_files_and_wishes_follow_in_messages_of_their_own() -> None:
    qr = Attachment.of("image/png", "qr.png", b"made up")
    where = Button("📍 Gửi vị trí", wish=Wish.LOCATION)
    menu = Button("☰ Danh mục", "menu")
    text, file, asked = messages(Reply(Tone.STEP, "Ở đâu?", (where, menu), attachments=(qr,)))
    assert (text.text, text.rows) == ("Ở đâu?", ((menu,),))
    assert file.file == qr
    assert asked.wishes == (where,)
