"""The one list of what is held on people: whole by the schema, and each rule does what it says."""

from __future__ import annotations

import pytest

from bot.core.messages import Address
from bot.store.database import Database
from bot.store.people import consents, erasure, erasure_log, export
from tests.support.people import Clock
from tests.support.schema import columns

RULES = {rule.table: rule for rule in erasure.PERSONAL}


def undecided(schema: dict[str, set[str]]) -> set[str]:
    """Tables about people of which nobody has said how they are erased."""
    about_people = {name for name, found in schema.items() if found & erasure.TELLING}
    return about_people - RULES.keys() - erasure.IMPERSONAL.keys()


def test_every_table_about_people_has_a_rule(database: Database) -> None:
    assert undecided(columns(database)) == set()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_new_table_about_people_without_a_rule_is_noticed(database: Database) -> None:
    with database.transaction() as tx:
        tx.rows("CREATE TABLE visitors (id TEXT PRIMARY KEY, phone TEXT NOT NULL)")
    assert undecided(columns(database)) == {"visitors"}


def test_every_rule_is_about_a_table_that_is_there(database: Database) -> None:
    assert RULES.keys() | erasure.IMPERSONAL.keys() <= columns(database).keys()


def test_a_person_is_shown_every_table_that_is_about_them_or_hangs_on_one(
    database: Database,
) -> None:
    hanging = {name for name, found in columns(database).items() if found & export.HANGING}
    about = (RULES.keys() | hanging) - export.NOT_SHOWN.keys()
    assert {section.table for section in export.SECTIONS} == about


def test_erasing_somebody_unknown_changes_nothing(database: Database, clock: Clock) -> None:
    with database.transaction() as tx:
        erasure.erase(tx, Address("web", "nobody"), clock(), clock(), "n")
        for table in RULES:
            assert tx.rows(f"SELECT * FROM {table}") == []  # noqa: S608 - the schema's names


def test_a_receipt_is_found_by_its_code_and_tells_only_when(
    database: Database, clock: Clock
) -> None:
    with database.transaction() as tx:
        ids = iter(["a", "b"])
        code = erasure_log.record(tx, ["mark 1", "mark 2"], clock(), lambda: next(ids))
        assert erasure_log.find(tx, code) == "2026-11-24T03:00:00.000000Z"
        assert erasure_log.find(tx, "KHONG1") is None
        assert len(tx.rows("SELECT * FROM erasures")) == 2


def test_everybody_whom_anything_is_held_on_is_found(database: Database, clock: Clock) -> None:
    one, other = Address("telegram", "1001"), Address("web", "an")
    with database.transaction() as tx:
        consents.give(tx, "1", one, "news", "test", clock())
        consents.give(tx, "2", other, "news", "test", clock())
        assert set(erasure.everybody(tx)) == {one, other}
        erasure.erase(tx, one, clock(), clock(), "n")
        assert erasure.everybody(tx) == [other]
