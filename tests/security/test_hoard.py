"""Nobody empties a ward's week, and a crowd behind one address is served: what `python -m tests.bench.hoard`
measures of a whole day, here with fewer tries. The limits are those that a deployment has by default."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.hoard import DEFAULTS, FIVE, UNBOUNDED, crowded, hoarded

MOST = 0.15  # of the places of the next seven days


@pytest.mark.parametrize("how", ["book", "hold", "cancel", "erase", "move", "wait"])
def test_one_laptop_gets_a_small_part_of_the_week(how: str) -> None:
    hoarder, places = hoarded(how, pause=timedelta(hours=6))
    assert places == 168
    assert 0 < hoarder.worst <= MOST * places


def test_made_up_telephone_numbers_get_no_more() -> None:
    hoarder, places = hoarded("book", phones=True, pause=timedelta(hours=8))
    assert hoarder.worst <= MOST * places


def test_nor_does_it_from_a_handful_of_networks() -> None:
    hoarder, places = hoarded("book", FIVE, pause=timedelta(hours=12))
    assert hoarder.worst <= MOST * places


def test_without_the_bounds_it_would_empty_the_week() -> None:
    """The control: the same laptop against the limits as they were."""
    loose = DEFAULTS.model_copy(update=UNBOUNDED)
    hoarder, places = hoarded("book", limits=loose, pause=timedelta(days=1))
    assert hoarder.worst > 0.8 * places


def test_three_hundred_people_behind_one_address_all_get_their_place() -> None:
    crowd = crowded(300)
    assert (crowd.served, crowd.refused) == (300, 0)
    assert crowd.longest < 10  # seconds of a cheap phone
