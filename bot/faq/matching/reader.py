"""Read what was typed as words that the index knows.

Where a token may mean several things (`readings.py`), its neighbours choose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from math import log1p

from bot.core.vietnamese import Word, clean, has_marks, to_word, tokens
from bot.faq.matching.readings import Phrase, Readings
from bot.faq.matching.telex import is_syllable
from bot.faq.matching.vocabulary import Vocabulary

MAX_TOKENS = 500
GLUED_NUMBER = re.compile(
    r"(\d{1,4})(t|tuoi|tủi|tuổi|th|thang|tháng|năm|nam|ngày|ngay|h|p|tr|m|ng)"
)
AGE = {"t": "tuổi", "tủi": "tuổi", "th": "tháng"}  # after a number these mean nothing else


class Reader:
    """Reads texts with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._known = vocabulary
        self._phrases = lru_cache(maxsize=20_000)(Readings(vocabulary).of)

    def __reduce__(self) -> tuple[type[Reader], tuple[Vocabulary]]:
        """Kept in a file as its vocabulary alone."""
        return Reader, (self._known,)

    def read(self, text: str) -> list[Word]:
        """The likeliest words of *text*; `marked` only when the writer typed marks or Telex."""
        text = clean(text)
        slots = [self._phrases(token) for token in self._tokens(text)]
        words: list[Word] = []
        for place, phrases in enumerate(slots):
            if len(words) >= MAX_TOKENS:
                break
            best = phrases[0]
            if len(phrases) > 1:
                before = words[-1].plain if words else ""
                after = slots[place + 1][0][0].plain if place + 1 < len(slots) else ""
                best = self._best(phrases, before, after)
            words += best
        if has_marks(text) or any(word.marked != word.plain for word in words if word.marked):
            return words
        return [Word(word.plain) for word in words]

    def _tokens(self, text: str) -> list[str]:
        found: list[str] = []
        for token in tokens(text)[:MAX_TOKENS]:
            number = GLUED_NUMBER.fullmatch(token) if token[0].isdigit() else None
            if number:
                found += (number[1], AGE.get(number[2], number[2]))
            elif found and self._joins(found[-1], token):
                found[-1] += token
            else:
                found.append(token)
        return found

    def _joins(self, left: str, right: str) -> bool:
        """Whether a space got into one word that is no syllable ("vn eid")."""
        first = to_word(left).plain
        if first not in self._known.heads:
            return False
        second = to_word(right).plain
        joined = first + second
        if joined not in self._known.foreign or (is_syllable(first) and is_syllable(second)):
            return False
        counts = self._known.counts
        return not (first in counts and second in counts)

    def _best(self, phrases: Sequence[Phrase], before: str, after: str) -> Phrase:
        """The phrase that the index has seen most between its neighbours; the first if none."""
        left = [(before, phrase[0].plain) for phrase in phrases]
        right = [(phrase[-1].plain, after) for phrase in phrases]
        times = list(map(log1p, self._known.followed([*left, *right])))
        fit = [
            one + other - rank
            for rank, (one, other) in enumerate(zip(times, times[len(left) :], strict=False))
        ]
        return phrases[fit.index(max(fit))]
