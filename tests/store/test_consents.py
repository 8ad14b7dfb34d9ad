"""Consent: the newest row of a purpose counts, and every row stays."""

from __future__ import annotations

from bot.messages import Address
from bot.store import consents
from bot.store.database import Database
from tests.conftest import Clock
from tests.visits import AN, IDS


def test_who_was_never_asked_has_not_agreed(database: Database) -> None:
    with database.transaction() as tx:
        assert not consents.has(tx, AN, "reminders")


def test_the_newest_word_counts_for_its_purpose_and_person_alone(
    database: Database, clock: Clock
) -> None:
    with database.transaction() as tx:
        consents.give(tx, IDS.new(clock()), AN, "reminders", "v1", clock())
        assert consents.has(tx, AN, "reminders")
        assert not consents.has(tx, AN, "news")
        assert not consents.has(tx, Address("telegram", "1002"), "reminders")
        consents.take_back(tx, IDS.new(clock()), AN, "reminders", "v1", clock())
        assert not consents.has(tx, AN, "reminders")
        consents.give(tx, IDS.new(clock()), AN, "reminders", "v2", clock())
        assert consents.has(tx, AN, "reminders")


def test_what_was_agreed_to_and_when_can_be_shown_later(database: Database, clock: Clock) -> None:
    with database.transaction() as tx:
        consents.give(tx, IDS.new(clock()), AN, "reminders", "v1", clock())
        clock.move(days=1)
        consents.take_back(tx, IDS.new(clock()), AN, "reminders", "v1", clock())
        rows = tx.rows("SELECT given, version, at FROM consents ORDER BY at")
    assert [(row["given"], row["version"], row["at"][:10]) for row in rows] == [
        (1, "v1", "2026-11-24"),
        (0, "v1", "2026-11-25"),
    ]
