"""Which texts of an entry a matcher learns from, and how much each counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # who only learns has no use for what reads files
    from bot.faq.entries import Entry, Faq

ANSWER_WEIGHT = 0.3
ORDINARY = -1  # in place of a kind of danger
OTHERS = 2  # one in so many of the FAQ's phrasings teaches what is ordinary; all teach no more
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


class DangerLesson(NamedTuple):
    """What danger is told from. `told`: texts with the number of their kind, or `ORDINARY` for one that only
    sounds like danger; `whole`: those of them that are read so, word for word, whatever was learnt;
    `others`: ordinary questions; `words`: those that mean the same."""

    kinds: tuple[str, ...]
    told: tuple[tuple[int, str], ...]
    whole: tuple[tuple[int, str], ...]
    others: tuple[str, ...]
    words: dict[str, tuple[str, ...]]


class Lesson(NamedTuple):
    """All that a ranker learns from: FAQs that share it share their ranker. `year`: see `_year`;
    `neighbours` are the numbers of the entries out of scope, `elsewhere` texts that no entry is about.
    What people want done is learnt from `wishes` and `questions`."""

    sources: tuple[Source, ...]
    entries: int
    synonyms: dict[str, tuple[str, ...]]
    year: int | None
    neighbours: tuple[int, ...] = ()
    elsewhere: tuple[str, ...] = ()
    wishes: tuple[tuple[str, tuple[str, ...]], ...] = ()  # what is wished, and in which words
    questions: tuple[str, ...] = ()  # that sound like a wish
    danger: DangerLesson | None = None


def lesson(faq: Faq) -> Lesson:
    return Lesson(
        tuple(_sources(faq)),
        len(faq.entries),
        dict(faq.synonyms),
        _year(faq),
        tuple(i for i, e in enumerate(faq.entries.values()) if e.kind != "answer"),
        faq.elsewhere,
        tuple(faq.wishes.texts.items()),
        faq.wishes.questions,
        _danger(faq),
    )


def _danger(faq: Faq) -> DangerLesson | None:
    kinds = tuple(faq.dangers.kinds)
    if not kinds:
        return None
    said = [*enumerate(faq.dangers.kinds.values()), (ORDINARY, faq.dangers.ordinary)]
    told = tuple((kind, text) for kind, part in said for text in part.texts())
    whole = tuple((kind, text) for kind, part in said for text in part.phrases)
    near = faq.dangers.entries
    asked = (entry for entry in faq.entries.values() if entry.id not in near)
    others = [text for entry in asked for text in (entry.question, *entry.phrasings)]
    others += faq.elsewhere
    return DangerLesson(kinds, told, whole, tuple(others[::OTHERS]), dict(faq.dangers.words))


def _sources(faq: Faq) -> Iterator[Source]:
    for number, entry in enumerate(faq.entries.values()):
        yield Source((entry.question,), number, whole=True)
        asked = faq.asked.get(entry.id, ())
        for text in (*((entry.label,) if entry.label else ()), *entry.phrasings, *asked):
            yield Source((text,), number, edited=False, whole=True)
        for start in range(0, len(entry.keywords), TOGETHER):
            yield Source(entry.keywords[start : start + TOGETHER], number)
        yield Source(tuple(_answer(entry)), number, weight=ANSWER_WEIGHT, taught=False)


def _answer(entry: Entry) -> Iterator[str]:
    yield entry.answer
    yield from entry.steps
    yield from entry.documents
    yield from (text for text in (entry.place, entry.fee, entry.time, entry.more) if text)


def _year(faq: Faq) -> int | None:
    """The year in which the FAQ was last looked through: ages are counted in it."""
    return max((e.reviewed.year for e in faq.entries.values() if e.reviewed), default=None)
