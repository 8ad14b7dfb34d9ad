"""Decide what to do with a question: answer, ask back or admit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.matching.entries import Faq


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

    def __init__(self, faq: Faq, thresholds: Thresholds) -> None:
        self.faq = faq
        self.thresholds = thresholds

    @classmethod
    def build(cls, faq: Faq, thresholds: Thresholds) -> Matcher:
        return cls(faq, thresholds)

    def match(self, text: str, *, previous: str | None = None) -> Result:
        """What to do with *text*; a follow-up is read with *previous*, the entry answered last."""
        return Result(Outcome.ADMIT, ())

    def match_all(self, text: str, *, previous: str | None = None) -> tuple[Result, ...]:
        """One result for each question in *text* (at most two are told apart)."""
        return (self.match(text, previous=previous),)
