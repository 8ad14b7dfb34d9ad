"""Which texts of an entry a matcher learns from, and how much each counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bot.matching.entries import Entry, Faq

ANSWER_WEIGHT = 0.3


class Source(NamedTuple):
    """A text of an entry. `edited` texts are spelt with care, phrasings as people type."""

    text: str
    entry: int
    weight: float = 1.0  # share in the entry's words
    taught: bool = True  # people ask like this
    edited: bool = True


def texts(faq: Faq) -> Iterator[Source]:
    for number, entry in enumerate(faq.entries.values()):
        yield Source(entry.question, number)
        if entry.label:
            yield Source(entry.label, number, edited=False)
        for phrasing in entry.phrasings:
            yield Source(phrasing, number, edited=False)
        for keyword in entry.keywords:
            yield Source(keyword, number)
        for text in _answer(entry):
            yield Source(text, number, weight=ANSWER_WEIGHT, taught=False)


def _answer(entry: Entry) -> Iterator[str]:
    yield entry.answer
    yield from entry.steps
    yield from entry.documents
    yield from (text for text in (entry.place, entry.fee, entry.time, entry.more) if text)


def year(faq: Faq) -> int | None:
    """The year in which the FAQ was last looked through: ages are counted in it."""
    return max((e.reviewed.year for e in faq.entries.values() if e.reviewed), default=None)
