"""What the checks are handed: the day, and what only upper layers know."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from bot.faq.entries import Entry
from bot.faq.matching.matcher import Thresholds


@dataclass(frozen=True, slots=True)
class House:
    """`message` is the whole text a citizen gets for an entry, source line included; `private`
    names the kinds of personal data in a text. Without `match` no question is asked of a matcher,
    which is most of the time a check takes."""

    today: date
    message: Callable[[Entry], str]
    private: Callable[[str], Iterable[str]]
    match: bool = True
    thresholds: Thresholds = field(default_factory=Thresholds)
