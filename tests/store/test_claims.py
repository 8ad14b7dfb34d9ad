"""A row about a booking goes out only while that booking stands as it did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.booking import reminders
from bot.core.config.booking import Reminders
from bot.core.messages import Address, Reply, Tone
from bot.store.database import Database, Transaction
from bot.store.outbox import claim, outbox
from bot.store.outbox.claim import Skipped
from bot.store.outbox.outbox import Letter
from bot.store.people import consents
from bot.store.values import stamp
from tests.support import town, visits
from tests.support.people import Clock
from tests.support.visits import AN, HOUR, IDS, MINUTE, local_time

VISIT = local_time("2026-11-27 10:00")
MORNING = local_time("2026-11-27 08:00")
BINH = Address("telegram", "1002")


def calm(now: datetime) -> datetime:
    return reminders.calm(now, Reminders())


class Box:
    """The outbox in one open transaction, at eight o'clock on the day of the visit."""

    def __init__(self, tx: Transaction, clock: Clock) -> None:
        self.tx, self.clock = tx, clock
        clock.now = MORNING

    def visit(self, kind: str = "hours", state: str = "booked", **more: Any) -> None:
        """A booking with one row about it that is due now."""
        visits.book(self.tx, "ABC234", VISIT, self.clock(), state=state, **more)
        visits.remind(self.tx, "ABC234", self.clock(), self.clock() + HOUR, kind=kind)

    def take(self) -> Letter | Skipped | None:
        now = self.clock()
        return claim.take(self.tx, "telegram", "me", now, now + MINUTE, calm)

    def goes_out(self) -> bool:
        return isinstance(self.take(), Letter)

    def row(self) -> tuple[str, str | None]:
        found = self.tx.rows("SELECT state, error FROM outbox")[0]
        return found["state"], found["error"]

    def calls(self) -> list[str]:
        return [row["id"] for row in self.tx.rows("SELECT id FROM calls")]


@pytest.fixture
def box(database: Database, clock: Clock) -> Iterator[Box]:
    with database.transaction() as tx:
        yield Box(tx, clock)


def test_a_reminder_of_a_booking_that_stands_goes_out(box: Box) -> None:
    box.visit()
    letter = box.take()
    assert isinstance(letter, Letter)
    assert letter.about == outbox.About("ABC234", 1, "hours")


@pytest.mark.parametrize("state", ["arrived", "no_show", "cancelled", "moved"])
@pytest.mark.parametrize("kind", ["evening", "hours", "hours-changed"])
def test_a_reminder_of_a_booking_that_has_changed_does_not(box: Box, kind: str, state: str) -> None:
    box.visit(kind)
    visits.become(box.tx, "ABC234", state)
    assert isinstance(box.take(), Skipped)
    assert box.row() == ("missed", "booking changed")
    assert box.calls() == []


def test_a_reminder_of_an_older_version_does_not(box: Box) -> None:
    box.visit()
    visits.become(box.tx, "ABC234", "moved")
    visits.book(box.tx, "ABC234", VISIT + HOUR, box.clock(), version=2)
    visits.remind(box.tx, "ABC234", box.clock(), VISIT, version=2)
    assert isinstance(box.take(), Skipped)
    letter = box.take()
    assert isinstance(letter, Letter)
    assert letter.about
    assert letter.about.version == 2


def test_a_row_without_a_booking_behind_it_does_not(box: Box) -> None:
    visits.remind(box.tx, "ABC234", box.clock(), VISIT)
    assert isinstance(box.take(), Skipped)


def test_a_late_row_of_a_changed_booking_calls_nobody(box: Box) -> None:
    box.visit()
    visits.become(box.tx, "ABC234", "cancelled")
    box.clock.move(minutes=90)
    assert isinstance(box.take(), Skipped)
    assert (box.row(), box.calls()) == (("missed", "booking changed"), [])


@pytest.mark.parametrize(
    ("kind", "state", "goes"),
    [
        ("hours", "booked", False),
        ("activate-3", "served", False),
        ("hours-changed", "booked", True),
    ],
)
def test_who_never_agreed_is_reminded_of_nothing(
    box: Box, kind: str, state: str, goes: bool
) -> None:
    box.visit(kind, state, consent=False)
    assert box.goes_out() is goes


@pytest.mark.parametrize("is_open", [0, 1])
@pytest.mark.parametrize(
    ("kind", "goes_when"), [("changed", 0), ("back", 1), ("evening", 1), ("taken-back", None)]
)
def test_what_is_said_of_an_hour_goes_out_only_while_it_is_so(
    box: Box, kind: str, goes_when: int | None, is_open: int
) -> None:
    """An hour was taken out of the calendar, or put back, while the row waited for the morning."""
    box.visit(kind)
    town.slot(box.tx, visits.OFFICE_ID, town.FRIDAY, 10, 1)
    id_ = town.slot_id(visits.OFFICE_ID, town.FRIDAY, 10)
    box.tx.rows("UPDATE slots SET open = :is_open WHERE id = :id", is_open=is_open, id=id_)
    box.tx.rows("UPDATE bookings SET slot = :id", id=id_)
    assert box.goes_out() is (goes_when == is_open)


def test_who_took_consent_back_is_reminded_no_more_until_they_give_it_again(box: Box) -> None:
    box.visit()
    consents.take_back(box.tx, IDS.new(box.clock()), AN, "reminders", "v1", box.clock())
    assert not box.goes_out()
    consents.give(box.tx, IDS.new(box.clock()), AN, "reminders", "v2", box.clock())
    visits.remind(box.tx, "ABC234", box.clock(), VISIT, kind="evening")
    assert box.goes_out()


