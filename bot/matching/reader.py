"""Read what was typed as words that the index knows: abbreviations, Telex, phone spelling, typos.

Every repair is gated by the index's own vocabulary: a word that is in it is left alone, so clean
text is never harmed. Where a token may mean several things the others stay as alternatives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from bot.matching.syllables import from_keys, is_syllable
from bot.matching.teencode import MEANINGS, spellings
from bot.matching.text import FINAL_Y, Word, clean, has_marks, to_word, tokens
from bot.matching.vocabulary import LONGEST_REPAIRED, Vocabulary

MAX_TOKENS = 500
MAX_ALTERNATIVES = 4
STRETCHED = re.compile(r"(.)\1{2,}|(.)\2$")
GLUED_NUMBER = re.compile(
    r"(\d{1,4})(t|tuoi|tủi|tuổi|th|thang|tháng|năm|nam|ngày|ngay|h|p|tr|m|ng)"
)
AGE = {"t": "tuổi", "tủi": "tuổi", "th": "tháng"}  # after a number these mean nothing else

Phrase: TypeAlias = tuple[Word, ...]


class Reader:
    """Reads texts with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._known = vocabulary
        self._phrases = lru_cache(maxsize=20_000)(self._find)

    def __reduce__(self) -> tuple[type[Reader], tuple[Vocabulary]]:
        """Kept in a file as its vocabulary alone."""
        return Reader, (self._known,)

    def read(self, text: str) -> list[Word]:
        """The likeliest words of *text*; `marked` only when the writer typed marks or Telex."""
        text = clean(text)
        slots = [self._phrases(token) for token in self._tokens(text)]
        words: list[Word] = []
        for place, phrases in enumerate(slots):
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
        left = self._known.followed([(before, phrase[0].plain) for phrase in phrases])
        right = self._known.followed([(phrase[-1].plain, after) for phrase in phrases])
        fit = np.log1p(left) + np.log1p(right) - np.arange(len(phrases))
        return phrases[int(np.argmax(fit))]

    def _find(self, token: str) -> tuple[Phrase, ...]:
        """What *token* may stand for, likeliest first; never empty."""
        word = to_word(token)
        phrases = dict.fromkeys(self._candidates(token, word))
        return tuple(phrases)[:MAX_ALTERNATIVES] or ((word,),)

    def _candidates(self, token: str, word: Word) -> Iterator[Phrase]:
        known = self._known
        if meanings := MEANINGS.get(token):
            yield from sorted((_phrase(m) for m in meanings), key=self._unknown_words)
            return
        if word.plain in known or token.isdigit() or len(token) > LONGEST_REPAIRED:
            yield (word,)
            return
        keyed = from_keys(token)
        if keyed is not None:
            yield (_word_of(keyed),)
            return
        short = STRETCHED.sub(lambda m: m[1] or m[2], token)
        if short != token and (short in known or short in MEANINGS):
            yield from self._candidates(short, to_word(short))
            return
        if is_syllable(word.plain):
            yield (word,)
        yield from self._repairs(word.plain)

    def _repairs(self, plain: str) -> Iterator[Phrase]:
        for form in spellings(plain):
            if form in self._known:
                yield (Word(form),)
        for form in self._known.near(plain):
            yield (Word(form),)
        parts = [(plain[:cut], plain[cut:]) for cut in range(2, len(plain) - 1)]
        pairs = [(to_word(left).plain, to_word(right).plain) for left, right in parts]
        for pair, times in zip(pairs, self._known.followed(pairs), strict=True):
            if times:
                yield (Word(pair[0]), Word(pair[1]))

    def _unknown_words(self, phrase: Phrase) -> int:
        return sum(word.plain not in self._known for word in phrase) > 0


def _phrase(meaning: Iterable[str]) -> Phrase:
    return tuple(Word(to_word(token).plain) for token in meaning)


def _word_of(shape: str) -> Word:
    """A `Word` from marked letters with the tone as last digit."""
    tone = shape[-1] if shape[-1].isdigit() else ""
    letters = shape.removesuffix(tone)
    return Word(to_word(letters).plain, FINAL_Y.sub("i", letters) + tone)
