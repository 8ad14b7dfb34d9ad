"""Whoever has said much waits no longer for the next answer: counted in what SQLite does, not in time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from bot.store.database import SqliteDatabase
from bot.store.outbox import claim
from tests.support import sqlite
from tests.support.people import Clock, Person
from tests.support.visits import MINUTE

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
LITTLE, MUCH = 5, 200  # messages
QUESTION = "mất thẻ căn cước thì làm sao"
SAID = (QUESTION, "menu", "đặt lịch", "lịch hẹn của tôi", "gặp cán bộ", "dừng", "xin chào")
ARRIVED = "UPDATE outbox SET state = 'sent', sent_at = created_at WHERE state = 'due'"


def talked(person: Person, database: SqliteDatabase, messages: int) -> Person:
    """*person* after so many messages, whose answers have all arrived."""
    for number in range(messages):
        person.says(f"{QUESTION} {number}")
        person.clock.move(minutes=1)
    with database.transaction() as tx:
        tx.rows(ARRIVED)
    return person


@pytest.mark.parametrize("text", SAID)
def test_a_message_costs_the_same_after_a_long_talk(
    citizen: Callable[..., Person], database: SqliteDatabase, text: str
) -> None:
    few, many = (talked(citizen(f"an-{n}"), database, n) for n in (LITTLE, MUCH))
    at_first = sqlite.steps(database, lambda: few.says(text))
    assert sqlite.steps(database, lambda: many.says(text)) < 1.2 * at_first


def test_an_answer_is_taken_from_the_outbox_the_same_after_a_long_talk(
    citizen: Callable[..., Person], database: SqliteDatabase, clock: Clock
) -> None:
    costs = []
    for messages in (LITTLE, MUCH):
        talked(citizen(f"an-{messages}"), database, messages).says("menu")
        with database.transaction() as tx:
            take = partial(claim.take, tx, "telegram", "me", clock(), clock() + MINUTE)
            costs.append(sqlite.steps(database, take))
    assert costs[1] < 1.2 * costs[0]
