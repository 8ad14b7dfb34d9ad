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

from bot.core.vietnamese import Word

START, END = "^", "$"
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
    before = START
    for word in words:
        found += (f"w:{word.plain}", f"p:{before} {word.plain}")
        if word.marked:
            found.append(f"m:{word.marked}")
        if letters:
            found += letters_of(before, word.plain)
        before = word.plain
    if words:
        found.append(f"p:{before} {END}")
        if letters:
            found += letters_of(before, "")
    return found


@lru_cache(maxsize=50_000)
def letters_of(before: str, word: str) -> tuple[str, ...]:
    """The runs of letters that end in *word* after *before*; "" is the text's end."""
    tail = "" if before == START else f" {before}"[1 - LONGEST :]
    text = f"{tail} {word}"
    return tuple(
        f"c:{text[end - size : end]}"
        for end in range(len(tail) + (2 if word else 1), len(text) + 1)
        for size in range(SHORTEST, min(LONGEST, end) + 1)
    )
