"""Counts of people that tell nobody apart: a group of fewer than `FEWEST` is not shown, nor is a number
from which one could be computed.

What stands in a table is either exact, or few ("dưới 5"), or a least number ("ít nhất 180") that is made of
nothing but the other numbers shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from bot.store.staff.figures import FEWEST

MOST = FEWEST - 1  # people that "dưới 5" may be
ENOUGH = 3  # hidden cells whose sum leads to none of them


class Kind(Enum):
    EXACT = "exact"
    FEW = "few"
    LEAST = "least"


@dataclass(frozen=True, slots=True)
class Count:
    """A number as it may be shown. `least` is exact, or the least that it may be."""

    least: int
    kind: Kind = Kind.EXACT

    @property
    def exact(self) -> bool:
        return self.kind is Kind.EXACT


def count(people: int) -> Count:
    return Count(people) if people == 0 or people >= FEWEST else Count(1, Kind.FEW)


def total(parts: Iterable[Count]) -> Count:
    """The sum of what is shown beside it: exact only when all of that is, since a hidden part could
    be told from it."""
    found = tuple(parts)
    least = sum(part.least for part in found)
    return Count(least) if all(part.exact for part in found) else Count(least, Kind.LEAST)


def together(people: Iterable[int]) -> Count:
    """The sum of a column whose cells are shown elsewhere, one by one: exact when nothing is hidden, or
    so much that neither the hidden sum is few nor any of its cells follows from it."""
    cells = tuple(people)
    if len(cells) == 1:
        return count(*cells)
    hidden = [n for n in cells if not count(n).exact]
    many = len(hidden) >= ENOUGH and sum(hidden) >= FEWEST
    if not hidden or (many and len(hidden) < sum(hidden) < MOST * len(hidden)):
        return count(sum(cells))
    return total(map(count, cells))


def left(places: int, taken: Iterable[Count]) -> Count:
    """Places that are free: exact only when nothing of what takes them is hidden."""
    parts = tuple(taken)
    used = total(parts)
    if used.exact or not places:
        return Count(max(places - used.least, 0))
    hidden = sum(not part.exact for part in parts)
    return Count(max(places - used.least - (MOST - 1) * hidden, 0), Kind.LEAST)
