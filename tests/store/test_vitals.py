"""What is watched, and what must hold: the same on both engines."""

from __future__ import annotations

from datetime import timedelta

from bot.core.messages import Address, Priority, Reply, Tone
from bot.store import check, health
from bot.store.booking import bookings
from bot.store.database import Database, Transaction
from bot.store.outbox import claim, outbox
from bot.store.staff import audit, inbox
from bot.store.values import Ids
from tests.support import town
from tests.support.people import Clock
from tests.support.town import FRIDAY, slot_id

AN = Address("telegram", "1001")
LEASE = timedelta(seconds=60)


def put(tx: Transaction, clock: Clock, id_: str, priority: int = Priority.REPLY) -> None:
    to, reply = Address("telegram", id_), Reply(Tone.NOTICE, "Chào bạn")
    outbox.put(
        tx, id=id_, key=id_, to=to, reply=reply, content="", now=clock.now, priority=priority
    )


def hold(tx: Transaction, clock: Clock) -> None:
    ids = Ids()
    bookings.hold(
        tx,
        slot=slot_id("mau-a", FRIDAY, 8),
        service="the",
        person=AN,
        holders=["an"],
        now=clock.now,
        held_until=clock.now + timedelta(minutes=10),
        new_id=lambda: ids.new(clock.now),
    )


def test_rows_are_counted_by_state_and_the_oldest_due_has_its_age(
    database: Database, clock: Clock
) -> None:
    with database.transaction() as tx:
        put(tx, clock, "row-1")
        put(tx, clock, "row-2", Priority.BROADCAST)
        clock.move(minutes=5)
        found = health.read(tx, clock.now, clock.now)
        assert found.rows == {("telegram", "due"): 2}
        assert found.oldest_due == {
            ("telegram", Priority.REPLY): 300,
            ("telegram", Priority.BROADCAST): 300,
        }
        assert claim.claim(tx, "telegram", "courier", clock.now, clock.now + LEASE)
        found = health.read(tx, clock.now, clock.now)
        assert found.rows == {("telegram", "due"): 1, ("telegram", "sending"): 1}
        assert ("telegram", Priority.REPLY) not in found.oldest_due
        clock.move(minutes=2)  # its sender is dead, and nobody has given the row back
        assert health.read(tx, clock.now, clock.now).oldest_due["telegram", Priority.REPLY] == 420
        outbox.release(tx, clock.now)
        assert health.read(tx, clock.now, clock.now).retrying == {"telegram": 1}


def test_bookings_officers_work_and_alerts_are_counted(database: Database, clock: Clock) -> None:
    town.build(database)
    with database.transaction() as tx:
        hold(tx, clock)
        inbox.alert(tx, "alert-1", clock.now, "send", "…")
        inbox.hand_over(tx, "handoff-1", AN, clock.now, "…")
        found = health.read(tx, clock.now, clock.now - timedelta(hours=1))
        assert found.booked == {"held": 1}
        assert (found.alerts, found.handoffs, found.calls) == (1, 1, 0)
        assert health.read(tx, clock.now, clock.now + timedelta(hours=1)).booked == {}


def test_all_rules_hold_for_what_the_service_itself_writes(
    database: Database, clock: Clock
) -> None:
    town.build(database)
    with database.transaction() as tx:
        hold(tx, clock)
        put(tx, clock, "row-1")
        audit.write(tx, clock.now, "can-bo", "xem")
        assert list(check.faults(tx)) == []
        tx.rows("UPDATE slots SET booked = 0")
        tx.rows("UPDATE outbox SET state = 'sending', owner = NULL")
        tx.rows("UPDATE audit SET what = 'sửa'")
        assert len(list(check.faults(tx))) == 3


def test_an_alert_of_its_kind_is_written_once_until_somebody_has_seen_it(
    database: Database, clock: Clock
) -> None:
    def alert(id_: str, kind: str) -> None:
        with database.transaction() as tx:
            inbox.alert_once(tx, id_, clock.now, kind, f"Tin {id_}")

    for id_, kind in (("1", "telegram unreadable"), ("2", "telegram unreadable"), ("3", "zalo")):
        alert(id_, kind)
    with database.transaction() as tx:
        assert [row["id"] for row in inbox.alerts(tx)] == ["1", "3"]
        inbox.see_alert(tx, "1", clock.now)
    alert("4", "telegram unreadable")
    with database.transaction() as tx:
        assert [row["id"] for row in inbox.alerts(tx)] == ["3", "4"]
