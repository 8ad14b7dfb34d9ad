"""What a token may stand for: an abbreviation, undecoded Telex, phone spelling, a slip of the finger.

Every repair is gated by the index's own vocabulary: a word that is in it is left alone, so clean text is
never harmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from bot.core.vietnamese import FINAL_Y, Word, to_word
from bot.faq.matching.teencode import MEANINGS, spellings
from bot.faq.matching.telex import from_keys, is_syllable
from bot.faq.matching.vocabulary import LONGEST_REPAIRED, Vocabulary

MAX_ALTERNATIVES = 4
STRETCHED = re.compile(r"(.)\1{2,}|(.)\2$")

Phrase: TypeAlias = tuple[Word, ...]


class Readings:
    """Of single tokens, with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._known = vocabulary

    def of(self, token: str) -> tuple[Phrase, ...]:
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
