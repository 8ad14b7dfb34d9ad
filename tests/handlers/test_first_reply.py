"""The first reply: what was asked, one screen of it, and a button to the rest."""

from __future__ import annotations

from datetime import date

import pytest

from bot.faq import entries
from bot.faq.entries import Entry, Kind
from bot.faq.matching.aspect import Aspect
from handlers.texts import common
from handlers.texts.first_reply import MOST_WORDS, first_reply
from tests.support.paths import PROJECT

TODAY = date(2026, 12, 1)
FAQ = entries.load(PROJECT / "faq")
OURS = [e.on(TODAY) for e in FAQ.entries.values() if e.kind is Kind.ANSWER]


def with_field(aspect: Aspect) -> list[Entry]:
    return [entry for entry in OURS if getattr(entry, aspect.value)]


@pytest.mark.parametrize("aspect", [Aspect.FEE, Aspect.TIME, Aspect.PLACE, Aspect.DOCUMENTS])
def test_what_was_asked_stands_first(aspect: Aspect) -> None:
    for entry in with_field(aspect):
        first = first_reply(entry, (aspect,))
        value = getattr(entry, aspect.value)
        head = value if isinstance(value, str) else value[0]
        assert 0 < first.text.index(head) < first.text.index(entry.answer)


def test_how_it_is_done_follows_the_answer() -> None:
    for entry in with_field(Aspect.STEPS):
        text = first_reply(entry, (Aspect.STEPS,)).text
        assert text.startswith(entry.answer)
        assert text.index(entry.answer) < text.index(f"1. {entry.steps[0]}")


@pytest.mark.parametrize("entry", OURS, ids=[entry.id for entry in OURS])
def test_nothing_is_lost_between_the_first_reply_and_its_button(entry: Entry) -> None:
    first = first_reply(entry)
    assert entry.answer in first.text
    whole = common.entry_text(entry)
    assert bool(first.left) == (sorted(whole.split()) != sorted(first.text.split()))
    if first.text != entry.answer:
        assert len(first.text.split()) <= MOST_WORDS


def test_the_median_first_reply_fits_one_screen() -> None:
    words = sorted(len(first_reply(entry).text.split()) for entry in OURS)
    assert words[len(words) // 2] <= MOST_WORDS
