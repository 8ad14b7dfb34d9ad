"""Reminders over real HTTP, while Telegram refuses, throttles, breaks off or is down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.booking import reminders
from bot.channels.telegram import TelegramChannel
from bot.core.config import Settings
from bot.core.config.booking import Reminders
from bot.core.messages import Address, Incoming
from bot.delivery.courier import Courier
from bot.dialogue import Delivered
from bot.store.database import Database, Row, Transaction
from bot.store.outbox import outbox
from bot.store.people import conversations, phone_owners
from handlers.texts.reminders import PASSED_ON
from tests.support import visits
from tests.support.fakes.server import Fault
from tests.support.fakes.telegram import TOKEN, FakeTelegram
from tests.support.people import Clock
from tests.support.visits import called, local_time

VISIT = local_time("2026-11-27 10:00")
DUE = local_time("2026-11-27 08:00")
LAST_USE = local_time("2026-11-27 09:45")
CHAT, OTHER = 1001, 2002
PHONE = "f00d"  # the mark of a phone number
pytestmark = pytest.mark.usefixtures("new_time_periods")


@dataclass
class Post:
    """The courier and Telegram's channel, and a clock that jumps to what is due next."""

    database: Database
    clock: Clock
    telegram: FakeTelegram
    courier: Courier

    async def until(self, end: datetime) -> None:
        """Send whatever comes due until *end*, without waiting."""
        while True:
            await self.courier.drain()
            due = await self.database.run(self._next)
            if due is None or due > end:
                break
            self.clock.now = due
        self.clock.now = end

    def _next(self, tx: Transaction) -> datetime | None:
        return outbox.next_due(tx, "telegram", self.clock())

    def row(self) -> Row:
        return visits.rows(self.database, "SELECT * FROM outbox ORDER BY id LIMIT 1")[0]

    def attempts(self) -> int:
        return len(self.telegram.called("sendMessage"))


@pytest.fixture
async def post(database: Database, clock: Clock) -> AsyncIterator[Post]:
    """A visit at ten, of which one is reminded at eight."""
    clock.now = DUE
    with database.transaction() as tx:
        visits.book(tx, "ABC234", VISIT, clock(), vouched=PHONE)
        visits.remind(tx, "ABC234", DUE, LAST_USE)
    async with FakeTelegram() as telegram:
        telegram.known |= {CHAT, OTHER}
        channel = _channel(telegram, database, clock)
        await channel.start()
        await telegram.until(lambda: telegram.called("getUpdates"))
        calm = partial(reminders.calm, rules=Reminders())
        courier = Courier(database, clock, owner="me", calm=calm)
        courier.serve([channel])
        yield Post(database, clock, telegram, courier)
        await channel.stop()
        await channel.close()


def _channel(telegram: FakeTelegram, database: Database, clock: Clock) -> TelegramChannel:
    async def handle(incoming: Incoming) -> Delivered:
        return Delivered(())

    settings = {"telegram": {"token": TOKEN}, "telegram_api_url": telegram.url}
    return TelegramChannel(Settings.model_validate(settings), database, handle, clock)


def other_account(post: Post) -> None:
    """Telegram has named the booker's own phone number as another account's, later."""
    owner = Address("telegram", str(OTHER))
    with post.database.transaction() as tx:
        conversations.take(tx, owner, post.clock())
        phone_owners.owned(tx, owner, PHONE, post.clock())


async def test_a_reminder_arrives(post: Post) -> None:
    await post.until(DUE)
    assert [(sent.chat, sent.text) for sent in post.telegram.sent] == [(CHAT, "hours ABC234")]
    assert post.row()["state"] == "sent"


async def test_who_has_blocked_the_bot_gets_it_on_their_other_account(post: Post) -> None:
    other_account(post)
    post.telegram.blocked.add(CHAT)
    await post.until(DUE + timedelta(minutes=1))
    assert [(sent.chat, sent.text) for sent in post.telegram.sent] == [
        (OTHER, f"hours ABC234\n\n{PASSED_ON}")
    ]
    assert called(post.database) == []


