"""Decide what to do with a question: answer, ask back or admit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bot.matching.entries import Entry, Faq, Kind
from bot.matching.features import features
from bot.matching.head import softmax
from bot.matching.index import Index
from bot.matching.reader import Reader, Reading, vocabulary

SHOWN = 8  # matches in a result
COVERAGE_WEIGHT = 4.0


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

    def __init__(self, faq: Faq, thresholds: Thresholds, reader: Reader, index: Index) -> None:
        self.faq = faq
        self.thresholds = thresholds
        self._ids = tuple(faq.entries)
        self._reader = reader
        self._index = index

    @classmethod
    def build(cls, faq: Faq, thresholds: Thresholds) -> Matcher:
        texts, owners = [], []
        for number, entry in enumerate(faq.entries.values()):
            for text in _phrasings(entry):
                texts.append(text)
                owners.append(number)
        trusted = [text for entry in faq.entries.values() for text in _edited(entry)]
        reader = Reader(vocabulary([*texts, *trusted], trusted))
        bags = [features(reader.read(text).words) for text in texts]
        return cls(faq, thresholds, reader, Index(bags, owners, len(faq.entries)))

    def match(self, text: str, *, previous: str | None = None) -> Result:
        """What to do with *text*; a follow-up is read with *previous*, the entry answered last."""
        return self._decide(self._rank(self._reader.read(text)))

    def match_all(self, text: str, *, previous: str | None = None) -> tuple[Result, ...]:
        """One result for each question in *text* (at most two are told apart)."""
        return (self.match(text, previous=previous),)

    def _rank(self, reading: Reading) -> tuple[Match, ...]:
        query = self._index.query(features(reading.words))
        coverage = self._index.coverage(query)
        chances = softmax(self._index.logits(query) + COVERAGE_WEIGHT * coverage)
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


def _phrasings(entry: Entry) -> tuple[str, ...]:
    label = (entry.label,) if entry.label else ()
    return (entry.question, *label, *entry.phrasings)


def _edited(entry: Entry) -> tuple[str, ...]:
    return (entry.question, entry.answer, *entry.keywords, *entry.steps)
