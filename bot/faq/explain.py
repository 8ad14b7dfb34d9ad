"""Why an entry came up for a question, in words a volunteer can act on."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.core.likeness import plain
from bot.faq.entries import Entry


@dataclass(frozen=True, slots=True)
class Why:
    """The entry's phrasing that is spelt most like the question (0-100), the words they share, the
    question's words that no phrasing of the entry has, and the entry's keywords in the question."""

    phrasing: str
    likeness: float
    shared: tuple[str, ...]
    unknown: tuple[str, ...]
    keywords: tuple[str, ...]


def why(entry: Entry, question: str) -> Why:
    """Compare *question* with all that the entry is asked by."""
    asked = plain(question)
    texts = (entry.question, *entry.phrasings)
    spelt = [plain(text) for text in texts]
    _, likeness, place = process.extractOne(asked, spelt, scorer=fuzz.token_sort_ratio)
    words = list(dict.fromkeys(asked.split()))
    nearest, known = set(spelt[place].split()), set(" ".join(spelt).split())
    return Why(
        phrasing=texts[place],
        likeness=likeness,
        shared=tuple(word for word in words if word in nearest),
        unknown=tuple(word for word in words if word not in known),
        keywords=tuple(k for k in entry.keywords if f" {plain(k)} " in f" {asked} "),
    )
