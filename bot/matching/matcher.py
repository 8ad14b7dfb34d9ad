"""Decide what to do with a question: answer, ask back or admit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bot.matching import concepts, corpus
from bot.matching.concepts import Lexicon
from bot.matching.entries import Faq, Kind
from bot.matching.features import features
from bot.matching.head import softmax
from bot.matching.index import Index, Text
from bot.matching.reader import Reader, vocabulary

SHOWN = 8  # matches in a result
COVERAGE_WEIGHT = 5.0
MANY_ENTRIES = 100  # with fewer, words tell entries apart less, and coverage counts for less


class Outcome(StrEnum):
    ANSWER = "answer"
    ASK_BACK = "ask_back"
    ADMIT = "admit"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Confidence from 0 to 1: from `answer` on one entry is shown, from `ask_back` on up to
    `choices` of them are offered as buttons; below it the bot admits that it does not know."""

    answer: float = 0.55
    ask_back: float = 0.20
    choices: int = 3


@dataclass(frozen=True, slots=True)
class Match:
    """An entry and the calibrated probability (0-1) that it is what was asked."""

    entry: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Result:
    """`matches` is best first. When a known neighbour out of our scope matches best, the outcome
    is ADMIT and `neighbour` names its entry, whose answer says where to ask."""

    outcome: Outcome
    matches: tuple[Match, ...]
    neighbour: str | None = None

    @property
    def confidence(self) -> float:
        return self.matches[0].confidence if self.matches else 0.0


class Matcher:
    """Finds entries for questions. Immutable once built: reload builds another."""

    def __init__(
        self, faq: Faq, thresholds: Thresholds, reader: Reader, lexicon: Lexicon, index: Index
    ) -> None:
        self.faq = faq
        self.thresholds = thresholds
        self._ids = tuple(faq.entries)
        self._reader = reader
        self._lexicon = lexicon
        self._index = index

    @classmethod
    def build(cls, faq: Faq, thresholds: Thresholds) -> Matcher:
        sources = list(corpus.texts(faq))
        trusted = [source.text for source in sources if source.edited]
        reader = Reader(vocabulary([source.text for source in sources], trusted))
        lexicon = Lexicon(faq.synonyms, corpus.year(faq))
        texts = [
            Text(_features(reader, lexicon, s.text, letters=s.taught), s.entry, s.weight, s.taught)
            for s in sources
        ]
        return cls(faq, thresholds, reader, lexicon, Index(texts, len(faq.entries)))

    def match(self, text: str, *, previous: str | None = None) -> Result:
        """What to do with *text*; a follow-up is read with *previous*, the entry answered last."""
        return self._decide(self._rank(text))

    def match_all(self, text: str, *, previous: str | None = None) -> tuple[Result, ...]:
        """One result for each question in *text* (at most two are told apart)."""
        return (self.match(text, previous=previous),)

    def _rank(self, text: str) -> tuple[Match, ...]:
        query = self._index.query(_features(self._reader, self._lexicon, text))
        coverage = self._index.coverage(query)
        weight = COVERAGE_WEIGHT * min(1.0, self._index.entries / MANY_ENTRIES)
        chances = softmax(self._index.logits(query) + weight * coverage)
        best = np.argsort(-chances)[:SHOWN]
        return tuple(Match(self._ids[i], float(chances[i])) for i in best if coverage[i] > 0)

    def _decide(self, matches: tuple[Match, ...]) -> Result:
        if not matches or matches[0].confidence < self.thresholds.ask_back:
            return Result(Outcome.ADMIT, matches)
        best = matches[0]
        if self.faq.entries[best.entry].kind is Kind.OUT_OF_SCOPE:
            return Result(Outcome.ADMIT, matches, neighbour=best.entry)
        if best.confidence >= self.thresholds.answer:
            return Result(Outcome.ANSWER, matches)
        return Result(Outcome.ASK_BACK, matches)


def _features(reader: Reader, lexicon: Lexicon, text: str, *, letters: bool = True) -> list[str]:
    words = reader.read(text)
    return [*features(words, letters=letters), *concepts.features(*lexicon.concepts(words))]
