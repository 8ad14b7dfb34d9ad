"""Scores of all entries for a text: reading, features and index in one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.core.vietnamese import Word
from bot.faq.matching import synonyms
from bot.faq.matching.alarm import Alarm
from bot.faq.matching.features import features
from bot.faq.matching.index import ELSEWHERE, UNKNOWN, Index, Text, letters_pay
from bot.faq.matching.lessons import Lesson
from bot.faq.matching.reader import Reader
from bot.faq.matching.synonyms import Lexicon
from bot.faq.matching.vocabulary import vocabulary

Array: TypeAlias = NDArray[Any]  # float32

COVERAGE_WEIGHT = 6.0
COVERAGE_ALONE = 12.0  # where no head is trained
MANY_ENTRIES = 75  # among fewer, words tell entries apart less, and coverage counts for less
CONTEXT_SHARE = 0.45  # of the previous question, when a follow-up is read with it
NEAR_BONUS = 2.0  # for the previous entry's related entries


class Wish(NamedTuple):
    """What a text likeliest wants done ("": nothing is known of that), and the logarithm of the odds that it
    does and is no question."""

    name: str
    lean: float


class Ranking(NamedTuple):
    """By entry: `scores`, whose softmax is a chance, and `coverage` of what was asked. `scope`: the
    logarithm of the odds that the text is about what the FAQ is about."""

    scores: Array
    coverage: Array
    words: int  # read in the text
    scope: float
    wish: Wish
    exact: int | None = None  # the entry of which the text is a phrasing, word for word


class Ranker:
    """Immutable; built from what a FAQ teaches."""

    def __init__(
        self,
        reader: Reader,
        lexicon: Lexicon,
        index: Index,
        exact: dict[str, int],
        wishes: tuple[str, ...],
        *,
        letters: bool,
        alarm: Alarm | None = None,
    ) -> None:
        self._reader = reader
        self._lexicon = lexicon
        self._index = index
        self._letters = letters
        self.alarm = alarm
        self._wishes = wishes
        self.exact = exact  # a phrasing's words -> its entry
        self._coverage_weight = COVERAGE_ALONE
        if index.has_head:
            self._coverage_weight = COVERAGE_WEIGHT * min(1.0, index.entries / MANY_ENTRIES)

    @classmethod
    def build(cls, lesson: Lesson) -> Ranker:
        sources = lesson.sources
        edited = [text for source in sources if source.edited for text in source.texts]
        edited += lesson.elsewhere
        typed = [text for source in sources if not source.edited for text in source.texts]
        typed += [*lesson.questions, *(text for _, ways in lesson.wishes for text in ways)]
        danger = lesson.danger
        typed += (text for _, text in danger.told) if danger else ()
        reader = Reader(vocabulary([*edited, *typed], edited))
        lexicon = Lexicon(lesson.synonyms, lesson.year)
        letters = letters_pay(sum(source.taught for source in sources), lesson.entries)

        def plain(text: str, entry: int, wish: int = 0) -> Text:
            return Text(_features(reader.read(text), lexicon, letters=letters), entry, wish=wish)

        texts = [plain(text, ELSEWHERE) for text in lesson.elsewhere]
        texts += [plain(text, UNKNOWN) for text in lesson.questions]
        for number, (_, ways) in enumerate(lesson.wishes, 1):
            texts += [plain(text, UNKNOWN, number) for text in ways]
        owners: dict[str, set[int]] = defaultdict(set)
        for source in sources:
            readings = [reader.read(text) for text in source.texts]
            found = [
                f
                for r in readings
                for f in _features(r, lexicon, letters=letters and source.taught)
            ]
            texts.append(Text(found, source.entry, source.weight, source.taught))
            if source.whole:
                owners[_spoken(readings[0])].add(source.entry)
        exact = {text: owner.pop() for text, owner in owners.items() if len(owner) == 1}
        index = Index(texts, lesson.entries, lesson.neighbours)
        names = ("", *(name for name, _ in lesson.wishes))
        alarm = Alarm(danger, reader) if danger else None
        return cls(reader, lexicon, index, exact, names, letters=letters, alarm=alarm)

    def read(self, text: str) -> list[Word]:
        return self._reader.read(text)

    def rank(self, words: Sequence[Word]) -> Ranking:
        found = _features(words, self._lexicon, letters=self._letters)
        query = self._index.query(found)
        coverage = self._index.coverage(query)
        scores = self._index.logits(query) + self._coverage_weight * coverage
        number, lean = self._index.wish(query)
        return Ranking(
            scores,
            coverage,
            len(words),
            self._index.scope(query),
            Wish(self._wishes[number], lean),
            self.exact.get(_spoken(words)),
        )


def _features(words: Sequence[Word], lexicon: Lexicon, *, letters: bool) -> list[str]:
    found = features(words, letters=letters)
    return [*found, *synonyms.features(*lexicon.concepts(words))]


def _spoken(words: Sequence[Word]) -> str:
    return " ".join(word.plain for word in words)


def blended(ranking: Ranking, context: Ranking, near: Sequence[int]) -> Ranking:
    """A follow-up's *ranking* with what came before it; *near* are entries beside that."""
    scores = ranking.scores - np.mean(ranking.scores)
    scores += CONTEXT_SHARE * (context.scores - np.mean(context.scores))
    scores[list(near)] += NEAR_BONUS
    coverage = np.maximum(ranking.coverage, context.coverage * CONTEXT_SHARE)
    return ranking._replace(scores=scores, coverage=coverage)
