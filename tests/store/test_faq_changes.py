"""Changes of the FAQ: the last one that stands is the one to undo."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bot.store.booking import ward_figures
from bot.store.database import Database, SqliteDatabase, Transaction
from bot.store.migrations import MIGRATIONS
from bot.store.staff import faq_changes
from bot.store.staff.faq_changes import FaqChange
from tests.support.people import Clock

OLD = (
    """
    INSERT INTO faq_changes (id, at, account, entry, file, what, before, after, state)
    VALUES (:id, :at, 'lan', 'le-phi', 'le-phi.yaml', 'answer', '', '', 'made')
    """,
    """
    INSERT INTO ward_imports (id, at, account, before, after, state)
    VALUES (:id, :at, 'lan', '{}', '{}', 'made')
    """,
)


def change(tx: Transaction, clock: Clock, id_: str, entry: str = "le-phi") -> None:
    made = FaqChange(
        id_, clock(), "lan", entry, "le-phi.yaml", "answer", f"trước {id_}", f"sau {id_}"
    )
    faq_changes.add(tx, made)


def last(tx: Transaction) -> str | None:
    found = faq_changes.last(tx, "le-phi")
    return found.id if found else None


def test_the_last_change_is_undone_first_though_the_clock_was_set_back_before_it(
    database: Database, clock: Clock
) -> None:
    with database.transaction() as tx:
        assert last(tx) is None
        change(tx, clock, "2")
        clock.move(hours=-1)
        change(tx, clock, "1")
        change(tx, clock, "3", entry="khac")
        assert last(tx) == "1"
        assert faq_changes.end(tx, "1", "undone")
        assert last(tx) == "2"


def test_what_was_done_before_the_order_was_written_down_keeps_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    before = next(n for n, (name, _) in enumerate(MIGRATIONS) if name == "0019-undo")
    file = tmp_path / "x.db"
    with monkeypatch.context() as older:
        older.setattr("bot.store.database.schema.MIGRATIONS", MIGRATIONS[:before])
        with closing(SqliteDatabase(file)) as database, database.transaction() as tx:
            for id_, at in (("2", "10:05"), ("3", "10:00"), ("1", "10:05")):
                for sql in OLD:
                    tx.rows(sql, id=id_, at=f"2026-11-24T{at}:00.000000Z")
    with closing(SqliteDatabase(file)) as database, database.transaction() as tx:
        for id_ in ("2", "1", "3"):
            imported = ward_figures.last(tx)
            assert imported is not None
            assert (last(tx), imported.id) == (id_, id_)
            faq_changes.end(tx, id_, "undone")
            ward_figures.undo(tx, id_, clock())
