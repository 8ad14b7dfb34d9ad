"""What becomes of a message about a booking that nobody got: another account, else a call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.core.messages import Address, Reply
from bot.delivery.courier import Courier
from bot.delivery.errors import Refused, SendError, Unavailable, Unreachable
from bot.store.database import Database
from bot.store.outbox import still_valid
from bot.store.outbox.outbox import About
from bot.store.outbox.still_valid import Other
from bot.store.people import conversations, phone_owners
from bot.store.staff import inbox
from handlers.texts.reminders import PASSED_ON
from tests.support import visits
from tests.support.people import Clock
from tests.support.visits import HOUR, called, local_time, states

VISIT = local_time("2026-11-27 10:00")
ZALO = Address("zalo", "z1")
WEB = Address("web", "w1")
PHONE = "f00d"  # the mark of a phone number that the booking account's platform vouches for
PASSED = f"hours ABC234\n\n{PASSED_ON}"


@dataclass
class Post:
    """A channel that fails with `error` as long as it has one."""

    name: str = "telegram"
    error: SendError | None = None
    sent: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, to: str, reply: Reply, id: str) -> str:
        if self.error:
            raise self.error
        self.sent.append((to, reply.text))
        return "receipt"


@pytest.fixture
def town(database: Database, clock: Clock) -> Database:
    """A visit at ten, its reminder due now, at eight."""
    clock.now = local_time("2026-11-27 08:00")
    with database.transaction() as tx:
        visits.book(tx, "ABC234", VISIT, clock(), vouched=PHONE)
        visits.remind(tx, "ABC234", clock(), VISIT - HOUR / 4)
    return database


def known(database: Database, clock: Clock, person: Address, mark: str = PHONE) -> None:
    """*person*'s platform has named the same phone number as theirs."""
    with database.transaction() as tx:
        conversations.take(tx, person, clock())
        phone_owners.owned(tx, person, mark, clock())


async def run(database: Database, clock: Clock, *posts: Post) -> Courier:
    courier = Courier(database, clock, owner="me", mailboxes=("web",))
    courier.serve(posts)
    while await courier.drain():
        pass
    return courier


@pytest.mark.parametrize("error", [Unreachable("403"), Refused("400")])
async def test_what_one_account_does_not_get_the_persons_other_one_does(
    town: Database, clock: Clock, error: SendError
) -> None:
    known(town, clock, ZALO)
    zalo = Post("zalo")
    await run(town, clock, Post(error=error), zalo)
    assert zalo.sent == [("z1", PASSED)]
    assert states(town) == {"ABC234:1:hours": "failed", "ABC234:1:hours:zalo:z1": "sent"}
    assert called(town) == []


async def test_a_visit_of_another_member_of_the_family_is_told_there_too(
    town: Database, clock: Clock
) -> None:
    with town.transaction() as tx:
        tx.rows("UPDATE bookings SET holder = 'telegram:1001/3'")
    known(town, clock, ZALO)
    zalo = Post("zalo")
    await run(town, clock, Post(error=Unreachable("403")), zalo)
    assert zalo.sent == [("z1", PASSED)]


async def test_who_typed_the_same_number_hears_nothing(town: Database, clock: Clock) -> None:
    """A number in a booking may be anybody's: it took no proof to type it."""
    with town.transaction() as tx:
        visits.book(
            tx, "OLD234", VISIT - timedelta(days=90), clock(), person=ZALO, phone_mark=PHONE,
            state="served",
        )  # fmt: skip
    zalo = Post("zalo")
    await run(town, clock, Post(error=Unreachable("403")), zalo)
    assert (zalo.sent, called(town)) == ([], [("ABC234", "hours")])


async def test_a_number_that_was_only_typed_leads_to_nobody(town: Database, clock: Clock) -> None:
    """Else whoever types a stranger's number would have them written to."""
    with town.transaction() as tx:
        tx.rows("UPDATE bookings SET vouched = '', phone_mark = :mark", mark=PHONE)
    known(town, clock, ZALO)
    zalo = Post("zalo")
    await run(town, clock, Post(error=Unreachable("403")), zalo)
    assert (zalo.sent, called(town)) == ([], [("ABC234", "hours")])


async def test_a_number_that_got_a_new_owner_leads_to_the_new_one_only(
    town: Database, clock: Clock
) -> None:
    known(town, clock, Address("zalo", "before"))
    known(town, clock, ZALO)
    zalo = Post("zalo")
    await run(town, clock, Post(error=Unreachable("403")), zalo)
    assert [to for to, _ in zalo.sent] == ["z1"]


@pytest.mark.parametrize("mark", ["f00d2", "f00", "telegram:1001"])
async def test_the_account_of_another_number_does_not(
    town: Database, clock: Clock, mark: str
) -> None:
    known(town, clock, ZALO, mark)
    zalo = Post("zalo")
    await run(town, clock, Post(error=Unreachable("403")), zalo)
    assert (zalo.sent, called(town)) == ([], [("ABC234", "hours")])


