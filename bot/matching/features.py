"""What a text is compared by: its words, word pairs, letters and marks.

Five views, each a bag of strings with its own prefix, so that they share one table of ids:

    word    "w:can"        the word without marks
    pair    "p:can cuoc"   two words in a row; ^ and $ are the text's ends
    letters "c:n cu"       2-4 letters in a row, over the space too
    marks   "m:cươc1"      the word with its marks, when the writer typed marks
    concept "s:the_can_cuoc"   what `concepts` makes of the words, and pairs of it
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache

from bot.matching.text import Word

START, END = Word("^"), Word("$")
SHORTEST, LONGEST = 2, 4


class View(IntEnum):
    WORD = 0
    PAIR = 1
    CONCEPT = 2
    LETTERS = 3
    MARKS = 4


PREFIXES = {"w": View.WORD, "p": View.PAIR, "c": View.LETTERS, "m": View.MARKS, "s": View.CONCEPT}


def view_of(feature: str) -> View:
    return PREFIXES[feature[0]]


def features(words: Sequence[Word], *, letters: bool = True) -> list[str]:
    """All features of a text but its concepts, repeated as often as they come in it."""
    found: list[str] = []
    before = START.plain
    for word in words:
        found += step(before, word.plain) if letters else step(before, word.plain)[:2]
        if word.marked:
            found.append(f"m:{word.marked}")
        before = word.plain
    if words:
        found += end(before) if letters else end(before)[:1]
    return found


@lru_cache(maxsize=50_000)
def step(before: str, word: str) -> tuple[str, ...]:
    """The features that *word* adds to a text that ends with *before*: word, pair, letters."""
    tail = "" if before == START.plain else f" {before}"[1 - LONGEST :]
    return (f"w:{word}", f"p:{before} {word}", *_letters(f"{tail} {word}", len(tail) + 1))


@lru_cache(maxsize=10_000)
def end(before: str) -> tuple[str, ...]:
    """The features of a text's end after *before*: pair, letters."""
    tail = f" {before}"[-LONGEST:]
    return (f"p:{before} {END.plain}", *_letters(f"{tail} ", len(tail)))


def _letters(text: str, first: int) -> list[str]:
    """The runs of letters that end at place *first* of *text* or after it."""
    return [
        f"c:{text[end - size : end]}"
        for end in range(first + 1, len(text) + 1)
        for size in range(SHORTEST, min(LONGEST, end) + 1)
    ]
