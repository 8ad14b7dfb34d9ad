"""What people ask and the FAQ does not answer well: masked questions, grouped by likeness.

A group is shown only when enough different people asked alike, so that nobody's own words stand
out. Groups that the FAQ answers by now, or rightly sends elsewhere, are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.core.likeness import groups, most_typical, plain
from bot.core.messages import Address
from bot.core.privacy import Secret
from bot.core.vietnamese import has_marks
from bot.faq.matching.matcher import Match, Outcome, Result

PEOPLE = 3  # who asked alike, at least, before a group is shown
ALIKE = 70  # of 100
WORDS = range(3, 41)  # a phrasing worth keeping is neither a grunt nor a story without end

Ask: TypeAlias = Callable[[str], Result]  # how the FAQ reads a question today: `Matcher.match`


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that was admitted, asked back or voted down. `entry` came first in the match."""

    person: Address
    text: str
    outcome: str
    entry: str | None
    voted_down: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions asked alike. `clearest` is the one to keep as a phrasing; None when every one of
    them holds masked data or is too short or long. `nearest` is how the FAQ reads it today."""

    people: int
    asked: int
    outcomes: Mapping[str, int]
    voted_down: int
    clearest: str | None
    examples: tuple[str, ...]
    nearest: Match | None


@dataclass(frozen=True, slots=True)
class Gaps:
    """Groups, most people first; `settled` counts those that need nothing any more, `hidden` those
    that too few people asked."""

    shown: tuple[Gap, ...]
    settled: int
    hidden: int


def find(questions: Sequence[Unanswered], ask: Ask) -> Gaps:
    """Group *questions*; the order is the same for the same questions and FAQ."""
    kept = [one for one in questions if plain(one.text)]
    together = [[kept[i] for i in place] for place in groups([plain(q.text) for q in kept], ALIKE)]
    enough = [group for group in together if len({one.person for one in group}) >= PEOPLE]
    open_ = [group for group in enough if not _settled(group, ask)]
    found = sorted((_gap(group, ask) for group in open_), key=_order)
    return Gaps(tuple(found), len(enough) - len(open_), len(together) - len(enough))


def _order(gap: Gap) -> tuple[int, int, str]:
    return -gap.people, -gap.asked, gap.examples[0]


def _settled(group: Sequence[Unanswered], ask: Ask) -> bool:
    """Nobody disliked the answer, and the most typical question is answered or sent elsewhere."""
    if any(one.voted_down for one in group):
        return False
    result = ask(_typical(group)[0])
    return result.outcome is Outcome.ANSWER or result.neighbour is not None


def _gap(group: Sequence[Unanswered], ask: Ask) -> Gap:
    typical = _typical(group)
    clearest = clear(typical)
    matches = ask(clearest or typical[0]).matches
    return Gap(
        people=len({one.person for one in group}),
        asked=len(group),
        outcomes=Counter(one.outcome for one in group),
        voted_down=sum(one.voted_down for one in group),
        clearest=clearest,
        examples=tuple(dict.fromkeys(typical))[:3],
        nearest=matches[0] if matches else None,
    )


def _typical(group: Sequence[Unanswered]) -> list[str]:
    texts = [one.text for one in group]
    return [texts[place] for place in most_typical([plain(text) for text in texts])]


def clear(texts: Sequence[str]) -> str | None:
    """The first of *texts* that can be kept, one with Vietnamese marks before one without."""
    usable = list(_usable(texts))
    return next((text for text in usable if has_marks(text)), usable[0] if usable else None)


def _usable(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        line = " ".join(text.split())
        if len(line.split()) in WORDS and not masked(line):
            yield line


def masked(text: str) -> bool:
    """Whether something personal stood in *text*."""
    return any(kind.value in text for kind in Secret)
