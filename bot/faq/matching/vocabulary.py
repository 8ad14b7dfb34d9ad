"""The words that an index knows, and which of them follow each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from rapidfuzz.distance import OSA

from bot.core.vietnamese import clean, to_word, tokens
from bot.faq.matching.string_table import Names
from bot.faq.matching.teencode import MEANINGS
from bot.faq.matching.telex import is_syllable

LEAST_JOINED = 5  # letters of a word that is no syllable ("vneid")
LONGEST_REPAIRED = 16  # letters; longer tokens are links or noise

Pair: TypeAlias = tuple[str, str]


class Vocabulary:
    """The words of an index with their counts, and which word follows which."""

    def __init__(self, counts: Mapping[str, int], pairs: Mapping[Pair, int]) -> None:
        self.counts = counts
        self._pairs = Names(map(_together, pairs))
        self._pair_counts = np.zeros(len(self._pairs) + 1, np.int32)  # the last for what never came
        self._pair_counts[self._pairs.find(map(_together, pairs))] = list(pairs.values())
        self.foreign = {w for w in counts if len(w) >= LEAST_JOINED and not is_syllable(w)}
        self.heads = {word[:cut] for word in self.foreign for cut in range(1, len(word))}
        self._deletes: dict[str, list[str]] = defaultdict(list)
        for word in counts:
            if len(word) >= 3 and word.isalpha():
                for form in _deletions(word):
                    self._deletes[form].append(word)

    def __contains__(self, word: object) -> bool:
        return word in self.counts

    def followed(self, pairs: Sequence[Pair]) -> list[int]:
        """How often the second word of each pair came right after the first."""
        found: list[int] = self._pair_counts[self._pairs.find(map(_together, pairs))].tolist()
        return found

    def near(self, word: str) -> list[str]:
        """Known words one slip of the finger away (OSA distance 1), most frequent first."""
        if not 3 <= len(word) <= LONGEST_REPAIRED:
            return []
        found = {w for form in _deletions(word) for w in self._deletes.get(form, ())}
        close = (w for w in found if OSA.distance(word, w, score_cutoff=1) <= 1)
        return sorted(close, key=lambda w: (w[0] != word[0], -self.counts[w], w))


def _together(pair: Pair) -> str:
    return " ".join(pair)


def _deletions(word: str) -> Iterator[str]:
    yield word
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]


def vocabulary(texts: Iterable[str], trusted: Iterable[str]) -> Vocabulary:
    """The vocabulary of *texts*; words of *trusted* texts (edited by hand) count as they are,
    others only when they are Vietnamese syllables or come twice."""
    sure = {to_word(token).plain for text in trusted for token in tokens(clean(text))}
    counts: dict[str, int] = defaultdict(int)
    pairs: dict[Pair, int] = defaultdict(int)
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
