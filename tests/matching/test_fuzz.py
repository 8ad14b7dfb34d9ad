"""Whatever is typed gets a result, and no text makes more work than one of a few pages does.

Work is bounded by size: what is read of a text, in characters and in words, does not grow with it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.vietnamese import MAX_CHARACTERS, clean, shorten, tokens
from bot.faq import entries
from bot.faq.entries import Faq
from bot.faq.matching import lessons, split
from bot.faq.matching.matcher import SHOWN, Matcher, Outcome
from bot.faq.matching.ranker import Ranker
from bot.faq.matching.reader import MAX_TOKENS
from bot.faq.matching.teencode import MEANINGS
from tests.support.datasets import as_faq
from tests.support.paths import PROJECT

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
RIGHT_TO_LEFT = "\u202e\u202b\u2067\u200f\u0627\u0644\u0645\u05d0\u05d1"
MARKS = "\u0300\u0301\u0303\u0309\u0323\u031b\u0302\u0306"
LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz"
PIECE = st.one_of(
    st.text(st.characters(codec=None), max_size=40),  # lone surrogates too
    st.text(LETTERS + MARKS + ZERO_WIDTH + RIGHT_TO_LEFT + " ?.,\n0123456789", max_size=80),
    st.sampled_from(["mất thẻ căn cước", "ở đâu?", "mk", "tphcm", "ddawng nhaajp", "5t", "\ud83d"]),
    st.sampled_from(sorted(MEANINGS)),
)
# A million characters, made of a piece again and again.
LONG = st.builds(lambda piece: (piece * 1_000_000)[:1_000_000], st.text(min_size=1, max_size=12))
ANY = st.one_of(
    st.lists(PIECE, max_size=12).map("".join), st.lists(PIECE, max_size=60).map(" ".join)
)
MONSTERS = (
    "căn cước " * 120_000,
    "x" * 1_000_000,
    "\ud800" * 1_000_000,
    "\ufdfa" * 1_000_000,  # one character that NFKC makes eighteen
    "a\u0301\u0323" * 300_000,
    ZERO_WIDTH * 170_000,
    "\u202eساعدني من فضلك\u200f",
    "tphcm " * 170_000,
    "a?" * 500_000,
    " , và " * 200_000,
    " " * 1_000_000,
    "1" * 1_000_000,
)


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    return Ranker.build(lessons.lesson(entries.load(PROJECT / "faq")))


def _check(matcher: Matcher, text: str) -> None:
    results = matcher.match_all(text, previous="dang-ky-muc-2")
    assert 1 <= len(results) <= 2
    for result in results:
        assert result.outcome in Outcome
        assert len(result.matches) <= SHOWN
        values = [match.confidence for match in result.matches]
        assert values == sorted(values, reverse=True)
        assert all(0 <= value <= 1 for value in values)


def _check_work(ranker: Ranker, text: str) -> None:
    """Characters, tokens and words that a text is read as, whatever its length."""
    most = max(len(meaning) for meanings in MEANINGS.values() for meaning in meanings)
    assert len(clean(text)) <= 2 * MAX_CHARACTERS
    assert len(tokens(clean(text))) <= 2 * MAX_CHARACTERS
    assert len(ranker.read(text)) <= 2 * most * MAX_TOKENS  # "5t" is two tokens
    assert len(split.parts(shorten(text))) <= split.MOST_PARTS


@settings(max_examples=150, deadline=None)
@given(ANY)
def test_any_text_gets_a_result(full: Matcher, ranker: Ranker, text: str) -> None:
    _check(full, text)
    _check_work(ranker, text)


@settings(max_examples=15, deadline=None)
@given(LONG)
def test_a_million_characters_are_read_as_a_page(full: Matcher, ranker: Ranker, text: str) -> None:
    _check(full, text)
    _check_work(ranker, text)


@pytest.mark.parametrize("text", MONSTERS, ids=[ascii(text[:8]) for text in MONSTERS])
def test_monstrous_text_gets_a_result(full: Matcher, ranker: Ranker, text: str) -> None:
    _check(full, text)
    _check_work(ranker, text)


def test_the_middle_of_a_long_text_is_not_read(ranker: Ranker) -> None:
    head, tail = "mất thẻ " * 300, " đổi số" * 300
    assert ranker.read(head + "z" * 1_000_000 + tail) == ranker.read(head + "y" * 9_000 + tail)


@settings(max_examples=60, deadline=None)
@given(st.text(ZERO_WIDTH, max_size=6), st.integers(0, 20))
def test_hidden_characters_change_nothing(ranker: Ranker, hidden: str, at: int) -> None:
    text = "mất thẻ căn cước ở đâu"
    assert ranker.read(text[:at] + hidden + text[at:]) == ranker.read(text)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text(st.characters(codec=None), min_size=1, max_size=30), min_size=1, max_size=4)
)
def test_a_faq_of_any_words_answers_any_text(
    make_any: Callable[[list[str]], Faq], texts: list[str]
) -> None:
    ranking_of = Ranker.build(lessons.lesson(make_any(texts)))
    for text in (*texts, "", "căn cước"):
        scores = ranking_of.rank(ranking_of.read(text)).scores
        assert len(scores) == len(texts)
        assert not (scores != scores).any()  # no NaN


@pytest.fixture(scope="module")
def make_any() -> Callable[[list[str]], Faq]:
    """A FAQ of questions that need not be YAML, let alone Vietnamese."""
    return lambda texts: as_faq([(text, f"e{n}") for n, text in enumerate(texts)])
