"""Which folders get a head, and letters for it."""

from __future__ import annotations

from bot.faq.matching.index import HEAD_MOST, LETTERS_MOST, letters_pay, pays


def test_few_texts_per_entry_get_no_head_and_no_letters() -> None:
    assert not pays(30, 10)
    assert not letters_pay(30, 10)


def test_a_small_folder_is_also_compared_by_letters() -> None:
    assert letters_pay(LETTERS_MOST, 100)


def test_a_large_folder_gets_a_head_of_words_alone() -> None:
    assert pays(LETTERS_MOST + 1, 100)
    assert not letters_pay(LETTERS_MOST + 1, 100)


def test_a_huge_folder_gets_no_head() -> None:
    assert not pays(HEAD_MOST + 1, 100)
