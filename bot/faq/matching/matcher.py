"""Decide what to do with a question: answer, ask back or admit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path

import numpy as np

from bot.core.vietnamese import Word, shorten
from bot.faq.entries import Faq, Kind
from bot.faq.matching import aspect, followup, lessons, split
from bot.faq.matching.alarm import Danger
from bot.faq.matching.aspect import Aspect
from bot.faq.matching.cache import ranker
from bot.faq.matching.classifier import softmax
from bot.faq.matching.confidence import EXACT, confidence
from bot.faq.matching.ranker import Array, Ranker, Ranking, blended

SHOWN = 8  # matches in a result
REMEMBERED = 5_000  # messages whose results are kept, some 2 KB each
WISHED = -1.0  # log odds from which on a text is taken for a wish
OURS = 0.0  # log odds of scope, at least, of what is asked back
FEWEST_WORDS = 4  # of what is taken as a likely question; fewer name a matter and ask nothing of it
MOST_QUESTIONS = 2  # told apart in one message; more is a story


class Outcome(StrEnum):
    ANSWER = "answer"
    ASK_BACK = "ask_back"
    ADMIT = "admit"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Confidence from 0 to 1: from `answer` on one entry is shown as the answer, from `likely` on with a
    word that it may be another, from `ask_back` on up to `choices` of them are offered as buttons; below
    it the bot admits that it does not know."""

    answer: float = 0.85
    likely: float = 0.50
    ask_back: float = 0.35
    choices: int = 3


