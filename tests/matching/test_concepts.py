from __future__ import annotations

import pytest

from bot.core.vietnamese import Word, has_marks, to_word
from bot.faq.entries import load
from bot.faq.matching.synonyms import Lexicon, features
from tests.support.paths import PROJECT

SYNONYMS = {"ví": ["bóp"], "mất": ["rớt", "đánh rơi"], "mức 2": ["m2"]}


def row(text: str, year: int | None = 2026) -> list[str]:
    words = [to_word(token) for token in text.split()]
    if not has_marks(text):
        words = [Word(word.plain) for word in words]
    return Lexicon(SYNONYMS, year).concepts(words)[0]


def test_synonyms_give_the_same_row() -> None:
    assert row("đánh rơi bóp") == row("mất ví") == row("rot bop") == ["mat", "vi"]


def test_typed_marks_must_agree() -> None:
    assert row("bốp") == ["bop"]


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("bé 5 tuổi", "#0-5"),
        ("con 13 tuoi", "#6-13"),
        ("lớp 3", "#6-13"),
        ("bà 72 tuổi", "#60"),
        ("sinh năm 2023", "#0-5"),
        ("sinh năm 1986", "#sinh"),
        ("bé 8 tháng", "#0-5"),
    ],
)
def test_ages_are_put_into_the_groups_of_the_law(text: str, concept: str) -> None:
    assert concept in row(text)


@pytest.mark.parametrize("text", ["2 tháng", "lớp học", "sinh viên 2", "7 ngày", "sinh ²"])
def test_other_numbers_are_no_ages(text: str) -> None:
    assert not any(concept.startswith("#") for concept in row(text))


def test_pairs_are_told_only_around_concepts() -> None:
    lexicon = Lexicon(SYNONYMS, None)
    found = list(features(*lexicon.concepts([Word("toi"), Word("di"), Word("rot"), Word("bop")])))
    assert found == ["s:mat", "s:di mat", "s:vi", "s:mat vi"]


def test_each_way_of_saying_is_in_one_row_of_the_synonyms() -> None:
    seen: dict[str, str] = {}
    for name, others in load(PROJECT / "faq").synonyms.items():
        for text in (name, *others):
            assert seen.setdefault(text, name) == name, text
