"""The courier: claim, send, record; retry, or give up aloud."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.messages import Address, Reply, Tone
from bot.delivery.courier import LEASE, Courier
from bot.delivery.errors import (
    NotBefore,
    OutsideWindow,
    Refused,
    SendError,
    Throttled,
    Unavailable,
    Uncertain,
    Unreachable,
)
from bot.delivery.pacing import Tempo
from bot.delivery.verdicts import Again, GiveUp, decide
from bot.store import leases, tokens
from bot.store.database import Database, DatabaseFault
from bot.store.outbox import claim, outbox
from bot.store.outbox.outbox import Letter
from bot.store.people import conversations
from bot.store.staff import inbox
from bot.store.values import Ids, stamp
from tests.support import subscribers, visits
from tests.support.people import Clock

NOW = datetime(2026, 11, 24, tzinfo=UTC)
AN = Address("post", "an")
IDS = Ids()  # one counter, so that rows of the same moment keep their order


def letter(attempts: int = 1, useful_for: float | None = None) -> Letter:
    until = NOW + timedelta(seconds=useful_for) if useful_for is not None else None
    return Letter("id", AN, Reply(Tone.NOTICE, "x"), attempts, NOW, until)


@pytest.mark.parametrize(
    ("error", "attempts", "pause"),
    [
        (Unavailable("down"), 1, 1),
        (Unavailable("down"), 4, 8),
        (Unavailable("down"), 60, 300),
        (Throttled(35), 9, 35),
        (Uncertain("timeout"), 2, 2),
        (NotBefore(NOW + timedelta(hours=9)), 3, 9 * 3600),
        (NotBefore(NOW - timedelta(hours=9)), 1, 1),
    ],
)
def test_passing_trouble_means_again_after_a_growing_pause(
    error: SendError, attempts: int, pause: float
) -> None:
    verdict = decide(error, letter(attempts), NOW, jitter=1)
    assert verdict == Again(NOW + timedelta(seconds=pause), isinstance(error, Uncertain))


def test_jitter_spreads_the_retries() -> None:
    first = decide(Unavailable(""), letter(4), NOW, jitter=0)
    assert first == Again(NOW + timedelta(seconds=4), uncertain=False)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (Refused("bad"), GiveUp("refused: bad")),
        (OutsideWindow("silent"), GiveUp("refused: silent")),
        (Unreachable("blocked"), GiveUp("unreachable: blocked", unreachable=True)),
    ],
)
def test_what_cannot_be_mended_is_given_up(error: SendError, verdict: GiveUp) -> None:
    assert decide(error, letter(), NOW, 1) == verdict


def test_a_row_is_given_up_when_the_next_try_would_be_too_late() -> None:
    assert isinstance(decide(Throttled(60), letter(useful_for=30), NOW, 1), GiveUp)


@dataclass
class Post:
    """A channel that fails as it is told to, then takes everything."""

    name: str = "post"
    tempo: Tempo = field(default_factory=lambda: Tempo(1000))
    errors: list[Exception] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def send(self, to: str, reply: Reply, id: str) -> str:
        if self.errors:
            raise self.errors.pop(0)
        async with self.arrived:
            self.sent.append((to, reply.text))
            self.arrived.notify_all()
        return str(len(self.sent))

    def receipts(self, id: str) -> str:
        return ""

    async def has(self, count: int) -> None:
        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(lambda: len(self.sent) >= count)


@pytest.fixture
def courier(database: Database, clock: Clock) -> Courier:
    return Courier(database, clock, owner="me", workers=3)


def put(database: Database, clock: Clock, *texts: str, to: Address = AN) -> None:
    with database.transaction() as tx:
        conversations.take(tx, to, clock())
        for text in texts:
            outbox.put(
                tx, id=IDS.new(clock()), key=f"{to.user}{text}", to=to,
                reply=Reply(Tone.NOTICE, text), content="v", now=clock(),
            )  # fmt: skip


def state(database: Database, key: str) -> dict[str, object]:
    with database.transaction() as tx:
        return tx.rows("SELECT * FROM outbox WHERE key = :key", key=key)[0]


async def test_due_rows_go_out_in_order_and_are_recorded(
    courier: Courier, database: Database, clock: Clock
) -> None:
    post = Post()
    courier.serve([post])
    put(database, clock, "một", "hai")
    assert await courier.drain() == 2
    assert post.sent == [("an", "một"), ("an", "hai")]
    assert state(database, "anhai")["receipt"] == "2"


async def test_a_failed_send_is_repeated_and_the_uncertain_one_counted(
    courier: Courier, database: Database, clock: Clock
) -> None:
    post = Post(errors=[Unavailable("503"), Uncertain("timeout")])
    courier.serve([post])
    put(database, clock, "một")
    for _ in range(3):
        await courier.drain()
        clock.move(minutes=1)
    row = state(database, "anmột")
    assert (post.sent, row["attempts"], row["uncertain"]) == ([("an", "một")], 3, 1)


async def test_giving_up_leaves_a_line_for_the_officer(
    courier: Courier, database: Database, clock: Clock
) -> None:
    courier.serve([Post(errors=[Refused("too long")])])
    put(database, clock, "một")
    await courier.drain()
    assert state(database, "anmột")["state"] == "failed"
    with database.transaction() as tx:
        assert "too long" in inbox.alerts(tx)[0]["text"]


async def test_who_blocked_the_bot_is_marked_unreachable(
    courier: Courier, database: Database, clock: Clock
) -> None:
    courier.serve([Post(errors=[Unreachable("403")])])
    put(database, clock, "một")
    await courier.drain()
    with database.transaction() as tx:
        assert tx.rows("SELECT reachable FROM people") == [{"reachable": 0}]
        assert inbox.alerts(tx) == []


async def test_a_database_that_fails_while_a_channel_asks_it_gives_nothing_up(
    courier: Courier, database: Database, clock: Clock
) -> None:
    post = Post(errors=[DatabaseFault("database is locked")])
    courier.serve([post])
    put(database, clock, "một")
    await courier.drain()
    clock.move(seconds=1)
    await courier.drain()
    assert post.sent == [("an", "một")]


async def test_a_fault_inside_a_channel_does_not_stop_the_others(
    courier: Courier, database: Database, clock: Clock
) -> None:
    post = Post(errors=[KeyError("bug")])
    courier.serve([post])
    put(database, clock, "một")
    put(database, clock, "hai", to=Address("post", "binh"))
    await courier.drain()
    assert post.sent == [("binh", "hai")]


async def test_a_fresh_row_goes_out_as_soon_as_the_courier_is_woken(
    courier: Courier, database: Database, clock: Clock
) -> None:
    post = Post()
    await courier.start([post], alone=True)
    put(database, clock, *map(str, range(20)))
    for n in range(10):
        put(database, clock, "x", to=Address("post", f"p{n}"))
    courier.wake("post")
    await post.has(30)
    await courier.stop()
    assert [text for to, text in post.sent if to == "an"] == [str(n) for n in range(20)]


async def test_what_a_crash_left_is_sent_at_the_next_start_and_counted_as_uncertain(
    courier: Courier, database: Database, clock: Clock
) -> None:
    put(database, clock, "một")
    with database.transaction() as tx:
        claim.claim(tx, "post", "dead", clock(), clock() + timedelta(seconds=60))
    post = Post()
    await courier.start([post], alone=True)
    await post.has(1)
    await courier.stop()
    assert state(database, "anmột")["uncertain"] == 1


async def test_stopping_finishes_what_is_on_its_way(
    courier: Courier, database: Database, clock: Clock
) -> None:
    post = Post()
    await courier.start([post], alone=True)
    put(database, clock, "một")
    courier.wake("post")
    await post.has(1)
    await courier.stop()
    assert state(database, "anmột")["state"] == "sent"


async def test_a_clock_that_was_set_back_delays_no_retry(
    courier: Courier, database: Database, clock: Clock
) -> None:
    post = Post(errors=[Unavailable("503")])
    courier.serve([post])
    put(database, clock, "một")
    await courier.drain()
    clock.move(hours=-1)
    await courier.drain()
    assert post.sent == []
    await courier.look_at_the_clock()
    await courier.drain()
    assert post.sent == [("an", "một")]


async def test_a_reply_that_was_written_just_before_is_neither_delayed_nor_overtaken(
    courier: Courier, database: Database, clock: Clock
) -> None:
    post = Post()
    courier.serve([post])
    put(database, clock, "một")
    clock.move(hours=-1)
    put(database, clock, "hai")
    await courier.drain()
    assert post.sent == []
    await courier.look_at_the_clock()
    await courier.drain()
    assert post.sent == [("an", "một"), ("an", "hai")]


async def test_a_lease_is_not_made_longer_by_a_clock_that_was_set_back(
    courier: Courier, database: Database, clock: Clock
) -> None:
    put(database, clock, "một")
    with database.transaction() as tx:
        claim.claim(tx, "post", "dead", clock(), clock() + LEASE)
    clock.move(hours=-1)
    await courier.look_at_the_clock()
    assert state(database, "anmột")["lease_until"] == stamp(clock() + LEASE)


async def test_work_of_a_process_that_is_gone_is_taken_over_though_the_clock_was_set_back(
    courier: Courier, database: Database, clock: Clock
) -> None:
    with database.transaction() as tx:
        leases.take(tx, "keeper", "dead", clock(), clock() + timedelta(seconds=4))
        pair = tokens.put(tx, "oa", access="a", refresh="r", renew_at=clock(), expires_at=clock())
        tokens.lease(tx, "oa", pair.generation, "dead", clock(), clock() + LEASE)
    clock.move(hours=-1)
    await courier.look_at_the_clock()
    clock.move(seconds=LEASE.total_seconds())
    with database.transaction() as tx:
        assert leases.take(tx, "keeper", "other", clock(), clock() + LEASE)
        assert tokens.lease(tx, "oa", pair.generation, "other", clock(), clock() + LEASE)


async def test_a_clock_that_was_set_back_while_the_database_was_gone_is_not_forgotten(
    courier: Courier, database: Database, clock: Clock
) -> None:
    post = Post(errors=[Unavailable("503")])
    courier.serve([post])
    put(database, clock, "một")
    await courier.drain()
    clock.move(hours=-1)
    rename(database, "outbox", "gone")
    with pytest.raises(Exception, match="outbox"):
        await courier.look_at_the_clock()
    rename(database, "gone", "outbox")
    await courier.look_at_the_clock()
    await courier.drain()
    assert post.sent == [("an", "một")]


def rename(database: Database, table: str, to: str) -> None:
    with database.transaction() as tx:
        tx.rows(f"ALTER TABLE {table} RENAME TO {to}")


async def test_an_unchanged_clock_changes_nothing(
    courier: Courier, database: Database, clock: Clock
) -> None:
    courier.serve([Post(errors=[Unavailable("503")])])
    put(database, clock, "một")
    await courier.drain()
    before = state(database, "anmột")
    await courier.look_at_the_clock()
    assert state(database, "anmột") == before


@dataclass
class Chapters:
    """A channel whose replies take two messages, and which breaks off after the first once."""

    name: str = "post"
    whole: bool = False
    error: Exception = field(default_factory=Exception)
    told: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def resume(self, id: str, receipt: str) -> None:
        self.told.append(receipt)

    def receipts(self, id: str) -> str:
        return "first"

    async def send(self, to: str, reply: Reply, id: str) -> str:
        if not self.whole:
            raise self.error
        return "first,second"


def told_by_the_channel() -> SendError:
    error = Throttled(1)
    error.sent = "first"
    return error


@pytest.mark.parametrize(
    ("error", "uncertain"),
    [(told_by_the_channel(), 0), (DatabaseFault("it is locked"), 0), (TimeoutError(), 1)],
)
async def test_another_process_is_told_what_of_a_long_reply_has_gone_out(
    database: Database, clock: Clock, error: Exception, uncertain: int
) -> None:
    put(database, clock, "một")
    for whole in (False, True):
        channel = Chapters(whole=whole, error=error)
        courier = Courier(database, clock, owner=str(whole))
        courier.serve([channel])
        await courier.drain()
        clock.move(seconds=1)
    assert channel.told == ["first"]
    assert state(database, "anmột")["receipt"] == "first,second"
    assert state(database, "anmột")["uncertain"] == uncertain


# --- campaigns -----------------------------------------------------------------------------------


def spread(database: Database, clock: Clock, *people: str) -> None:
    """A campaign under way, and a row of it for each of *people*."""
    with database.transaction() as tx:
        wanted = subscribers.plan(clock())
        subscribers.launch(tx, "c1", wanted, clock())
        for name in people:
            person = Address("post", name)
            subscribers.subscribe(tx, person, clock())
            subscribers.put(tx, "c1", person, clock(), wanted.ends_at)


async def test_a_campaign_goes_out_beside_the_talk_and_is_recorded(
    courier: Courier, database: Database, clock: Clock
) -> None:
    post = Post()
    spread(database, clock, "an", "binh", "chi")
    await courier.start([post], alone=True)
    await post.has(3)
    put(database, clock, "một")
    courier.wake("post")
    await post.has(4)
    await courier.stop()
    assert [to for to, _ in post.sent] == ["an", "binh", "chi", "an"]
    with database.transaction() as tx:
        rows = tx.rows("SELECT state FROM outbox")
    assert [row["state"] for row in rows] == ["sent"] * 4


async def test_of_two_processes_one_sends_campaigns(database: Database, clock: Clock) -> None:
    one, other = Post(), Post()
    couriers = [Courier(database, clock, owner=name) for name in ("one", "other")]
    with database.transaction() as tx:
        leases.take(tx, "spread post", "other", clock(), clock() + timedelta(minutes=1))
    spread(database, clock, "an", "binh")
    for courier, post in zip(couriers, (one, other), strict=True):
        await courier.start([post], alone=False)
    await other.has(2)
    for courier in couriers:
        await courier.stop()
    assert one.sent == []


async def test_a_campaign_message_that_fails_is_not_counted_against_the_person(
    courier: Courier, database: Database, clock: Clock
) -> None:
    post = Post(errors=[Refused("no")])
    spread(database, clock, "an", "binh")
    await courier.start([post], alone=True)
    await post.has(1)
    await courier.stop()
    with database.transaction() as tx:
        assert [row["person"] for row in tx.rows("SELECT person FROM proactive")] == ["binh"]
        assert tx.rows("SELECT id FROM alerts") == []


@pytest.mark.parametrize("minutes", [1, 5])
async def test_who_is_held_up_before_sending_does_not_send(
    database: Database, clock: Clock, minutes: int
) -> None:
    """A process that was paused between taking a row and sending it: another may have it by now."""
    held_up, names = Post(), Post()
    pauses = iter([timedelta(minutes=minutes)])

    def calm(now: datetime) -> datetime:
        """Asked last of all before the row is taken; here the time stands still for the process."""
        clock.now += next(pauses, timedelta())
        return now

    with database.transaction() as tx:
        visits.book(tx, "ABC234", clock() + timedelta(days=1), clock(), person=AN)
        visits.remind(tx, "ABC234", clock(), clock() + timedelta(hours=2), to=AN, now=clock())
    slow = Courier(database, clock, owner="slow", calm=calm)
    slow.serve([held_up])
    letter = await slow._claim("post", "slow")
    assert letter is not None
    with database.transaction() as tx:
        outbox.release(tx, clock())
    if minutes > 1:
        other = Courier(database, clock, owner="other")
        other.serve([names])
        assert await other.drain() == 1
    await slow._send(held_up, "slow", letter)
    assert held_up.sent == []
    assert await slow.drain() == (minutes == 1)
    assert [text for _, text in held_up.sent + names.sent] == ["hours ABC234"]


async def test_a_fault_inside_a_channel_quotes_no_message_to_officers(
    courier: Courier, database: Database, clock: Clock
) -> None:
    courier.serve([Post(errors=[RuntimeError("cannot send một")])])
    put(database, clock, "một")
    await courier.drain()
    with database.transaction() as tx:
        (alert,) = inbox.alerts(tx)
    assert "RuntimeError" in alert["text"]
    assert "một" not in alert["text"]