@dataclass(frozen=True, slots=True)
class Match:
    """An entry and the calibrated probability (0-1) that it is what was asked."""

    entry: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Result:
    """`matches` is best first. When a known neighbour out of our scope matches best, the outcome
    is ADMIT and `neighbour` names its entry, whose answer says where to ask. An answer that is not `sure`
    is shown as what was likely meant. `asks`: what the question wants to know of its matter."""

    outcome: Outcome
    matches: tuple[Match, ...]
    neighbour: str | None = None
    sure: bool = True
    asks: tuple[Aspect, ...] = ()

    @property
    def confidence(self) -> float:
        return self.matches[0].confidence if self.matches else 0.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text asks: `whole` taken as one question, `each` for the questions told apart in it (at
    most two). `leans`: it may be another with another entry answered before it. `wish`: what it wants done
    (bot/faq/wishes.py), "" when it asks; `lean`: how surely, as the logarithm of the odds."""

    whole: Result
    each: tuple[Result, ...]
    leans: bool
    wish: str = ""
    lean: float = 0.0


class Matcher:
    """Finds entries for questions. Never changes once built: reload builds another."""

    def __init__(self, faq: Faq, thresholds: Thresholds, ranker: Ranker) -> None:
        self.faq = faq
        self.thresholds = thresholds
        self._ids = tuple(faq.entries)
        self._places = {id_: place for place, id_ in enumerate(self._ids)}
        self._ranker = ranker
        self._remembered: dict[tuple[bytes, str | None], Meaning] = {}
        self._small_talk = any(
            followup.says_nothing(text.split()) and self._kind(place) is Kind.ANSWER
            for text, place in ranker.exact.items()
        )

    @classmethod
    def build(cls, faq: Faq, thresholds: Thresholds, kept: Path | None = None) -> Matcher:
        """Learn from *faq*; what is learnt is kept in the folder *kept*, and found there again."""
        return cls(faq, thresholds, ranker(lessons.lesson(faq), kept))

    def reworded(self, faq: Faq) -> Matcher | None:
        """With the answers of *faq*, found by what was learnt before: to learn takes seconds. None when
        its entries are others, or in another order."""
        same = tuple(faq.entries) == self._ids
        return Matcher(faq, self.thresholds, self._ranker) if same else None

    def danger(self, text: str) -> Danger | None:
        """The danger that *text* tells of, if it tells of one."""
        alarm = self._ranker.alarm
        return alarm.read(text) if alarm and text else None

    def match(self, text: str, *, previous: str | None = None) -> Result:
        """What to do with *text*; a follow-up is read with *previous*, the entry answered last."""
        return self._match(self._ranker.read(text), previous)

    def _match(
        self, words: Sequence[Word], previous: str | None, ranking: Ranking | None = None
    ) -> Result:
        plain = [word.plain for word in words]
        if followup.says_nothing(plain) and not self._small_talk:
            return Result(Outcome.ADMIT, ())
        found = self._found(plain, previous, ranking or self._ranker.rank(words))
        return replace(found, asks=aspect.asked(plain))

    def _found(self, plain: Sequence[str], previous: str | None, ranking: Ranking) -> Result:
        vague = followup.leans(plain) and ranking.exact is None
        if vague and previous in self._places:
            return self._decide(self._matches(self._after(ranking, previous)))
        result = self._decide(self._matches(ranking))
        # About what, or what of it? Offer, but do not answer.
        unsaid = vague and followup.only_asks(plain)
        bare = not result.sure and len(plain) < FEWEST_WORDS
        if result.outcome is Outcome.ANSWER and (unsaid or bare):
            return replace(result, outcome=Outcome.ASK_BACK, sure=False)
        if result.outcome is Outcome.ASK_BACK and ranking.scope < OURS:
            return replace(result, outcome=Outcome.ADMIT)  # whose buttons would not fit either
        return result

    def _after(self, ranking: Ranking, previous: str) -> Ranking:
        """*ranking* of a follow-up, read with the entry that was answered before it."""
        before = self.faq.entries[previous]
        context = self._ranker.rank(self._ranker.read(before.question))
        near = [self._places[id_] for id_ in before.related if id_ in self._places]
        return blended(ranking, context, near)

    def match_all(self, text: str, *, previous: str | None = None) -> tuple[Result, ...]:
        """One result for each question in *text* (at most two are told apart)."""
        return self.understand(text, previous=previous).each

    def understand(self, text: str, *, previous: str | None = None) -> Meaning:
        """All that *text* asks, read with *previous*, the entry answered last.

        Many ask the same: it is remembered under a hash of the text, not under the text.
        """
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest(), previous
        if key not in self._remembered:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = self._understand(text, previous)
        return self._remembered[key]

    def _understand(self, text: str, previous: str | None) -> Meaning:
        words = self._ranker.read(text)
        ranking = self._ranker.rank(words)
        whole, leans = self._match(words, previous, ranking), _leans(words)
        parts = split.parts(shorten(text))
        found: dict[str, Result] = {}
        for part in parts if len(parts) >= MOST_QUESTIONS else ():
            words = self._ranker.read(part)
            if split.asks(part, words):
                leans = leans or _leans(words)
                result = self._match(words, next(iter(found), previous))
                if (result.outcome is Outcome.ANSWER and result.sure) or result.neighbour:
                    found.setdefault(result.matches[0].entry, result)
        each = tuple(found.values()) if len(found) == MOST_QUESTIONS else (whole,)
        wish = ranking.wish
        return Meaning(whole, each, leans, wish.name if wish.lean >= WISHED else "", wish.lean)

    def _matches(self, ranking: Ranking) -> tuple[Match, ...]:
        """The best entries with their confidence, best first; none when no word is known."""
        chances = softmax(ranking.scores)
        order = np.argsort(-chances, kind="stable")[:SHOWN]
        best = order[0]
        if not ranking.coverage[best] > 0:
            return ()
        sure = self._confidence(ranking, order)
        ratios = np.minimum(chances[order] / max(float(chances[best]), 1e-9), 1.0)
        values = [sure * float(ratio) for ratio in ratios]
        return tuple(Match(self._ids[i], v) for i, v in zip(order, values, strict=True))

    def _confidence(self, ranking: Ranking, order: Array) -> float:
        best = order[0]
        if ranking.exact == best:
            return EXACT
        second = ranking.scores[order[1]] if len(order) > 1 else 0.0
        margin = float(ranking.scores[best] - second)
        scope = ranking.scope if self._kind(int(best)) is Kind.ANSWER else -ranking.scope
        return confidence(margin, float(ranking.coverage[best]), ranking.words, scope)

    def _kind(self, place: int) -> Kind:
        return self.faq.entries[self._ids[place]].kind

    def _decide(self, matches: tuple[Match, ...]) -> Result:
        if not matches or matches[0].confidence < self.thresholds.ask_back:
            return Result(Outcome.ADMIT, matches)
        best = matches[0]
        if self.faq.entries[best.entry].kind is Kind.OUT_OF_SCOPE:
            return Result(Outcome.ADMIT, matches, neighbour=best.entry)
        if best.confidence >= self.thresholds.answer:
            return Result(Outcome.ANSWER, matches)
        if best.confidence >= self.thresholds.likely:
            return Result(Outcome.ANSWER, matches, sure=False)
        return Result(Outcome.ASK_BACK, matches)


def _leans(words: Sequence[Word]) -> bool:
    return followup.leans([word.plain for word in words])
