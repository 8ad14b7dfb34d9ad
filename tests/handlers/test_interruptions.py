"""Where a name or a place is asked for, commands and questions are still commands and questions, and
people whose names sound like them are still people."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.store.database import Database, Row
from handlers.booking import names
from tests.support.people import Person
from tests.support.town import FRIDAY, slot_id

Chat = Callable[..., Person]
NAMES, PLACE, WARD = f"time:the:{slot_id('mau-a', FRIDAY, 8)}", "book:the", "profile:ward"


@pytest.fixture
def an(citizen: Chat) -> Person:
    return citizen("an")


def named(database: Database) -> list[Row]:
    with database.transaction() as tx:
        return tx.rows("SELECT name FROM bookings WHERE name <> ''")


@pytest.mark.parametrize("asked", [NAMES, PLACE, WARD])
def test_the_menu_opens_and_the_same_is_asked_again(
    an: Person, database: Database, asked: str
) -> None:
    again = an.presses(asked).text.splitlines()[-1]
    heard = an.says("menu")
    assert "Bạn cần hỏi về việc gì?" in heard.text
    assert again in heard.text
    assert named(database) == []


@pytest.mark.parametrize("asked", [NAMES, PLACE, WARD])
@pytest.mark.parametrize("typed", ["hủy", "huy", "Thôi", "thoi"])
def test_it_can_be_given_up(an: Person, asked: str, typed: str) -> None:
    an.presses(asked)
    text = an.says(typed).text
    assert "Đã hủy" in text or "Đã thôi" in text


@pytest.mark.parametrize("asked", [NAMES, PLACE, WARD])
def test_an_officer_is_a_word_away(an: Person, database: Database, asked: str) -> None:
    an.presses(asked)
    assert "mình chuyển cho cán bộ" in an.says("gap can bo").text
    assert named(database) == []


@pytest.mark.parametrize("asked", [NAMES, PLACE, WARD])
def test_a_question_of_few_words_is_nobodys_name(
    an: Person, database: Database, asked: str
) -> None:
    an.presses(asked)
    text = an.says("mat the lam sao").text
    assert "chưa tìm ra phường" not in text
    assert "Bạn xem lại" not in text
    assert named(database) == []


@pytest.mark.parametrize("name", ["Hợi", "Thới", "Khổng", "Hỷ"])
def test_a_name_that_sounds_like_a_command_is_a_name(
    an: Person, database: Database, name: str
) -> None:
    an.presses(NAMES)
    assert f"Người đến: {name}" in an.says(name).text
    assert named(database) == [{"name": name}]


@pytest.mark.parametrize("typed", ["không", "ko ghi ten", "bỏ qua"])
def test_saying_no_to_a_name_is_none(an: Person, database: Database, typed: str) -> None:
    an.presses(NAMES)
    assert "gọi bằng mã hẹn" in an.says(typed).text
    assert named(database) == []


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("tôi tên là Nguyễn Văn Thử", ("Nguyễn Văn Thử",)),
        ("toi ten la Ba", ("Ba",)),
        ("Tên bà là Tư, cháu Tí", ("Tư", "cháu Tí")),
        ("Tên Lửa", ("Tên Lửa",)),
        ("cô Ba và bé Bi", ("cô Ba", "bé Bi")),
        ("cô 3", ()),
    ],
)
def test_a_name_in_a_sentence_is_the_name_alone(typed: str, read: tuple[str, ...]) -> None:
    assert names.read(typed) == read
