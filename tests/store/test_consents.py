"""Consent: the newest row of a purpose counts, and every row stays."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.messages import Address
from bot.store.database import Database, SqliteDatabase, Transaction
from bot.store.migrations import MIGRATIONS
from bot.store.people import consents
from bot.store.values import Ids
from tests.support.people import Clock
from tests.support.visits import AN, IDS

OLD = """
    INSERT INTO consents (id, channel, person, purpose, given, version, at)
    VALUES (:id, :channel, :person, 'reminders', :given, 'v1', :at)
"""


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


def test_the_last_word_counts_though_the_clock_was_set_back_before_it(
    database: Database, clock: Clock
) -> None:
    def of_another_process(tx: Transaction, change: Callable[..., None]) -> None:
        change(tx, Ids().new(clock()), AN, "reminders", "v1", clock())

    with database.transaction() as tx:
        of_another_process(tx, consents.give)
        of_another_process(tx, consents.take_back)
        clock.move(hours=-1)
        of_another_process(tx, consents.give)
        assert consents.has(tx, AN, "reminders")
        assert consents.given(tx, AN, "reminders") == (clock(), "v1")
        clock.move(minutes=1)
        of_another_process(tx, consents.take_back)
        assert not consents.has(tx, AN, "reminders")


def test_what_was_said_before_the_order_was_written_down_keeps_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = next(n for n, (name, _) in enumerate(MIGRATIONS) if name == "0017-consents")
    file, who = tmp_path / "x.db", {"channel": AN.channel, "person": AN.user}
    with monkeypatch.context() as older:
        older.setattr("bot.store.database.schema.MIGRATIONS", MIGRATIONS[:before])
        with closing(SqliteDatabase(file)) as database, database.transaction() as tx:
            for id_, given, at in (("2", 0, "10:05"), ("1", 1, "10:00"), ("3", 1, "10:05")):
                tx.rows(OLD, **who, id=id_, given=given, at=f"2026-11-24T{at}:00.000000Z")
    with closing(SqliteDatabase(file)) as database, database.transaction() as tx:
        kept = tx.rows("SELECT id, nth FROM consents ORDER BY nth")
        assert consents.has(tx, AN, "reminders")
    assert kept == [{"id": id_, "nth": int(id_)} for id_ in "123"]
