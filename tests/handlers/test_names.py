"""A name is an answer before it is anything else; what is typed at a step is read as the answer to it."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bot.core.vietnamese import plain
from bot.faq.matching.matcher import Matcher, Outcome
from bot.store.database import Database
from handlers.booking import names
from tests.support.people import Person
from tests.support.town import FRIDAY, slot_id

Chat = Callable[..., Person]
# Of made-up people: what names are made of in the south, words of questions among them.
FAMILY, MIDDLE, GIVEN = (
    names.split()
    for names in (
        "Nguyễn Trần Lê Phạm Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Trương Mai Lâm Thạch Sơn Danh Kim Châu "
        "Quách Tô Cao Hứa Đinh Tăng La",
        "Thị Văn Hữu Ngọc Minh Thanh Kim Cẩm Mỹ Bích Hồng Thu Xuân Tuấn Quốc Gia Bảo Anh Thúy Diễm Phương Hoàng Đức "
        "Công Tấn Thành Thế Như Yến",
        "Tuyền Hoa Lan Hạnh Dung Dũng Hợi Thới Bảy Tư Năm Sáu Út Tí Sửu Mão Thìn Tỵ Ngọ Mùi Thân Dậu Tuất Linh Nhung "
        "Trang Loan Nga Nhàn Phước Lộc Thọ An Bình Cảnh Định Giang Hiền Kiều Khoa Lành Mận Nở Phượng Quyên Rạng Sang "
        "Tâm Uyên Vân Xuyến Yến Nhân Chứng Minh Thư Cước Hẹn Mơ Chờ Đợi Hỏi Cần Được Sinh Mất Khai",
    )
)


def made_up(count: int) -> list[str]:
    pick = random.Random(5)
    return [
        " ".join(
            [pick.choice(FAMILY), *pick.choices(MIDDLE, k=pick.randint(0, 3)), pick.choice(GIVEN)]
        )
        for _ in range(count)
    ]


def is_name(text: str) -> bool:
    return names.surely(text, plain(text).split())


@pytest.mark.parametrize("way", [str, str.lower, plain])
def test_of_3000_made_up_names_hardly_any_is_taken_for_a_question(
    whole: Matcher, way: Callable[[str], str]
) -> None:
    def asked(name: str) -> bool:
        result = whole.match(name)
        answered = result.outcome is Outcome.ANSWER and result.sure
        return len(name.split()) > 3 and (answered or result.neighbour is not None)

    taken = [name for name in map(way, made_up(3_000)) if not is_name(name) and asked(name)]
    assert len(taken) < 15, taken


@pytest.mark.parametrize(
    "text",
    [
        "hồ sơ cần gì",
        "lê phí thẻ bao nhiêu",
        "Mất thẻ",
        "mai toi di duoc khong",
        "làm thẻ bao lâu có",
        "ok",
        "",
    ],
)
def test_what_only_sounds_like_a_family_name_is_none(text: str) -> None:
    assert not is_name(text)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("Nguyễn Thị Cẩm Tuyền", ("Nguyễn Thị Cẩm Tuyền",)),
        ("bà Tư, cháu Tí 0900 000 111", ("bà Tư", "cháu Tí")),
        ("Trần\u00a0Thị Thử", ("Trần Thị Thử",)),
        ("Nguye\u0302\u0303n Thu\u031b\u0309", ("Nguyễn Thử",)),
        ("Y’Bhăm Niê", ("Y’Bhăm Niê",)),
        ("9 người", ()),
    ],
)
def test_names_are_read(text: str, given: tuple[str, ...]) -> None:
    assert names.read(text) == given


def test_two_people_and_a_number_in_one_line(citizen: Chat, database: Database) -> None:
    an = citizen("an")
    an.presses(f"time:the:{slot_id('mau-a', FRIDAY, 8)}")
    heard = an.says("bà Tư, cháu Tí 0900000111")
    assert "bà Tư" in heard.text
    with database.transaction() as tx:
        rows = tx.rows("SELECT name FROM bookings WHERE name <> '' ORDER BY member")
    assert [row["name"] for row in rows] == ["bà Tư", "cháu Tí"]
    assert "0900000111" not in heard.text


def test_a_number_that_is_none_is_told_what_is_wanted(citizen: Chat) -> None:
    an = citizen("an")
    an.presses(f"time:the:{slot_id('mau-a', FRIDAY, 8)}")
    an.says("Trần Thị Thử")
    heard = an.says("0900 111")
    assert "10 chữ số" in heard.text
    assert "7 chữ số" in heard.text


@pytest.mark.parametrize("typed", ["8h", "8 giờ", "8", "lúc 8 giờ sáng", "08:00"])
def test_an_hour_typed_where_hours_are_offered_is_that_hour(citizen: Chat, typed: str) -> None:
    an = citizen("an")
    an.presses(f"day:the:mau-a:{FRIDAY:%y%m%d}")
    assert "08:00" in an.says(typed).text
