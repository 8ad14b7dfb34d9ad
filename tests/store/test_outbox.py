"""The outbox: keys, order, leases, and rows that are no longer useful."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.core.messages import Address, Priority, Reply, Tone
from bot.store.database import Database, Transaction
from bot.store.outbox import claim as claims
from bot.store.outbox import outbox
from bot.store.outbox.outbox import Letter
from bot.store.values import Ids
from tests.support.people import Clock

AN, BINH = Address("telegram", "an"), Address("telegram", "binh")
LEASE = timedelta(minutes=1)


class Box:
    """The outbox in one open transaction."""

    def __init__(self, tx: Transaction, clock: Clock) -> None:
        self.tx, self.clock, self.ids = tx, clock, Ids()

    def put(self, key: str, to: Address = AN, **more: Any) -> bool:
        return outbox.put(
            self.tx,
            id=self.ids.new(self.clock()),
            key=key,
            to=to,
            reply=Reply(Tone.NOTICE, key),
            content="v1",
            now=self.clock(),
            **more,
        )

    def claim(self, owner: str = "w1") -> Letter | None:
        return claims.claim(self.tx, "telegram", owner, self.clock(), self.clock() + LEASE)

    def text(self) -> str | None:
        letter = self.claim()
        return letter.reply.text if letter else None

    def state(self, key: str) -> dict[str, object]:
        return self.tx.rows("SELECT * FROM outbox WHERE key = :key", key=key)[0]


@pytest.fixture
def box(database: Database, clock: Clock) -> Iterator[Box]:
    with database.transaction() as tx:
        yield Box(tx, clock)


def test_a_key_is_written_once(box: Box) -> None:
    assert box.put("a")
    assert not box.put("a")


def test_one_persons_messages_keep_their_order(box: Box) -> None:
    box.put("first")
    box.put("second")
    letter = box.claim()
    assert letter
    assert letter.reply.text == "first"
    assert box.claim("w2") is None  # the second waits for the first
    outbox.sent(box.tx, letter.id, "w1", box.clock(), "77")
    assert box.text() == "second"


def test_two_people_do_not_wait_for_each_other(box: Box) -> None:
    box.put("a")
    box.put("b", BINH)
    assert {box.text(), box.text()} == {"a", "b"}


def test_a_retry_holds_back_the_persons_later_messages(box: Box, clock: Clock) -> None:
    box.put("first")
    box.put("second")
    letter = box.claim()
    assert letter
    outbox.retry(box.tx, letter.id, "w1", clock() + timedelta(seconds=5), "busy")
    assert box.claim() is None
    clock.move(seconds=6)
    assert box.text() == "first"


def test_a_reminder_for_later_does_not_hold_back_a_reply(box: Box, clock: Clock) -> None:
    box.put("tomorrow", due_at=clock() + timedelta(days=1), priority=Priority.REMINDER)
    box.put("now")
    assert box.text() == "now"
    assert box.claim() is None
    clock.move(days=1)
    assert outbox.next_due(box.tx, "telegram", clock() - timedelta(hours=1)) == clock()
    box.tx.rows("UPDATE outbox SET state = 'sent' WHERE key = 'now'")
    assert box.text() == "tomorrow"


def test_replies_go_before_reminders_and_news(box: Box) -> None:
    box.put("news", Address("telegram", "c"), priority=Priority.BROADCAST)
    box.put("reminder", BINH, priority=Priority.REMINDER)
    box.put("reply", AN)
    assert [box.text(), box.text(), box.text()] == ["reply", "reminder", "news"]


def test_a_row_past_its_use_is_recorded_as_missed(box: Box, clock: Clock) -> None:
    box.put("old", useful_until=clock() + timedelta(minutes=1))
    clock.move(minutes=2)
    assert box.claim() is None
    assert box.state("old")["state"] == "missed"


def test_a_dead_senders_row_is_given_back_as_uncertain(box: Box, clock: Clock) -> None:
    box.put("a")
    box.claim()
    assert outbox.release(box.tx, clock()) == set()
    clock.move(minutes=2)
    assert outbox.release(box.tx, clock()) == {"telegram"}
    assert box.state("a")["uncertain"] == 1
    assert box.text() == "a"


def test_who_lost_the_lease_cannot_record(box: Box, clock: Clock) -> None:
    box.put("a")
    letter = box.claim("slow")
    assert letter
    clock.move(minutes=2)
    outbox.release(box.tx, clock())
    again = box.claim("quick")
    assert again
    assert not outbox.sent(box.tx, letter.id, "slow", clock(), "1")
    assert outbox.sent(box.tx, again.id, "quick", clock(), "2")
    assert box.state("a")["receipt"] == "2"


def test_readers_of_a_mailbox_get_what_is_new(box: Box) -> None:
    web = Address("web", "x")
    box.put("a", web, delivered=True)
    box.put("b", web, delivered=True)
    rows = outbox.delivered_since(box.tx, web, "")
    assert [reply.text for _, reply in rows] == ["a", "b"]
    assert [r.text for _, r in outbox.delivered_since(box.tx, web, rows[0][0])] == ["b"]


def test_ids_grow_with_time_and_within_a_millisecond(clock: Clock) -> None:
    ids = Ids()
    made = [ids.new(clock()) for _ in range(100)]
    clock.move(seconds=1)
    made.append(ids.new(clock()))
    assert made == sorted(made)
    assert len(set(made)) == len(made)
