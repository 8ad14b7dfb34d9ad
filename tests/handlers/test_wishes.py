"""What people want done, in sentences that are not in faq/lenh.yaml, over the whole FAQ."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.core.config import Settings
from bot.core.messages import Address, Incoming
from bot.dialogue import Delivered, Dialogue
from bot.faq.matching.matcher import Matcher
from bot.store.database import Database
from tests.support import town
from tests.support.people import Clock, Person

Chat = Callable[..., Person]
SERVICES = [
    {"id": "the", "title": "Thẻ căn cước", "words": ["căn cước", "cccd", "thẻ"], "ages": [14, 120]},
    {"id": "muc-2", "title": "Tài khoản mức 2", "words": ["mức 2", "định danh"]},
    {"id": "tre-em", "title": "Thẻ cho trẻ 6–13 tuổi", "ages": [6, 13]},
    {"id": "duoi-6", "title": "Thẻ cho trẻ dưới 6", "instead": "the-tre-duoi-6", "ages": [0, 5]},
]


@pytest.fixture
def citizen(
    database: Database,
    dialogue_of: Callable[..., Dialogue],
    whole: Matcher,
    clock: Clock,
    loop_runner: asyncio.Runner,
) -> Chat:
    town.build(database)
    booking = town.SETTINGS.booking.model_copy(
        update={
            "services": Settings.model_validate(
                {"booking": {"services": SERVICES}}
            ).booking.services
        }
    )
    dialogue = dialogue_of(town.SETTINGS.model_copy(update={"booking": booking}), whole)

    def person(name: str = "an") -> Person:
        def handle(incoming: Incoming) -> Delivered:
            return loop_runner.run(dialogue.handle(incoming))

        return Person(handle, Address("telegram", name), clock)

    return person


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("bạn ơi hẹn giùm mẹ tôi một bữa đi làm định danh nha", "bạn chọn ngày"),
        ("cho cháu xin lịch làm cccd chủ nhật nhé", "muốn làm ở đâu"),
        ("lịch tui đặt bữa hổm mấy giờ ta", "chưa có lịch"),
        ("đừng nhắn tin cho tôi nữa", "đã dừng"),
        ("Dừng ạ", "đã dừng"),
        ("phiền quá đừng nhắn", "đã dừng"),
        ("mình muốn trao đổi với cán bộ phụ trách", "cán bộ"),
        ("làm ơn xóa sạch thông tin của tôi giùm", "xóa"),
        ("dẫn tôi kích hoạt từng bước với", "kích hoạt"),
        ("mở menu ra coi", "bạn cần hỏi về việc gì"),
    ],
)
def test_a_wish_is_done_at_once(citizen: Chat, typed: str, said: str) -> None:
    heard = citizen().says(typed)
    assert heard.tones != ["answer"]
    assert heard.tones != ["admit"]
    assert said in heard.text.lower()


@pytest.mark.parametrize(
    "typed",
    [
        "STOP lừa đảo",
        "đặt lịch xong có cần in giấy không",
        "hủy căn cước cũ thế nào",
        "cán bộ phường có làm thứ bảy không",
        "kích hoạt bị báo sai số điện thoại",
        "làm thẻ ở tân phú được không",
    ],
)
def test_a_question_about_it_is_no_wish(citizen: Chat, typed: str) -> None:
    assert not {"step", "notice"} & set(citizen().says(typed).tones)


def test_a_sentence_leads_straight_to_the_hours_of_that_morning(citizen: Chat) -> None:
    heard = citizen().says("đặt lịch làm căn cước ở phường Sài Gòn sáng thứ sáu")
    assert "Công an phường Mẫu" in heard.text
    assert "chọn giờ" in heard.text
    assert "27/11" in heard.text


def test_the_day_is_remembered_until_the_place_is_chosen(citizen: Chat) -> None:
    an = citizen()
    an.says("dat lich lam can cuoc toi thu sau")
    heard = an.presses("place:the:mau-a")
    assert "chọn giờ" in heard.text
    assert "27/11" in heard.text


def test_a_childs_age_chooses_its_service(citizen: Chat) -> None:
    assert "dưới 6" in citizen().says("đặt lịch làm căn cước cho con 4 tuổi").text
    assert "việc gì" in citizen("be").says("đặt lịch làm căn cước cho bé nhà tôi").text


def test_a_wish_to_cancel_goes_to_the_only_visit(citizen: Chat) -> None:
    an = citizen()
    held = an.presses(f"time:the:{town.slot_id('mau-a', town.FRIDAY, 8)}")
    assert held.tones == ["step"]
    form = an.says("Trần Thị Thử")
    an.presses(next(b.data for r in form.replies for b in r.buttons if b.data.endswith(":0")))
    heard = an.says("thứ sáu tôi kẹt rồi, hủy giùm")
    assert any(b.data.startswith("visit:drop:") for r in heard.replies for b in r.buttons)


def test_a_name_is_an_answer_first(citizen: Chat) -> None:
    an = citizen()
    an.presses(f"time:the:{town.slot_id('mau-a', town.FRIDAY, 8)}")
    assert "Đặng Thị Hẹn" in an.says("Đặng Thị Hẹn").text
