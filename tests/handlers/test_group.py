"""Said where others read along: questions are answered, nothing personal is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.messages import Kind, Wish
from bot.store.database import Database
from tests.support.people import Heard, Person
from tests.support.visits import rows

Chat = Callable[..., Person]


@pytest.fixture
def group(citizen: Chat) -> Callable[[str], Heard]:
    family = citizen("family")
    return lambda text: family.says(text, public=True)


def links(heard: Heard) -> dict[str, str | None]:
    """Label -> entry of the buttons that lead to a private talk."""
    return {
        b.label: b.entry for r in heard.replies for b in r.buttons if b.wish is Wish.PRIVATE
    }  # fmt: skip


def taps(heard: Heard) -> list[str]:
    return [button.data for reply in heard.replies for button in reply.taps]


def test_a_question_is_answered_under_itself_with_its_source(group: Callable[..., Heard]) -> None:
    heard = group("rot bop mat luon cai the can cuoc")
    assert heard.text.startswith("❓ Mất thẻ căn cước thì làm lại thế nào?")
    assert heard.replies[0].source
    assert links(heard) == {"Hỏi riêng trợ lý": "mat-the"}


def test_a_question_may_follow_the_command(group: Callable[..., Heard]) -> None:
    assert "❓ Mất thẻ căn cước" in group("/hoi Mất thẻ căn cước thì làm lại thế nào?").text


def test_what_is_not_clear_is_asked_back_in_private(group: Callable[..., Heard]) -> None:
    heard = group("thẻ căn cước")
    assert "Mất thẻ, cấp lại" in links(heard)
    assert heard.tones == ["ask_back"]


def test_what_is_not_known_is_admitted(group: Callable[..., Heard]) -> None:
    assert group("giá vàng hôm nay bao nhiêu").tones == ["admit"]


def test_thanks_get_a_kind_word(group: Callable[..., Heard]) -> None:
    assert "không có gì" in group("cảm ơn bot nha").text


def test_a_scam_is_warned_of(group: Callable[..., Heard]) -> None:
    heard = group("có người gọi điện xưng là công an bảo đọc mã otp")
    assert "DỪNG LẠI" in heard.text


@pytest.mark.parametrize(
    "said",
    ["đặt lịch", "lịch của tôi", "liên kết", "gặp cán bộ", "kích hoạt giúp tôi", "/datlich",
     "/lichcuatoi", "/danhsach", "/hen ABC234", "/noibo ABC", "dừng",
     "dữ liệu của tôi", "/xoadulieu"],
)  # fmt: skip
def test_personal_matters_are_for_a_private_talk(
    group: Callable[..., Heard], database: Database, said: str
) -> None:
    heard = group(said)
    assert "nhắn riêng cho mình" in heard.text
    assert links(heard) == {"Nhắn riêng cho trợ lý": None}
    assert rows(database, "SELECT id FROM bookings") == []


@pytest.mark.parametrize("said", ["xin chào", "menu", "/help", ""])
def test_a_greeting_says_how_to_ask(group: Callable[..., Heard], said: str) -> None:
    assert "nhắc tên mình kèm câu hỏi" in group(said).text


def test_nothing_that_only_one_may_press_is_shown(group: Callable[..., Heard]) -> None:
    for said in ("rớt bóp mất luôn cái thẻ căn cước", "thẻ căn cước", "menu", "đặt lịch"):
        assert taps(group(said)) == []


def test_other_things_than_words_are_passed_over(citizen: Chat) -> None:
    family = citizen("family")
    assert family.does(Kind.PHOTO, public=True).replies == ()
    assert "Chào cả nhà" in family.does(Kind.START, public=True).text


def test_numbers_in_a_group_are_masked_and_warned_of(
    group: Callable[..., Heard], database: Database
) -> None:
    assert "số giấy tờ" in group("cccd 079123456789 của má").text
    (row,) = rows(database, "SELECT text FROM incoming")
    assert "079123456789" not in row["text"]
