"""The service was down, or its clock was set back: what is still of use goes out, the rest is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from bot.booking import reminders
from bot.core.config.booking import Reminders
from bot.core.messages import Address, Reply
from bot.delivery.courier import Courier
from bot.store.database import Database
from tests.support import visits
from tests.support.people import Clock
from tests.support.visits import called, local_time

RULES = Reminders()


@dataclass
class Post:
    """A channel that takes everything, and notes when."""

    clock: Clock
    name: str = "telegram"
    sent: list[tuple[str, str]] = field(default_factory=list)  # who and what

    async def send(self, to: str, reply: Reply, id: str) -> str:
        self.sent.append((to, reply.text))
        return "receipt"

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.sent]


@pytest.fixture
def post(clock: Clock) -> Post:
    return Post(clock)


def book(database: Database, code: str, starts_at: str, booked_at: datetime) -> None:
    """A visit with the reminders that our rules give it."""
    visit, person = local_time(starts_at), Address("telegram", code)
    with database.transaction() as tx:
        visits.book(tx, code, visit, booked_at, person=person)
        for due in reminders.due(visit, booked_at, RULES):
            visits.remind(
                tx, code, due.due_at, due.useful_until, to=person, kind=due.kind, now=booked_at
            )


async def come_up(database: Database, clock: Clock, post: Post, at: str) -> None:
    """The service starts at *at* and does all that is to be done then."""
    clock.now = local_time(at)
    courier = Courier(database, clock, owner="me", calm=lambda now: reminders.calm(now, RULES))
    courier.serve([post])
    await courier.drain()


def error(database: Database) -> Counter[str]:
    found = visits.rows(database, "SELECT error FROM outbox WHERE state = 'missed'")
    return Counter(row["error"] for row in found)


async def test_after_a_minute_everything_goes_out_at_once(
    database: Database, clock: Clock, post: Post
) -> None:
    for n in range(20):
        book(database, f"C{n}", "2026-11-27 10:00", clock())
    await come_up(database, clock, post, "2026-11-26 19:01")
    assert sorted(post.texts) == sorted(f"evening C{n}" for n in range(20))


async def test_after_three_hours_what_is_of_use_goes_out_and_the_rest_is_called(
    database: Database, clock: Clock, post: Post
) -> None:
    """Down from half past six to half past nine in the morning."""
    book(database, "PAST", "2026-11-27 09:00", clock())
    book(database, "NEAR", "2026-11-27 09:40", clock())
    book(database, "GOOD", "2026-11-27 10:00", clock())
    book(database, "LATER", "2026-11-27 14:00", clock())
    with database.transaction() as tx:  # nobody has heard of the visit yet
        tx.rows("DELETE FROM outbox WHERE kind = 'evening'")
    await come_up(database, clock, post, "2026-11-27 09:30")
    assert post.texts == ["hours GOOD"]
    assert error(database) == {"no longer useful": 2}
    assert called(database) == [("NEAR", "hours")]
    await come_up(database, clock, post, "2026-11-27 12:00")
    assert post.texts == ["hours GOOD", "hours LATER"]


async def test_an_evening_that_was_missed_is_made_up_for_in_the_morning(
    database: Database, clock: Clock, post: Post
) -> None:
    """Down from seven to ten in the evening: it is quiet then, and nobody is called for it."""
    book(database, "EARLY", "2026-11-27 08:00", clock())
    book(database, "LATE", "2026-11-27 15:00", clock())
    await come_up(database, clock, post, "2026-11-26 22:00")
    assert post.texts == []
    await come_up(database, clock, post, "2026-11-27 07:00")
    assert post.texts == ["hours EARLY", "evening LATE"]
    assert called(database) == []


async def test_after_two_days_old_reminders_are_missed_and_questions_still_asked(
    database: Database, clock: Clock, post: Post
) -> None:
    """Down from Thursday noon to Saturday noon."""
    book(database, "FRI", "2026-11-27 10:00", clock())
    book(database, "SAT", "2026-11-28 12:10", clock())
    book(database, "SUN", "2026-11-28 15:00", clock())
    served = local_time("2026-11-26 09:00")
    with database.transaction() as tx:
        visits.book(tx, "ASK", served, clock(), state="served", person=Address("telegram", "ASK"))
        for due in reminders.questions(served, RULES):
            visits.remind(
                tx, "ASK", due.due_at, due.useful_until,
                to=Address("telegram", "ASK"), kind=due.kind, now=served,
            )  # fmt: skip
    await come_up(database, clock, post, "2026-11-28 12:00")
    assert sorted(post.texts) == ["activate-0 ASK", "evening SUN"]
    assert error(database) == {"no longer useful": 4}
    assert called(database) == [("SAT", "evening"), ("SAT", "hours")]


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        ("2026-11-26 20:59:59", ["evening A"]),
        ("2026-11-26 21:00:00", []),
        ("2026-11-27 06:59:59", []),
        ("2026-11-27 07:00:00", ["evening A"]),
    ],
)
async def test_at_the_edges_of_quiet_hours(
    database: Database, clock: Clock, post: Post, moment: str, sent: list[str]
) -> None:
    book(database, "A", "2026-11-27 15:00", clock())
    await come_up(database, clock, post, moment)
    assert post.texts == sent


async def test_around_the_lunar_new_year_visits_are_announced_as_ever(
    database: Database, clock: Clock, post: Post
) -> None:
    """Tết Đinh Mùi is on 6 February 2027; offices open again on Thursday the 11th."""
    clock.now = local_time("2027-02-01 10:00")
    book(database, "BEFORE", "2027-02-04 16:00", clock())
    book(database, "AFTER", "2027-02-11 08:00", clock())
    heard = []
    for moment in ("2027-02-03 19:00", "2027-02-04 14:00", "2027-02-05 23:59", "2027-02-06 00:01",
                   "2027-02-10 19:00", "2027-02-11 07:00"):  # fmt: skip
        await come_up(database, clock, post, moment)
        heard.append(post.texts[sum(map(len, heard)) :])
    assert heard == [["evening BEFORE"], ["hours BEFORE"], [], [], ["evening AFTER"],
                     ["hours AFTER"]]  # fmt: skip


async def test_a_clock_set_back_sends_nothing_twice_and_loses_nothing(
    database: Database, clock: Clock, post: Post
) -> None:
    book(database, "A", "2026-11-27 10:00", clock())
    for moment in (
        "2026-11-26 19:00", "2026-11-26 15:00", "2026-11-26 19:00", "2026-11-27 08:00",
        "2026-11-27 07:30", "2026-11-27 08:00", "2026-11-27 09:00",
    ):  # fmt: skip
        await come_up(database, clock, post, moment)
    assert post.texts == ["evening A", "hours A"]


async def test_what_a_crash_left_is_sent_although_the_clock_was_set_back(
    database: Database, clock: Clock, post: Post
) -> None:
    """The dead sender's lease, by the new clock, would last for hours."""
    book(database, "A", "2026-11-27 10:00", clock())
    clock.now = local_time("2026-11-26 19:00")
    dead = Courier(database, clock, owner="dead")
    dead.serve([post])
    assert await dead._claim("telegram", "dead")
    clock.now = local_time("2026-11-26 15:00")
    courier = Courier(database, clock, owner="me")
    await courier.start([post], alone=True)
    await courier.stop()
    (row,) = visits.rows(database, "SELECT state, uncertain FROM outbox WHERE kind = 'evening'")
    assert row == {"state": "due", "uncertain": 1}
    await come_up(database, clock, post, "2026-11-26 19:00")
    assert post.texts == ["evening A"]


