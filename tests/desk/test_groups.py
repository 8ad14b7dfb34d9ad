"""Small groups stay hidden: whoever knows all that is shown, and how it is made, tells none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk import small_counts
from bot.desk.filters import counted
from bot.desk.small_counts import Count, Kind
from bot.desk.views.weekly import PARTS, _line

PEOPLE = st.integers(0, 8)


def worlds(cells: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every way in which the hidden cells could be filled."""
    options = (
        (n,) if small_counts.count(n).exact else range(1, small_counts.FEWEST) for n in cells
    )
    return product(*options)


def told(cells: Sequence[int], show: Callable[[Sequence[int]], object]) -> list[int]:
    """The hidden cells whose number follows from what *show* makes of them all."""
    shown = show(cells)
    alike = [world for world in worlds(cells) if show(world) == shown]
    return [
        at
        for at, n in enumerate(cells)
        if not small_counts.count(n).exact and len({world[at] for world in alike}) == 1
    ]


@given(st.lists(PEOPLE, min_size=1, max_size=5))
def test_no_office_follows_from_the_sum_of_all(cells: list[int]) -> None:
    def show(world: Sequence[int]) -> object:
        return [small_counts.count(n) for n in world], small_counts.together(world)

    assert told(cells, show) == []


@given(st.tuples(PEOPLE, PEOPLE, PEOPLE, PEOPLE, PEOPLE), st.integers(0, 40))
def test_no_part_of_a_line_follows_from_its_sum_or_from_the_free_places(
    cells: tuple[int, ...], places: int
) -> None:
    def show(world: Sequence[int]) -> object:
        parts = dict(zip(PARTS, map(small_counts.count, world), strict=True))
        return _line(parts, places)

    assert told(cells, show) == []


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ([0, 0], "0"),
        ([5, 7], "12"),
        ([3], "dưới 5"),
        ([5, 3], "ít nhất 6"),
        ([5, 1, 1], "ít nhất 7"),
        ([5, 2, 1, 2], "10"),
        ([1, 1, 1], "ít nhất 3"),
        ([4, 4, 4], "ít nhất 3"),
    ],
)
def test_a_column_is_summed_up_where_that_tells_nothing(cells: list[int], shown: str) -> None:
    assert counted(small_counts.together(cells)) == shown


def test_free_places_are_exact_only_when_all_that_takes_them_is_shown() -> None:
    assert small_counts.left(100, map(small_counts.count, (10, 0, 7))) == Count(83)
    assert small_counts.left(100, map(small_counts.count, (10, 2, 7))) == Count(79, Kind.LEAST)
    assert small_counts.left(5, map(small_counts.count, (10, 0, 0))) == Count(0)
