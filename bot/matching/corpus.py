"""Which texts of an entry a matcher learns from, and how much each counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bot.matching.entries import Entry, Faq

ANSWER_WEIGHT = 0.3
TOGETHER = 3  # keywords that are learnt as one text: fewer texts are learnt sooner


class Source(NamedTuple):
    """Texts of an entry that count as one. `edited` ones are spelt with care, phrasings are as
    people type them."""

    texts: tuple[str, ...]
    entry: int
    weight: float = 1.0  # share in the entry's words
    taught: bool = True  # people ask like this
    edited: bool = True
    whole: bool = False  # a whole question: typed word for word, it is this entry's


def sources(faq: Faq) -> Iterator[Source]:
    for number, entry in enumerate(faq.entries.values()):
        yield Source((entry.question,), number, whole=True)
        for text in (*((entry.label,) if entry.label else ()), *entry.phrasings):
            yield Source((text,), number, edited=False, whole=True)
        for start in range(0, len(entry.keywords), TOGETHER):
            yield Source(entry.keywords[start : start + TOGETHER], number)
        yield Source(tuple(_answer(entry)), number, weight=ANSWER_WEIGHT, taught=False)


def _answer(entry: Entry) -> Iterator[str]:
    yield entry.answer
    yield from entry.steps
    yield from entry.documents
    yield from (text for text in (entry.place, entry.fee, entry.time, entry.more) if text)


def year(faq: Faq) -> int | None:
    """The year in which the FAQ was last looked through: ages are counted in it."""
    return max((e.reviewed.year for e in faq.entries.values() if e.reviewed), default=None)
