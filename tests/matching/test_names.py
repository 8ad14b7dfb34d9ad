"""Strings in one block of memory are found as in a dictionary."""

from __future__ import annotations

import pickle
import sys

from hypothesis import given
from hypothesis import strategies as st

from bot.faq.matching.string_table import Names

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@given(st.lists(WORDS), st.lists(WORDS))
def test_each_name_has_one_number_and_strangers_have_none(
    known: list[str], asked: list[str]
) -> None:
    names = Names(known)
    numbers = {name: number for number, name in enumerate(names)}
    assert sorted(numbers) == sorted(set(known))
    assert len(names) == len(numbers)
    everything = [*asked, *known]
    assert names.find(everything).tolist() == [numbers.get(name, -1) for name in everything]


def test_a_longer_name_is_not_taken_for_its_beginning() -> None:
    assert Names(["thẻ"]).find(["thẻ căn cước", "th", "thẻ"]).tolist() == [-1, -1, 0]


def test_nothing_is_found_among_nothing() -> None:
    assert Names([]).find(["thẻ"]).tolist() == [-1]
    assert Names(["thẻ"]).find([]).tolist() == []


def test_many_names_are_a_handful_of_objects() -> None:
    written = pickle.dumps(Names(map(str, range(10_000))))
    before = sys.getallocatedblocks()
    names = pickle.loads(written)  # noqa: S301 - written two lines above
    assert sys.getallocatedblocks() - before < 100
    assert len(names) == 10_000
