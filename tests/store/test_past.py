"""What is over costs nothing: looks that come every few seconds, and what one person asks for, do the same
beside many rows that are done. Counted in what SQLite does, not in time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from bot.jobs.expire_bookings import keep
from bot.store import health
from bot.store.database import Transaction
from bot.store.outbox import claim, outbox
from bot.store.people import erasure, export
from bot.store.values import Ids
from tests.support import past, sqlite, town
from tests.support.people import Clock
from tests.support.visits import AN, HOUR, MINUTE

LITTLE, MUCH = 20, 400  # people who have been here
Look = Callable[[Transaction, Clock], object]
LOOKS: dict[str, Look] = {
    "the keeper": lambda tx, clock: keep(tx, town.SETTINGS, clock(), partial(Ids().new, clock())),
    "whoever watches": lambda tx, clock: health.read(tx, clock(), clock() - HOUR),
    "the courier": lambda tx, clock: claim.take(tx, "telegram", "me", clock(), clock() + MINUTE),
    "the courier, for when": lambda tx, clock: outbox.next_due(tx, "telegram", clock()),
    "somebody, for their data": lambda tx, clock: export.collect(tx, AN),
    "somebody, to be erased": lambda tx, clock: erasure.erase(
        tx, AN, clock(), clock(), nobody="nobody"
    ),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_look_does_not_read_what_is_over(tmp_path: Path, clock: Clock, look: Look) -> None:
    few, many = (_cost(tmp_path / f"{n}.db", clock, look, n) for n in (LITTLE, MUCH))
    assert many < 1.2 * few


def _cost(path: Path, clock: Clock, look: Look, before: int) -> int:
    database = sqlite.opened(path)
    try:
        with database.transaction() as tx:
            past.write(tx, before, clock())
            look(tx, clock)  # what is done once is done
            return sqlite.steps(database, partial(look, tx, clock))
    finally:
        database.close()
