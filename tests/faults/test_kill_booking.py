"""kill -9 between any two statements of a booking: after it, all of the work is done or nothing.

Each act is killed before each of its statements, before its commit, and after it before anybody
heard of it. Then the service starts again on the database, and the platform sends the update again.
How many points that are: `python -m tests.faults.points`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import pytest

from bot.store.database import Row
from tests.faults.acts import ACTS
from tests.faults.dying import Orders, taking_orders
from tests.faults.shelf import Shelf
from tests.support.bookings import wrong

AFTER = "after COMMIT, before the answer"
# What a person, an officer or a courier could see of the database; ids are new in every run.
# The order is whole: PostgreSQL would give equal rows in any.
PICTURE = (
    "SELECT id, booked FROM slots WHERE booked > 0 ORDER BY id",
    """SELECT slot, channel, person, member, holder, name, version, before, state FROM bookings
       ORDER BY slot, person, member, version, state, name""",
    "SELECT what, actor, count(*) FROM booking_events GROUP BY what, actor ORDER BY what, actor",
    "SELECT slot, release_at, state FROM returned ORDER BY slot, at, state",
    "SELECT person, service, office, state FROM waiting ORDER BY 1, 2, 3, 4",
    """SELECT w.person, o.slot, o.until, o.state FROM offers AS o
       JOIN waiting AS w ON w.id = o.waiting ORDER BY o.at, 1, 2, 3, 4""",
    "SELECT channel, person, kind, due_at, count(*) FROM outbox GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    "SELECT person, purpose, given FROM consents ORDER BY person, purpose, at, given",
    "SELECT count(*) FROM incoming",
)


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orders]:
    with taking_orders(tmp_path_factory.mktemp("orders")) as orders:
        yield orders


def picture(shelf: Shelf, address: str) -> list[list[Row]]:
    """What is in the database; no rule may be broken."""
    with shelf.seen(address) as tx:
        assert wrong(tx) == {}
        return [tx.rows(sql) for sql in PICTURE]


def words(seen: list[list[Row]]) -> Counter[str]:
    return Counter(str(value) for rows in seen for row in rows for value in row.values())


@dataclass(frozen=True)
class Work:
    """What is kept from before an act, what is seen before and after it, and the points it passes."""

    kept: str
    before: list[list[Row]]
    after: list[list[Row]]
    points: list[str]


@pytest.fixture(scope="module")
def work(order: Orders, shelf: Shelf) -> Callable[[str], Work]:
    @cache
    def prepare(act: str) -> Work:
        address = shelf.empty()
        assert order(address, act, before=True) == "done"
        kept, before = shelf.keep(address), picture(shelf, address)
        assert order(address, act) == "done"
        return Work(kept, before, picture(shelf, address), order.points())

    return prepare


@pytest.mark.parametrize("act", ACTS)
def test_killed_anywhere_it_is_done_wholly_or_not_at_all(
    order: Orders, shelf: Shelf, work: Callable[[str], Work], act: str
) -> None:
    whole = work(act)
    assert words(whole.after)[ACTS[act].leaves] > words(whole.before)[ACTS[act].leaves]
    for number, name in enumerate(whole.points, 1):
        torn = shelf.again(whole.kept)
        assert order(torn, act, die_at=number) == "killed", name
        expected = whole.after if name == AFTER else whole.before
        assert picture(shelf, torn) == expected, f"killed {name}"
        assert order(torn, act) == "done", name
        assert picture(shelf, torn) == whole.after, f"killed {name}, then sent again"


def test_the_points_are_many(work: Callable[[str], Work]) -> None:
    counts = {act: len(work(act).points) for act in ACTS}
    assert min(counts.values()) >= 5
    assert sum(counts.values()) >= 250


def test_without_a_transaction_the_same_kills_break_the_rules(
    order: Orders, shelf: Shelf, work: Callable[[str], Work]
) -> None:
    """The control: each statement commits by itself, and the rules above find it."""
    whole = work("move")
    broken = 0
    for number in range(1, len(whole.points)):
        torn = shelf.again(whole.kept)
        assert order(torn, "move", die_at=number, apart=True) == "killed"
        with shelf.seen(torn) as tx:
            broken += bool(wrong(tx))
    assert broken >= 3
