from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.vietnamese import MAX_CHARACTERS, Word, clean, has_marks, strip, to_word, tokens


@pytest.mark.parametrize(
    ("left", "right"),
    [("hòa", "hoà"), ("thủy", "thuỷ"), ("kỹ", "kĩ"), ("quý", "quí"), ("lý", "lí")],
)
def test_spellings_of_one_word_are_one_word(left: str, right: str) -> None:
    assert to_word(left) == to_word(right)


def test_composed_and_decomposed_text_read_the_same() -> None:
    text = "Đổi thẻ căn cước ở đâu?"
    assert tokens(clean(unicodedata.normalize("NFD", text))) == tokens(clean(text))


def test_marks_are_kept_beside_the_plain_word() -> None:
    assert to_word("điện") == Word("dien", "điên5")


def test_hidden_characters_vanish() -> None:
    assert clean("căn\u200b cước\u202e \ud800 M²\x00") == "căn cước m2"


def test_long_text_keeps_head_and_tail() -> None:
    short = clean("đầu " + "x" * 1_000_000 + " đuôi")
    assert short.startswith("đầu")
    assert short.endswith("đuôi")
    assert len(short) <= MAX_CHARACTERS + 1


def test_marks_are_noticed() -> None:
    assert has_marks("căn cước")
    assert has_marks("đi")
    assert not has_marks("can cuoc")


@given(st.text(st.characters(codec=None), max_size=200))
def test_any_text_can_be_cleaned(text: str) -> None:
    once = clean(text)
    assert "\n" not in once
    assert strip(once) is not None
    assert all(to_word(token).plain for token in tokens(once) if token.isascii())
