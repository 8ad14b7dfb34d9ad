"""What is older than the deployment keeps is deleted, whatever it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.core.messages import Address, Kind
from bot.jobs.forget_old_data import forget_before
from bot.store.database import Database
from bot.store.people import conversations, phone_owners
from tests.support.people import Clock, Person

TABLES = ("people", "incoming", "outbox", "questions", "handoffs")


def counts(database: Database) -> list[int]:
    with database.transaction() as tx:
        return [tx.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in TABLES]  # noqa: S608 - a name of this file


def test_after_the_days_that_are_kept_nothing_of_a_person_is_left(
    chat: Callable[..., Person], database: Database, clock: Clock
) -> None:
    old = chat("an")
    old.does(Kind.START)
    old.says("rớt bóp mất luôn cái thẻ căn cước")
    old.presses("officer")
    old.says("hồ sơ của tôi đâu")
    clock.move(days=31)
    chat("binh").says("quên mật khẩu")
    with database.transaction() as tx:
        forget_before(tx, clock() - timedelta(days=30))
    assert counts(database) == [1, 1, 1, 1, 0]


def test_a_number_is_known_as_somebodys_for_as_long_as_they_are(
    database: Database, clock: Clock
) -> None:
    gone, here = Address("telegram", "gone"), Address("telegram", "here")
    with database.transaction() as tx:
        for person, mark in ((gone, "m1"), (here, "m2")):
            conversations.take(tx, person, clock())
            phone_owners.owned(tx, person, mark, clock())
        clock.move(days=31)
        conversations.take(tx, here, clock())
        forget_before(tx, clock() - timedelta(days=30))
        assert [row["mark"] for row in tx.rows("SELECT mark FROM numbers")] == ["m2"]