def test_a_question_after_the_visit_goes_to_who_was_served(box: Box) -> None:
    box.visit("activate-0", "served")
    assert box.goes_out()


def test_a_question_after_the_visit_does_not_go_to_who_has_activated(box: Box) -> None:
    box.visit("activate-3", "served")
    box.tx.rows("UPDATE bookings SET activated_at = :now", now=stamp(box.clock()))
    assert not box.goes_out()


def test_a_question_after_the_visit_does_not_go_to_who_never_came(box: Box) -> None:
    box.visit("activate-0", "booked")
    assert not box.goes_out()


WAIT = """
    INSERT INTO waiting (id, service, office, channel, person, holder, at, until, state)
    VALUES ('w', 'the', '', 'telegram', '1001', 'x', :now, :now, 'offered')
"""
SLOT = """
    INSERT INTO slots (id, office, day, starts_at, ends_at, pool, capacity, booked)
    VALUES ('s', 'mau-a', '2026-11-27', :now, :now, 'all', 1, 1)
"""
RETURNED = "INSERT INTO returned VALUES ('r', 's', :now, :now, 'offered', '')"
OFFER = "INSERT INTO offers VALUES ('o1', 'w', 'r', 's', :now, :now, :state)"


@pytest.mark.parametrize(
    ("state", "goes"),
    [("open", True), ("accepted", False), ("declined", False), ("expired", False)],
)
def test_an_offer_goes_out_while_it_is_open(box: Box, state: str, goes: bool) -> None:
    now = stamp(box.clock())
    box.tx.rows(visits.OFFICE, id="mau-a", now=now)
    for sql in (WAIT, SLOT, RETURNED):
        box.tx.rows(sql, now=now)
    box.tx.rows(OFFER, now=now, state=state)
    outbox.put(
        box.tx, id=IDS.new(box.clock()), key="offer:o1", to=AN, reply=Reply(Tone.NOTICE, "x"),
        content="v", now=box.clock(), code="o1", kind="offer",
    )  # fmt: skip
    assert box.goes_out() is goes


# --- quiet hours -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "goes"),
    [
        ("2026-11-26 20:59:59", True),
        ("2026-11-26 20:59:59.999999", True),
        ("2026-11-26 21:00:00", False),
        ("2026-11-27 06:59:59", False),
        ("2026-11-27 07:00:00", True),
    ],
)
def test_nothing_about_a_booking_goes_out_in_quiet_hours(box: Box, moment: str, goes: bool) -> None:
    box.clock.now = local_time(moment)
    visits.book(box.tx, "ABC234", VISIT, box.clock())
    visits.remind(box.tx, "ABC234", box.clock(), VISIT, kind="evening")
    assert box.goes_out() is goes


def test_what_was_put_off_goes_out_when_the_quiet_hours_end(box: Box) -> None:
    box.clock.now = local_time("2026-11-26 21:00")
    visits.book(box.tx, "ABC234", VISIT, box.clock())
    visits.remind(box.tx, "ABC234", box.clock(), VISIT, kind="evening")
    assert isinstance(box.take(), Skipped)
    assert box.take() is None
    assert outbox.next_due(box.tx, "telegram", box.clock()) == local_time("2026-11-27 07:00")
    box.clock.now = local_time("2026-11-27 07:00")
    letter = box.take()
    assert isinstance(letter, Letter)
    assert letter.attempts == 1


def test_a_reply_goes_out_at_any_hour(box: Box) -> None:
    box.clock.now = local_time("2026-11-27 02:00")
    outbox.put(
        box.tx, id=IDS.new(box.clock()), key="reply", to=AN, reply=Reply(Tone.NOTICE, "x"),
        content="v", now=box.clock(),
    )  # fmt: skip
    assert box.goes_out()


# --- too late --------------------------------------------------------------------------------------


def test_a_reminder_past_its_use_is_missed_and_the_person_is_called_while_the_visit_is_ahead(
    box: Box,
) -> None:
    box.visit()
    box.clock.move(minutes=61)
    assert isinstance(box.take(), Skipped)
    assert box.row() == ("missed", "no longer useful")
    assert box.calls() == ["ABC234:1:hours"]


def test_after_the_visit_nobody_is_called(box: Box) -> None:
    box.visit()
    box.clock.now = VISIT
    assert isinstance(box.take(), Skipped)
    assert box.calls() == []


def test_a_missed_question_after_the_visit_calls_nobody(box: Box) -> None:
    box.visit("activate-0", "served")
    box.clock.move(minutes=61)
    assert isinstance(box.take(), Skipped)
    assert box.calls() == []


@pytest.mark.parametrize("other", ["waits", "was sent"])
def test_nobody_is_called_whom_another_reminder_tells(box: Box, other: str) -> None:
    box.visit("evening")
    visits.remind(box.tx, "ABC234", MORNING + HOUR * 1.5, VISIT)
    if other == "was sent":
        box.tx.rows("UPDATE outbox SET state = 'sent' WHERE kind = 'hours'")
    box.clock.move(minutes=61)
    assert isinstance(box.take(), Skipped)
    assert box.calls() == []


def test_one_look_at_the_outbox_closes_one_late_row_only(box: Box) -> None:
    for code in ("A", "B", "C"):
        visits.book(box.tx, code, VISIT, box.clock())
        visits.remind(box.tx, code, box.clock(), box.clock() + timedelta(seconds=1))
    box.clock.move(minutes=1)
    assert [type(box.take()) for _ in range(3)] == [Skipped, Skipped, Skipped]
    assert box.take() is None
    assert box.calls() == ["A:1:hours", "B:1:hours", "C:1:hours"]
