"""Read what was typed as words that the index knows: abbreviations, Telex, phone spelling, typos.

Every repair is gated by the index's own vocabulary: a word that is in it is left alone, so clean
text is never harmed. Where a token may mean several things the others stay as alternatives.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import log1p
from typing import TypeAlias

from rapidfuzz.distance import OSA

from bot.matching.syllables import from_keys, is_syllable
from bot.matching.teencode import MEANINGS, spellings
from bot.matching.text import FINAL_Y, Word, clean, has_marks, to_word, tokens

MAX_TOKENS = 500
MAX_ALTERNATIVES = 4
LEAST_JOINED = 5  # letters of a word that is no syllable ("vneid")
LONGEST_REPAIRED = 16  # letters; longer tokens are links or noise
STRETCHED = re.compile(r"(.)\1{2,}|(.)\2$")
GLUED_NUMBER = re.compile(
    r"(\d{1,4})(t|tuoi|tủi|tuổi|th|thang|tháng|năm|nam|ngày|ngay|h|p|tr|m|ng)"
)
AGE = {"t": "tuổi", "tủi": "tuổi", "th": "tháng"}  # after a number these mean nothing else

Phrase: TypeAlias = tuple[Word, ...]


class Vocabulary:
    """The words of an index with their counts, and which word follows which."""

    def __init__(self, counts: Mapping[str, int], pairs: Mapping[tuple[str, str], int]) -> None:
        self.counts = counts
        self.pairs = pairs
        self.foreign = {w for w in counts if len(w) >= LEAST_JOINED and not is_syllable(w)}
        self.heads = {word[:cut] for word in self.foreign for cut in range(1, len(word))}
        self._deletes: dict[str, list[str]] = defaultdict(list)
        for word in counts:
            if len(word) >= 3 and word.isalpha():
                for form in _deletions(word):
                    self._deletes[form].append(word)

    def __contains__(self, word: object) -> bool:
        return word in self.counts

    def near(self, word: str) -> list[str]:
        """Known words one slip of the finger away (OSA distance 1), most frequent first."""
        if not 3 <= len(word) <= LONGEST_REPAIRED:
            return []
        found = {w for form in _deletions(word) for w in self._deletes.get(form, ())}
        close = (w for w in found if OSA.distance(word, w, score_cutoff=1) <= 1)
        return sorted(close, key=lambda w: (w[0] != word[0], -self.counts[w], w))


def _deletions(word: str) -> Iterator[str]:
    yield word
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]


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
        pairs = self._known.pairs

        def fit(item: tuple[int, Phrase]) -> float:
            rank, phrase = item
            left = pairs.get((before, phrase[0].plain), 0)
            right = pairs.get((phrase[-1].plain, after), 0)
            return log1p(left) + log1p(right) - rank

        return max(enumerate(phrases), key=fit)[1]

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
        for cut in range(2, len(plain) - 1):
            left, right = to_word(plain[:cut]).plain, to_word(plain[cut:]).plain
            if (left, right) in self._known.pairs:
                yield (Word(left), Word(right))

    def _unknown_words(self, phrase: Phrase) -> int:
        return sum(word.plain not in self._known for word in phrase) > 0


def _phrase(meaning: Iterable[str]) -> Phrase:
    return tuple(Word(to_word(token).plain) for token in meaning)


def _word_of(shape: str) -> Word:
    """A `Word` from marked letters with the tone as last digit."""
    tone = shape[-1] if shape[-1].isdigit() else ""
    letters = shape.removesuffix(tone)
    return Word(to_word(letters).plain, FINAL_Y.sub("i", letters) + tone)


def vocabulary(texts: Iterable[str], trusted: Iterable[str]) -> Vocabulary:
    """The vocabulary of *texts*; words of *trusted* texts (edited by hand) count as they are,
    others only when they are Vietnamese syllables or come twice."""
    sure = {to_word(token).plain for text in trusted for token in tokens(clean(text))}
    counts: dict[str, int] = defaultdict(int)
    pairs: dict[tuple[str, str], int] = defaultdict(int)
    for text in texts:
        before = ""
        for token in tokens(clean(text)):
            plain = to_word(token).plain
            if token not in MEANINGS:
                counts[plain] += 1
                pairs[before, plain] += 1
            before = plain
    kept = {w: n for w, n in counts.items() if n > 1 or w in sure or is_syllable(w)}
    return Vocabulary(kept, pairs)
