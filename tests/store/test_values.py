"""Ids grow, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.store.values import Ids

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_ids_grow_with_time() -> None:
    ids = Ids()
    made = [ids.new(NOW + timedelta(milliseconds=n)) for n in range(100)]
    assert made == sorted(made)


def test_ids_grow_when_the_clock_is_set_back() -> None:
    """A person's messages go out in the order of their ids, and a page asks for those after one."""
    ids = Ids()
    before = ids.new(NOW)
    assert ids.new(NOW - timedelta(hours=1)) > before