async def test_who_has_no_other_account_is_put_on_the_call_list_once(
    town: Database, clock: Clock
) -> None:
    await run(town, clock, Post(error=Unreachable("403")))
    assert called(town) == [("ABC234", "hours")]
    with town.transaction() as tx:
        visits.remind(tx, "ABC234", clock(), VISIT, kind="evening")
        tx.rows("UPDATE outbox SET state = 'due' WHERE kind = 'hours'")
    await run(town, clock, Post(error=Unreachable("403")))
    assert called(town) == [("ABC234", "evening"), ("ABC234", "hours")]


async def test_when_the_other_account_fails_too_the_person_is_called(
    town: Database, clock: Clock
) -> None:
    known(town, clock, ZALO)
    await run(town, clock, Post(error=Unreachable("403")), Post("zalo", Unreachable("gone")))
    assert set(states(town).values()) == {"failed"}
    assert called(town) == [("ABC234", "hours")]


async def test_a_web_page_that_may_be_closed_is_no_other_account(
    town: Database, clock: Clock
) -> None:
    known(town, clock, WEB)
    await run(town, clock, Post(error=Unreachable("403")), Post("web"))
    assert called(town) == [("ABC234", "hours")]


async def test_a_channel_that_is_off_is_no_other_account(town: Database, clock: Clock) -> None:
    known(town, clock, ZALO)
    await run(town, clock, Post(error=Unreachable("403")))
    assert called(town) == [("ABC234", "hours")]


async def test_an_account_that_blocked_us_is_no_other_account(town: Database, clock: Clock) -> None:
    known(town, clock, ZALO)
    with town.transaction() as tx:
        conversations.set_reachable(tx, ZALO, reachable=False)
    await run(town, clock, Post(error=Unreachable("403")), Post("zalo"))
    assert called(town) == [("ABC234", "hours")]


async def test_what_cannot_be_sent_in_time_is_passed_on_while_it_is_still_of_use(
    town: Database, clock: Clock
) -> None:
    """The channel is down; the next try would come when the visit begins."""
    known(town, clock, ZALO)
    with town.transaction() as tx:
        tx.rows("UPDATE outbox SET attempts = 20")
    clock.now = VISIT - HOUR / 4 - timedelta(seconds=10)
    zalo = Post("zalo")
    await run(town, clock, Post(error=Unavailable("503")), zalo)
    assert zalo.sent == [("z1", PASSED)]


async def test_a_booking_that_was_cancelled_while_its_reminder_was_under_way_calls_nobody(
    town: Database, clock: Clock
) -> None:
    known(town, clock, ZALO)

    @dataclass
    class Slow(Post):
        async def send(self, to: str, reply: Reply, id: str) -> str:
            with town.transaction() as tx:
                visits.become(tx, "ABC234", "cancelled")
            raise Unreachable("403")

    zalo = Post("zalo")
    await run(town, clock, Slow(), zalo)
    assert (zalo.sent, called(town)) == ([], [])


async def test_what_concerns_no_booking_is_an_alert_and_no_call(
    town: Database, clock: Clock
) -> None:
    with town.transaction() as tx:
        tx.rows("UPDATE outbox SET code = NULL")
    await run(town, clock, Post(error=Refused("400")))
    with town.transaction() as tx:
        assert len(inbox.alerts(tx)) == 1
    assert called(town) == []


def test_a_booking_nobody_knows_has_no_addresses(database: Database) -> None:
    with database.transaction() as tx:
        assert still_valid.others(tx, About("NONE", 1, "hours")) == []


async def test_who_lost_the_lease_passes_nothing_on(town: Database, clock: Clock) -> None:
    @dataclass
    class Slow(Post):
        async def send(self, to: str, reply: Reply, id: str) -> str:
            with town.transaction() as tx:
                tx.rows("UPDATE outbox SET owner = 'another'")
            raise Unreachable("403")

    await run(town, clock, Slow())
    assert (states(town), called(town)) == ({"ABC234:1:hours": "sending"}, [])


def test_it_is_the_newest_other_account_that_comes_first(town: Database, clock: Clock) -> None:
    known(town, clock, ZALO)
    clock.move(minutes=1)
    known(town, clock, Address("telegram", "2002"))
    with town.transaction() as tx:
        found = still_valid.others(tx, About("ABC234", 1, "hours"))
    assert found == [Other(Address("telegram", "2002"), False), Other(ZALO, False)]


async def test_a_copy_that_fails_too_is_passed_on_as_it_is(town: Database, clock: Clock) -> None:
    known(town, clock, ZALO)
    clock.move(minutes=-1)
    known(town, clock, Address("other", "o1"))
    clock.move(minutes=1)
    other = Post("other")
    await run(town, clock, Post(error=Unreachable("403")), Post("zalo", Unreachable("gone")), other)
    await run(town, clock, Post(), other)
    assert other.sent == [("o1", PASSED)]
