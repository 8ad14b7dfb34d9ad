"""What becomes of a message about a booking that nobody got: another account, else a call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.courier import Courier
from bot.messages import Address, Refused, Reply, SendError, Unavailable, Unreachable
from bot.store import conversations, officers, reminders
from bot.store.database import SqliteDatabase
from bot.store.outbox import About
from tests import visits
from tests.conftest import Clock
from tests.visits import AN, HOUR, called, local_time, states

VISIT = local_time("2026-11-27 10:00")
ZALO = Address("zalo", "z1")
WEB = Address("web", "w1")
PHONE = "f00d"  # the mark of a phone number: who a place is for


@dataclass
class Post:
    """A channel that fails with `error` as long as it has one."""

    name: str = "telegram"
    error: SendError | None = None
    sent: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, to: str, reply: Reply, id: str) -> str:  # noqa: A002
        if self.error:
            raise self.error
        self.sent.append((to, reply.text))
        return "receipt"


@pytest.fixture
def town(database: SqliteDatabase, clock: Clock) -> SqliteDatabase:
    """A visit at ten, its reminder due now, at eight."""
    clock.now = local_time("2026-11-27 08:00")
    with database.transaction() as tx:
        visits.book(tx, "ABC234", VISIT, clock(), holder=PHONE)
        visits.remind(tx, "ABC234", clock(), VISIT - HOUR / 4)
    return database


def known(database: SqliteDatabase, clock: Clock, person: Address, holder: str = PHONE) -> None:
    """*person* has booked before, with the same phone number."""
    with database.transaction() as tx:
        visits.book(
            tx, f"OLD{person.user}", VISIT - timedelta(days=90), clock(), person=person,
            holder=holder, state="served",
        )  # fmt: skip


async def run(database: SqliteDatabase, clock: Clock, *posts: Post) -> Courier:
    courier = Courier(database, clock, owner="me", mailboxes=("web",))
    courier.serve(posts)
    while await courier.drain():
        pass
    return courier


@pytest.mark.parametrize("error", [Unreachable("403"), Refused("400")])
async def test_what_one_account_does_not_get_the_persons_other_one_does(
    town: SqliteDatabase, clock: Clock, error: SendError
) -> None:
    known(town, clock, ZALO)
    zalo = Post("zalo")
    await run(town, clock, Post(error=error), zalo)
    assert zalo.sent == [("z1", "hours ABC234")]
    assert states(town) == {"ABC234:1:hours": "failed", "ABC234:1:hours:zalo:z1": "sent"}
    assert called(town) == []


async def test_an_account_of_another_member_of_the_family_counts_too(
    town: SqliteDatabase, clock: Clock
) -> None:
    known(town, clock, ZALO, holder=f"{PHONE}/3")
    zalo = Post("zalo")
    await run(town, clock, Post(error=Unreachable("403")), zalo)
    assert zalo.sent == [("z1", "hours ABC234")]


@pytest.mark.parametrize("holder", ["f00d2", "f00", "telegram:1001"])
async def test_an_account_of_somebody_else_does_not(
    town: SqliteDatabase, clock: Clock, holder: str
) -> None:
    known(town, clock, ZALO, holder=holder)
    zalo = Post("zalo")
    await run(town, clock, Post(error=Unreachable("403")), zalo)
    assert (zalo.sent, called(town)) == ([], [("ABC234", "hours")])


async def test_who_has_no_other_account_is_put_on_the_call_list_once(
    town: SqliteDatabase, clock: Clock
) -> None:
    await run(town, clock, Post(error=Unreachable("403")))
    assert called(town) == [("ABC234", "hours")]
    with town.transaction() as tx:
        visits.remind(tx, "ABC234", clock(), VISIT, kind="evening")
        tx.rows("UPDATE outbox SET state = 'due' WHERE kind = 'hours'")
    await run(town, clock, Post(error=Unreachable("403")))
    assert called(town) == [("ABC234", "evening"), ("ABC234", "hours")]


async def test_when_the_other_account_fails_too_the_person_is_called(
    town: SqliteDatabase, clock: Clock
) -> None:
    known(town, clock, ZALO)
    await run(town, clock, Post(error=Unreachable("403")), Post("zalo", Unreachable("gone")))
    assert set(states(town).values()) == {"failed"}
    assert called(town) == [("ABC234", "hours")]


async def test_a_web_page_that_may_be_closed_is_no_other_account(
    town: SqliteDatabase, clock: Clock
) -> None:
    known(town, clock, WEB)
    await run(town, clock, Post(error=Unreachable("403")), Post("web"))
    assert called(town) == [("ABC234", "hours")]


async def test_a_channel_that_is_off_is_no_other_account(
    town: SqliteDatabase, clock: Clock
) -> None:
    known(town, clock, ZALO)
    await run(town, clock, Post(error=Unreachable("403")))
    assert called(town) == [("ABC234", "hours")]


async def test_an_account_that_blocked_us_is_no_other_account(
    town: SqliteDatabase, clock: Clock
) -> None:
    known(town, clock, ZALO)
    with town.transaction() as tx:
        conversations.set_reachable(tx, ZALO, reachable=False)
    await run(town, clock, Post(error=Unreachable("403")), Post("zalo"))
    assert called(town) == [("ABC234", "hours")]


async def test_what_cannot_be_sent_in_time_is_passed_on_while_it_is_still_of_use(
    town: SqliteDatabase, clock: Clock
) -> None:
    """The channel is down; the next try would come when the visit begins."""
    known(town, clock, ZALO)
    with town.transaction() as tx:
        tx.rows("UPDATE outbox SET attempts = 20")
    clock.now = VISIT - HOUR / 4 - timedelta(seconds=10)
    zalo = Post("zalo")
    await run(town, clock, Post(error=Unavailable("503")), zalo)
    assert zalo.sent == [("z1", "hours ABC234")]


async def test_a_booking_that_was_cancelled_while_its_reminder_was_under_way_calls_nobody(
    town: SqliteDatabase, clock: Clock
) -> None:
    known(town, clock, ZALO)

    @dataclass
    class Slow(Post):
        async def send(self, to: str, reply: Reply, id: str) -> str:  # noqa: A002
            with town.transaction() as tx:
                visits.become(tx, "ABC234", "cancelled")
            raise Unreachable("403")

    zalo = Post("zalo")
    await run(town, clock, Slow(), zalo)
    assert (zalo.sent, called(town)) == ([], [])


async def test_what_concerns_no_booking_is_an_alert_and_no_call(
    town: SqliteDatabase, clock: Clock
) -> None:
    with town.transaction() as tx:
        tx.rows("UPDATE outbox SET code = NULL")
    await run(town, clock, Post(error=Refused("400")))
    with town.transaction() as tx:
        assert len(officers.alerts(tx)) == 1
    assert called(town) == []


def test_a_booking_nobody_knows_has_no_addresses(database: SqliteDatabase) -> None:
    with database.transaction() as tx:
        assert reminders.other_addresses(tx, About("NONE", 1, "hours")) == []


async def test_who_lost_the_lease_passes_nothing_on(town: SqliteDatabase, clock: Clock) -> None:
    @dataclass
    class Slow(Post):
        async def send(self, to: str, reply: Reply, id: str) -> str:  # noqa: A002
            with town.transaction() as tx:
                tx.rows("UPDATE outbox SET owner = 'another'")
            raise Unreachable("403")

    await run(town, clock, Slow())
    assert (states(town), called(town)) == ({"ABC234:1:hours": "sending"}, [])


def test_it_is_the_newest_other_account_that_comes_first(
    town: SqliteDatabase, clock: Clock
) -> None:
    known(town, clock, ZALO)
    clock.move(minutes=1)
    known(town, clock, Address("telegram", "2002"))
    with town.transaction() as tx:
        found = reminders.other_addresses(tx, About("ABC234", 1, "hours"))
    assert found == [Address("telegram", "2002"), ZALO]
    assert AN not in found
