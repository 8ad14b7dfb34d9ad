"""Campaigns written out a little ahead, each person once, and ended when nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.booking.wards import Wards
from bot.core.config import Settings
from bot.core.messages import Address
from bot.jobs.feed_campaigns import AHEAD, Feeder
from bot.store.campaigns import campaigns, progress
from bot.store.campaigns.progress import FedMeanwhile
from bot.store.database import SqliteDatabase
from bot.store.outbox import claim, outbox
from bot.store.outbox.outbox import Letter
from bot.store.people import consents, conversations
from bot.store.values import unpack
from tests.support.people import Clock
from tests.support.subscribers import IDS, launch, of_one, plan, rows, subscribe

RATES = {"telegram": 2.0, "zalo-oa": 2.0}
ROOM = int(2.0 * AHEAD.total_seconds()) + 1
SETTINGS = Settings.model_validate({"data_key": "a made-up key"})
Made = Callable[..., Feeder]


def feeder_of(database: SqliteDatabase, clock: Clock, wards: Wards, owner: str = "one") -> Feeder:
    return Feeder(database, SETTINGS, wards, RATES, clock, owner=owner)


@pytest.fixture
def feeder(database: SqliteDatabase, clock: Clock, wards: Wards) -> Feeder:
    return feeder_of(database, clock, wards)


def people(database: SqliteDatabase, clock: Clock, count: int, channel: str = "telegram") -> None:
    with database.transaction() as tx:
        for number in range(count):
            subscribe(tx, Address(channel, f"p{number:03}"), clock())


def begin(database: SqliteDatabase, clock: Clock, people: int = 100, **more: Any) -> None:
    with database.transaction() as tx:
        launch(tx, "c1", plan(clock(), **more), clock(), people)


def written(database: SqliteDatabase) -> list[str]:
    return [r["person"] for r in rows(database, "SELECT person FROM outbox ORDER BY person")]


def send_all(database: SqliteDatabase, clock: Clock) -> list[str]:
    """What the courier does with all that is due."""
    found = []
    with database.transaction() as tx:
        for channel in RATES:
            lease = clock() + timedelta(minutes=1)
            while letter := claim.take(tx, channel, "me", clock(), lease):
                if isinstance(letter, Letter):
                    outbox.sent(tx, letter.id, "me", clock(), "receipt")
                    found.append(letter.address.user)
    return found


def state(database: SqliteDatabase) -> str:
    return str(rows(database, "SELECT state FROM campaigns")[0]["state"])


async def test_only_what_goes_out_soon_is_written_and_the_rest_follows(
    feeder: Feeder, database: SqliteDatabase, clock: Clock
) -> None:
    people(database, clock, 70)
    begin(database, clock)
    await feeder.look()
    await feeder.look()
    assert written(database) == [f"p{number:03}" for number in range(ROOM)]
    sent: list[str] = []
    for _ in range(5):
        sent += send_all(database, clock)
        await feeder.look()
    assert sent == [f"p{number:03}" for number in range(70)]
    assert state(database) == "done"


async def test_who_joins_the_segment_after_its_place_was_passed_gets_nothing_of_this_campaign(
    feeder: Feeder, database: SqliteDatabase, clock: Clock
) -> None:
    """What the dry run tells (`counting.LATE`): members are read once, in the order of their ids."""
    people(database, clock, ROOM)
    begin(database, clock)
    await feeder.look()
    with database.transaction() as tx:
        subscribe(tx, Address("telegram", "a-late-one"), clock())  # before p000
        subscribe(tx, Address("telegram", "z-late-one"), clock())  # not read yet
    sent = send_all(database, clock)
    for _ in range(3):
        await feeder.look()
        sent += send_all(database, clock)
    assert "a-late-one" not in sent
    assert sent.count("z-late-one") == 1
    assert state(database) == "done"


async def test_another_process_goes_on_where_the_first_one_stopped(
    feeder: Feeder, database: SqliteDatabase, clock: Clock, wards: Wards
) -> None:
    people(database, clock, 40)
    begin(database, clock)
    await feeder.look()
    send_all(database, clock)
    other = feeder_of(database, clock, wards, "another")
    await other.look()
    assert len(written(database)) == ROOM  # not its turn
    clock.move(seconds=6)
    await other.look()
    send_all(database, clock)
    assert len(set(written(database))) == len(written(database)) == 40


async def test_of_two_processes_one_writes_a_batch(
    feeder: Feeder, database: SqliteDatabase, clock: Clock
) -> None:
    people(database, clock, 40)
    begin(database, clock)
    with database.transaction() as tx:
        before = progress.opened(tx, "c1", ("telegram",))[0]
    await feeder.look()
    with database.transaction() as tx, pytest.raises(FedMeanwhile):
        progress.advance(tx, "c1", before, before)


async def test_a_campaign_that_cannot_be_read_keeps_no_other_from_going_out(
    feeder: Feeder, database: SqliteDatabase, clock: Clock
) -> None:
    people(database, clock, 3)
    with database.transaction() as tx:
        launch(tx, "c0", plan(clock(), rule="phường = Không Còn"), clock())
    begin(database, clock)
    await feeder.look()
    assert len(written(database)) == 3


async def test_nothing_is_written_before_its_hours_are_near(
    feeder: Feeder, database: SqliteDatabase, clock: Clock
) -> None:
    people(database, clock, 3)
    begin(database, clock, hours="18:30-21:00")
    await feeder.look()
    assert written(database) == []
    clock.move(hours=8, minutes=29, seconds=50)  # 18:29:50 in Vietnam
    await feeder.look()
    assert len(written(database)) == 3
    assert send_all(database, clock) == []
    clock.move(seconds=10)
    assert len(send_all(database, clock)) == 3


async def test_who_left_or_blocked_or_is_silent_is_not_written_and_counted(
    feeder: Feeder, database: SqliteDatabase, clock: Clock
) -> None:
    people(database, clock, 4)
    with database.transaction() as tx:
        consents.take_back(tx, IDS.new(clock()), Address("telegram", "p000"), "news", "t", clock())
        conversations.set_reachable(tx, Address("telegram", "p001"), reachable=False)
        old = clock() - timedelta(days=8)
        subscribe(tx, Address("zalo-oa", "z0"), clock(), spoke=old)
        subscribe(tx, Address("zalo-oa", "z1"), clock())
    begin(database, clock)
    await feeder.look()
    assert written(database) == ["p002", "p003", "z1"]
    with database.transaction() as tx:
        found = {part.channel: part for part in progress.of(tx, "c1")}
    assert (found["telegram"].unreachable, found["zalo-oa"].silent) == (1, 1)


async def test_a_person_with_two_accounts_gets_one(
    feeder: Feeder, database: SqliteDatabase, clock: Clock
) -> None:
    of_one(database, clock())
    begin(database, clock)
    await feeder.look()
    assert written(database) == ["an"]


async def test_a_segment_that_grows_beyond_what_one_officer_may_do_waits_for_a_second(
    feeder: Feeder, database: SqliteDatabase, clock: Clock
) -> None:
    people(database, clock, 230)
    begin(database, clock, people=150)
    for _ in range(10):
        await feeder.look()
        send_all(database, clock)
    assert len(written(database)) == 200
    assert state(database) == "waiting"
    (alert,) = rows(database, "SELECT text FROM alerts")
    assert "chờ người thứ hai duyệt" in alert["text"]
    with database.transaction() as tx:
        assert campaigns.approve(tx, "c1", "binh.officer", clock())
    for _ in range(4):
        await feeder.look()
        send_all(database, clock)
    assert len(written(database)) == 230
    assert state(database) == "done"


async def test_a_pause_holds_what_is_written_and_a_resume_lets_it_go(
    feeder: Feeder, database: SqliteDatabase, clock: Clock
) -> None:
    people(database, clock, 5)
    begin(database, clock)
    await feeder.look()
    with database.transaction() as tx:
        campaigns.pause(tx, "c1", clock())
    assert send_all(database, clock) == []
    await feeder.look()
    assert state(database) == "paused"
    with database.transaction() as tx:
        campaigns.resume(tx, "c1", clock())
    assert len(send_all(database, clock)) == 5


async def test_when_its_time_is_over_it_ends_and_what_came_of_it_stays(
    feeder: Feeder, database: SqliteDatabase, clock: Clock
) -> None:
    people(database, clock, 40)
    begin(database, clock, days=1)
    await feeder.look()
    assert len(send_all(database, clock)) == ROOM
    await feeder.look()
    clock.move(days=1)
    await feeder.look()
    assert state(database) == "done"
    with database.transaction() as tx:
        tx.rows("DELETE FROM outbox")
        found = campaigns.get(tx, "c1")
    assert found
    result = unpack(found.result)
    assert {row["state"]: row["n"] for row in result["states"]} == {
        "sent": ROOM,
        "missed": 40 - ROOM,
    }


async def test_a_fault_does_not_end_the_feeder(
    feeder: Feeder, database: SqliteDatabase, clock: Clock
) -> None:
    people(database, clock, 1)
    begin(database, clock)
    with database.transaction() as tx:
        tx.rows("UPDATE campaigns SET rule = 'nonsense'")
    await feeder.look()
    assert written(database) == []