async def test_moved_while_its_reminder_is_under_way_only_that_one_goes_out(
    database: Database, clock: Clock, post: Post
) -> None:
    book(database, "A", "2026-11-27 10:00", clock())
    clock.now = local_time("2026-11-26 19:00")
    courier = Courier(database, clock, owner="me")
    courier.serve([post])
    letter = await courier._claim("telegram", "me")
    assert letter
    with database.transaction() as tx:
        visits.become(tx, "A", "moved")
        moved_to = local_time("2026-11-30 10:00")
        person = Address("telegram", "A")
        visits.book(tx, "A", moved_to, clock(), person=person, version=2)
        for due in reminders.due(moved_to, clock(), RULES):
            visits.remind(
                tx, "A", due.due_at, due.useful_until, to=person, version=2, kind=due.kind,
                now=clock(),
            )  # fmt: skip
    await courier._send(post, "me", letter)
    for moment in ("2026-11-27 08:00", "2026-11-29 19:00", "2026-11-30 08:00"):
        await come_up(database, clock, post, moment)
    assert post.texts == ["evening A", "evening A", "hours A"]
    assert error(database) == {"booking changed": 1}


async def test_late_rows_are_closed_one_to_a_transaction_so_that_replies_get_between_them(
    database: Database, clock: Clock, post: Post
) -> None:
    for n in range(50):
        book(database, f"C{n}", "2026-11-26 10:00", clock())
    clock.now = local_time("2026-11-28 12:00")
    courier = Courier(database, clock, owner="me")
    courier.serve([post])
    claiming = asyncio.create_task(courier._claim("telegram", "me"))
    await asyncio.sleep(0)  # its first transaction is under way
    await database.run(lambda tx: None)
    assert not claiming.done()
    assert await claiming is None
    assert error(database) == {"no longer useful": 100}
