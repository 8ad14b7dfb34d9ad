"""The token keeper: a refresh token is good for one use, and losing the next one costs a consent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest

from bot.channels.zalo_oa import ZaloOaChannel
from bot.core.crypto import Vault
from bot.core.messages import Address, Reply, Tone
from bot.delivery.errors import SendError, Unavailable, Uncertain
from bot.store import tokens
from bot.store.database import Database
from bot.store.people import interactions
from bot.store.staff import inbox
from tests.support.fakes.server import Fault
from tests.support.fakes.zalo import APP_ID, FakeZalo
from tests.support.people import Clock
from tests.support.zalo_service import AN, log_in, make_channel

HELLO = Reply(Tone.NOTICE, "Chào bạn")
BREAK = "CREATE TRIGGER broken BEFORE UPDATE OF generation ON tokens BEGIN SELECT RAISE(ABORT, 'disk'); END"
NO_ALERTS = "CREATE TRIGGER broken BEFORE INSERT ON alerts BEGIN SELECT RAISE(ABORT, 'disk'); END"
MEND = "DROP TRIGGER broken"


@pytest.fixture
async def channel(
    zalo: FakeZalo, database: Database, vault: Vault, clock: Clock
) -> AsyncIterator[ZaloOaChannel]:
    await log_in(zalo, database, vault, clock)
    zalo.interactions[AN] = clock()
    made = make_channel(zalo, database, vault, clock)
    yield made
    await made.close()


async def say(channel: ZaloOaChannel, clock: Clock, zalo: FakeZalo) -> None:
    zalo.interactions[AN] = clock()
    await channel.send(AN, HELLO, f"row {clock()}")


def generation(database: Database) -> int:
    with database.transaction() as tx:
        pair = tokens.get(tx, f"zalo-oa {APP_ID}")
    assert pair
    return pair.generation


def alerts(database: Database) -> list[str]:
    with database.transaction() as tx:
        return [row["text"] for row in inbox.alerts(tx)]


async def test_a_fresh_token_is_used_as_it_is(
    zalo: FakeZalo, channel: ZaloOaChannel, clock: Clock
) -> None:
    await say(channel, clock, zalo)
    await say(channel, clock, zalo)
    assert zalo.called("tokens") == []


@pytest.mark.parametrize("lifetime", [90_000, 3600])
async def test_it_is_renewed_before_it_ends_however_long_it_lives(
    zalo: FakeZalo, database: Database, vault: Vault, clock: Clock, lifetime: int
) -> None:
    zalo.expires_in = lifetime
    await log_in(zalo, database, vault, clock)
    channel = make_channel(zalo, database, vault, clock)
    for _ in range(4):
        clock.move(seconds=lifetime * 0.81)
        await say(channel, clock, zalo)
    assert len(zalo.called("tokens")) == 4
    assert [body["recipient"]["user_id"] for body in zalo.called("cs")] == [AN] * 4
    await channel.close()


async def test_many_who_need_it_at_once_exchange_it_once(
    zalo: FakeZalo, channel: ZaloOaChannel, clock: Clock
) -> None:
    clock.move(hours=30)
    zalo.interactions[AN] = clock()
    await asyncio.gather(*(channel.send(AN, HELLO, f"row {n}") for n in range(20)))
    assert len(zalo.called("tokens")) == 1
    assert len(zalo.to(AN)) == 20


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_two_processes_exchange_it_once(
    zalo: FakeZalo, channel: ZaloOaChannel, database: Database, vault: Vault, clock: Clock,
    another: Callable[[], Database],
) -> None:  # fmt: skip
    second = another()
    other = make_channel(zalo, second, vault, clock)
    clock.move(hours=22)  # old, but not yet refused
    zalo.interactions[AN] = clock()
    senders = (channel, other, channel, other)
    await asyncio.gather(*(one.send(AN, HELLO, f"row {n}") for n, one in enumerate(senders)))
    assert len(zalo.called("tokens")) == 1
    assert generation(database) == 2
    assert len(zalo.to(AN)) == 4
    await other.close()
    second.close()


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_who_waits_for_another_process_waits_no_longer_than_its_lease(
    zalo: FakeZalo, channel: ZaloOaChannel, database: Database, clock: Clock
) -> None:
    clock.move(hours=30)
    zalo.interactions[AN] = clock()
    with database.transaction() as tx:  # a process that died in the middle
        name = f"zalo-oa {APP_ID}"
        assert tokens.lease(
            tx, name, 1, "dead", clock(), clock().replace(minute=clock().minute + 1)
        )
    with pytest.raises(Unavailable, match="another process"):
        await channel.send(AN, HELLO, "row")
    clock.move(seconds=61)
    await channel.send(AN, HELLO, "row")
    assert len(zalo.to(AN)) == 1


async def test_the_new_pair_is_committed_before_it_is_used(
    zalo: FakeZalo, channel: ZaloOaChannel, database: Database, clock: Clock
) -> None:
    clock.move(hours=30)
    zalo.interactions[AN] = clock()
    with database.transaction() as tx:
        tx.rows(BREAK)
    sending = asyncio.create_task(channel.send(AN, HELLO, "row"))
    await zalo.until(lambda: zalo.used)
    for _ in range(20):  # the disk refuses all this while
        await database.run(lambda tx: None)
    assert zalo.to(AN) == []
    assert generation(database) == 1
    with database.transaction() as tx:
        tx.rows(MEND)
    await sending
    assert generation(database) == 2
    assert len(zalo.called("tokens")) == 1


async def test_who_gives_up_waiting_does_not_break_the_exchange_off(
    zalo: FakeZalo, channel: ZaloOaChannel, database: Database, clock: Clock
) -> None:
    clock.move(hours=30)
    with database.transaction() as tx:
        tx.rows(BREAK)
    sending = asyncio.create_task(channel.send(AN, HELLO, "row"))
    await zalo.until(lambda: zalo.used)
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
    with database.transaction() as tx:
        tx.rows(MEND)
    await channel.close()  # waits for it
    assert generation(database) == 2


async def test_a_token_refused_out_of_turn_is_renewed_once_and_the_message_sent(
    zalo: FakeZalo, channel: ZaloOaChannel, clock: Clock
) -> None:
    zalo.access.clear()
    await say(channel, clock, zalo)
    assert len(zalo.called("tokens")) == 1
    assert len(zalo.to(AN)) == 1


async def test_a_token_that_is_refused_again_is_not_renewed_for_ever(
    zalo: FakeZalo, channel: ZaloOaChannel, clock: Clock, database: Database
) -> None:
    zalo.fail("cs", Fault(error=-216), Fault(error=-216))
    with pytest.raises(Unavailable):
        await channel.send(AN, HELLO, "row")
    assert len(zalo.called("tokens")) == 1
    assert "lỗi -216" in alerts(database)[0]


async def test_a_dead_refresh_token_alerts_once_and_says_what_to_do(
    zalo: FakeZalo, channel: ZaloOaChannel, database: Database, clock: Clock
) -> None:
    zalo.refresh.clear()
    clock.move(hours=30)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await channel.send(AN, HELLO, "row")
    (text,) = alerts(database)
    assert "vneid-bot zalo login" in text
    assert len(zalo.called("tokens")) == 1  # Zalo is not asked again and again


async def test_a_new_login_is_noticed_at_once(
    zalo: FakeZalo, channel: ZaloOaChannel, database: Database, clock: Clock, vault: Vault
) -> None:
    zalo.refresh.clear()
    clock.move(hours=30)
    with pytest.raises(Unavailable):
        await channel.send(AN, HELLO, "row")
    await log_in(zalo, database, vault, clock)
    await say(channel, clock, zalo)
    assert len(zalo.to(AN)) == 1


async def test_an_old_token_goes_on_while_zalo_cannot_renew_it(
    zalo: FakeZalo, channel: ZaloOaChannel, clock: Clock
) -> None:
    clock.move(hours=22)
    zalo.fail("tokens", Fault(status=500))
    await say(channel, clock, zalo)
    assert len(zalo.to(AN)) == 1
    clock.move(minutes=2)
    await say(channel, clock, zalo)
    assert len(zalo.called("tokens")) == 2
    assert zalo.used == {"refresh-1"}


@pytest.mark.parametrize(
    ("fault", "meaning"), [(Fault(status=502), Uncertain), (Fault(drop="before"), Uncertain)]
)
async def test_an_oauth_server_in_trouble_is_asked_again_later(
    zalo: FakeZalo, channel: ZaloOaChannel, clock: Clock, fault: Fault, meaning: type[SendError]
) -> None:
    clock.move(hours=30)
    zalo.fail("tokens", fault)
    with pytest.raises(meaning):
        await channel.send(AN, HELLO, "row")
    clock.move(minutes=2)
    await say(channel, clock, zalo)


async def test_without_a_login_nothing_goes_out_and_an_alert_says_so(
    zalo: FakeZalo, database: Database, vault: Vault, clock: Clock
) -> None:
    channel = make_channel(zalo, database, vault, clock)
    with pytest.raises(Unavailable):
        await channel.send(AN, HELLO, "row")
    assert "chưa đăng nhập lần nào" in alerts(database)[0]
    await channel.close()


async def test_an_alert_that_could_not_be_written_is_written_the_next_time(
    zalo: FakeZalo, database: Database, vault: Vault, clock: Clock
) -> None:
    channel = make_channel(zalo, database, vault, clock)
    with database.transaction() as tx:
        tx.rows(NO_ALERTS)
    with pytest.raises(Unavailable):
        await channel.send(AN, HELLO, "row")
    with database.transaction() as tx:
        tx.rows(MEND)
    with pytest.raises(Unavailable):
        await channel.send(AN, HELLO, "row")
    assert len(alerts(database)) == 1
    await channel.close()


async def test_without_a_login_the_keeper_goes_on_looking(
    zalo: FakeZalo, database: Database, vault: Vault, clock: Clock
) -> None:
    channel = make_channel(zalo, database, vault, clock)
    await channel.start()
    async with asyncio.timeout(10):
        while not alerts(database):
            await database.run(lambda tx: None)
    await channel.stop()
    await channel.close()


async def test_it_is_renewed_also_when_nobody_writes(
    zalo: FakeZalo, channel: ZaloOaChannel, clock: Clock
) -> None:
    clock.move(hours=22)
    await channel.start()
    await zalo.until(lambda: zalo.used)
    await channel.stop()


async def test_tokens_are_sealed(channel: ZaloOaChannel, database: Database) -> None:
    with database.transaction() as tx:
        (row,) = tx.rows("SELECT * FROM tokens")
    assert "access-" not in row["access"] + row["refresh"]
    assert "refresh-" not in row["access"] + row["refresh"]


async def test_another_key_is_told_apart_from_a_bad_token(
    zalo: FakeZalo, channel: ZaloOaChannel, database: Database, clock: Clock
) -> None:
    other = make_channel(zalo, database, Vault("another key"), clock)
    with pytest.raises(Unavailable, match="VNEID_DATA_KEY"):
        await other.send(AN, HELLO, "row")
    await other.close()


def test_late_news_of_an_interaction_change_nothing(database: Database, clock: Clock) -> None:
    person, before = Address("zalo-oa", AN), clock()
    clock.move(hours=1)
    with database.transaction() as tx:
        interactions.note(tx, person, clock())
        interactions.note(tx, person, before)
        assert interactions.last(tx, person) == clock()