async def test_who_has_blocked_the_bot_everywhere_is_called(post: Post) -> None:
    other_account(post)
    post.telegram.blocked |= {CHAT, OTHER}
    await post.until(DUE + timedelta(minutes=1))
    assert post.telegram.sent == []
    assert post.attempts() == 2
    assert called(post.database) == [("ABC234", "hours")]


async def test_a_message_that_telegram_refuses_is_not_tried_again_and_the_person_called(
    post: Post,
) -> None:
    post.telegram.fail("sendMessage", Fault(400, message="Bad Request: can't parse"))
    await post.until(DUE + timedelta(hours=1))
    assert post.attempts() == 1
    assert called(post.database) == [("ABC234", "hours")]


async def test_a_flood_limit_is_waited_for_by_everybody(post: Post) -> None:
    with post.database.transaction() as tx:
        visits.book(tx, "DEF368", VISIT, DUE, person=Address("telegram", str(OTHER)))
        visits.remind(tx, "DEF368", DUE, LAST_USE, to=Address("telegram", str(OTHER)))
    post.telegram.fail("sendMessage", Fault(429, retry_after=40))
    await post.until(DUE + timedelta(seconds=39))
    assert (post.telegram.sent, post.attempts()) == ([], 1)
    await post.until(DUE + timedelta(seconds=42))
    assert sorted(sent.chat for sent in post.telegram.sent) == [CHAT, OTHER]
    assert post.row()["uncertain"] == 0


async def test_a_reminder_whose_wait_is_too_long_is_given_up_and_the_person_called(
    post: Post,
) -> None:
    post.telegram.fail("sendMessage", Fault(429, retry_after=3 * 3600))
    await post.until(DUE + timedelta(minutes=1))
    assert post.row()["state"] == "failed"
    assert called(post.database) == [("ABC234", "hours")]


async def test_an_answer_that_got_lost_may_repeat_a_reminder_once_and_is_recorded(
    post: Post,
) -> None:
    """Telegram took it and the connection broke off: it offers no key to ask by."""
    post.telegram.fail("sendMessage", Fault(drop="after"))
    await post.until(DUE + timedelta(minutes=1))
    assert [sent.chat for sent in post.telegram.sent] == [CHAT, CHAT]
    assert (post.row()["state"], post.row()["uncertain"]) == ("sent", 1)


async def test_half_an_hour_of_server_errors_delays_a_reminder_and_does_not_lose_it(
    post: Post,
) -> None:
    """Tries grow rare: at most one every five minutes in the end, none of them on the beat."""
    post.telegram.fail("sendMessage", *[Fault(502)] * 100)
    await post.until(DUE + timedelta(minutes=30))
    tries = post.attempts()
    assert post.telegram.sent == []
    assert 11 <= tries <= 22  # 1 + 2 + 4 … 300 s with jitter between a half and the whole
    assert post.row()["uncertain"] == tries  # a gateway's error does not say that nothing arrived
    post.telegram.mend("sendMessage")
    await post.until(DUE + timedelta(minutes=36))
    assert [sent.text for sent in post.telegram.sent] == ["hours ABC234"]
    assert called(post.database) == []


async def test_two_hours_of_server_errors_end_in_a_call_before_the_visit(post: Post) -> None:
    post.telegram.fail("sendMessage", *[Fault(503)] * 100)
    await post.until(LAST_USE)
    assert post.row()["state"] == "failed"
    assert called(post.database) == [("ABC234", "hours")]
    assert post.attempts() <= 40


async def test_reminders_that_come_due_together_go_out_within_telegrams_rate(post: Post) -> None:
    """30 a second, in real time; here a few more than one second's worth."""
    people = range(5000, 5045)
    post.telegram.known.update(people)
    with post.database.transaction() as tx:
        for chat in people:
            person = Address("telegram", str(chat))
            visits.book(tx, f"C{chat}", VISIT, DUE, person=person)
            visits.remind(tx, f"C{chat}", DUE, LAST_USE, to=person)
    await post.until(DUE)
    times = sorted(sent.at for sent in post.telegram.sent)
    assert len(times) == 46
    assert all(late - early > 0.9 for early, late in zip(times, times[30:], strict=False))
