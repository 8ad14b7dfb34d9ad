"""Reminders on a page that nobody has opened since: passed on, or called about."""

from __future__ import annotations

import pytest

from bot.core.messages import Address, Priority, Reply, Tone
from bot.store.database import Database
from bot.store.outbox import outbox, undelivered
from bot.store.people import conversations
from tests.support import visits
from tests.support.people import Clock
from tests.support.visits import IDS, local_time

WEB, TELEGRAM = Address("web", "w"), Address("telegram", "1001")
VISIT, EVENING_AT = local_time("2026-11-27 08:00"), local_time("2026-11-26 19:00")


def reminded(database: Database, *, phone: str = "sealed", code: str = "AAAAAA") -> None:
    """A visit whose reminder is on the page, which was last open on the day it was booked."""
    booked = local_time("2026-11-24 10:00")
    with database.transaction() as tx:
        visits.book(tx, code, VISIT, booked, person=WEB, phone=phone)
        id_ = IDS.new(booked)
        outbox.put(
            tx,
            id=id_,
            key=f"remind:{code}:1:evening",
            to=WEB,
            reply=Reply(Tone.NOTICE, "⏰"),
            content="test",
            now=booked,
            due_at=EVENING_AT,
            useful_until=VISIT,
            priority=Priority.REMINDER,
            code=code,
            version=1,
            kind="evening",
        )
        sent = (
            "UPDATE outbox SET state = 'sent', sent_at = due_at, receipt = 'mailbox' WHERE id = :id"
        )
        tx.rows(sent, id=id_)


def look(database: Database, clock: Clock, reach: tuple[str, ...] = ("telegram",)) -> set[str]:
    with database.transaction() as tx:
        now = clock()
        return undelivered.unread(tx, "web", reach, now, lambda: IDS.new(now), lambda reply: reply)


def test_a_linked_chat_gets_what_the_page_did_not_show(database: Database, clock: Clock) -> None:
    reminded(database)
    with database.transaction() as tx:
        for address in (WEB, TELEGRAM):
            sql = "INSERT INTO links (channel, person, owner, at) VALUES (:channel, :person, 'o', :at)"
            tx.rows(sql, channel=address.channel, person=address.user, at="2026")
            conversations.take(tx, address, local_time("2026-11-24 10:00"))
    clock.now = local_time("2026-11-26 19:30")
    assert look(database, clock) == {"telegram"}
    assert visits.called(database) == []
    assert look(database, clock) == set()


@pytest.mark.parametrize("reach", [("telegram",), ()])
def test_who_has_no_other_chat_is_called_once(
    database: Database, clock: Clock, reach: tuple[str, ...]
) -> None:
    reminded(database)
    clock.now = local_time("2026-11-26 19:30")
    assert look(database, clock, reach) == set()
    assert visits.called(database) == [("AAAAAA", "evening")]
    look(database, clock)
    assert len(visits.called(database)) == 1


def test_a_visit_that_was_cancelled_meanwhile_calls_nobody(
    database: Database, clock: Clock
) -> None:
    reminded(database)
    clock.now = local_time("2026-11-26 19:30")
    with database.transaction() as tx:
        visits.become(tx, "AAAAAA", "cancelled")
    look(database, clock)
    assert visits.called(database) == []


def test_many_that_were_not_read_are_looked_at_some_at_a_time(
    database: Database, clock: Clock
) -> None:
    for number in range(60):
        reminded(database, code=f"AAAA{number:02}")
    clock.now = local_time("2026-11-26 19:30")
    look(database, clock)
    assert len(visits.called(database)) == 50
    look(database, clock)
    assert len(visits.called(database)) == 60
