"""Hours that are closed by mistake, and opened again: nobody is left believing the wrong thing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.booking.opening_hours import Hours
from bot.jobs.change_hours import Turned, refill
from bot.jobs.expire_bookings import keep
from bot.store.booking import offices
from bot.store.database import Database, Transaction
from bot.store.outbox import calls, claim, outbox
from bot.store.outbox.outbox import Letter
from bot.store.outbox.still_valid import About
from tests.support import town
from tests.support.bookings import Desk, hour
from tests.support.people import Clock

OPEN, CLOSED = "T2-T6 08:00-10:00", "T2-T6 08:00-09:00"


class Office:
    """One whose hour at nine on Friday somebody has booked."""

    def __init__(self, tx: Transaction, clock: Clock) -> None:
        self.tx, self.clock, self.desk = tx, clock, Desk(tx, clock)
        self.works(OPEN)
        self.code = self.desk.book("an", hour(9)).code

    def works(self, weekly: str) -> Turned:
        now = self.clock()
        offices.set_hours(self.tx, "mau-a", Hours(weekly=weekly, capacity=3), now)
        office = offices.get(self.tx, "mau-a")
        assert office
        turned = refill(self.tx, office, 14, now, self.desk.new_id)
        keep(self.tx, town.SETTINGS, now, self.desk.new_id)
        return turned

    def sends(self) -> list[str]:
        """What goes out now: the kinds of the rows."""
        now, sent = self.clock(), []
        while letter := claim.take(self.tx, "web", "me", now, now + timedelta(minutes=1)):
            if isinstance(letter, Letter):
                outbox.sent(self.tx, letter.id, "me", now, "", [])
                sent.append(letter.about.kind if letter.about else "")
        return sent

    def called(self) -> list[str]:
        return [row["kind"] for row in calls.waiting(self.tx, self.clock())]


@pytest.fixture
def office(database: Database, clock: Clock) -> Iterator[Office]:
    town.build(database)
    with database.transaction() as tx:
        tx.rows("DELETE FROM slots")
        yield Office(tx, clock)


def codes(turned: Turned) -> tuple[list[str], list[str]]:
    return [one.code for one in turned.gone], [one.code for one in turned.back]


def test_who_was_told_that_the_hour_is_gone_is_told_that_it_is_back(office: Office) -> None:
    assert codes(office.works(CLOSED)) == ([office.code], [])
    assert office.sends() == ["changed"]
    assert codes(office.works(OPEN)) == ([], [office.code])
    assert office.sends() == ["back"]


def test_who_was_told_nothing_yet_hears_nothing(office: Office) -> None:
    office.works(CLOSED)
    assert codes(office.works(OPEN)) == ([], [office.code])
    assert office.sends() == []


@pytest.mark.parametrize("heard", [True, False])
def test_an_hour_that_is_closed_once_more_is_told_once_more(office: Office, heard: bool) -> None:
    office.works(CLOSED)
    told = office.sends() if heard else []
    office.works(OPEN)
    told += office.sends()
    assert codes(office.works(CLOSED)) == ([office.code], [])
    assert told + office.sends() == ["changed", "back"] * heard + ["changed"]


def test_what_may_have_arrived_counts_as_heard(office: Office) -> None:
    """The process died while it sent; whoever takes the row up again must not send it any more."""
    office.works(CLOSED)
    now = office.clock()
    claim.take(office.tx, "web", "dead", now, now + timedelta(minutes=1))
    office.clock.move(minutes=2)
    outbox.release(office.tx, office.clock())
    office.works(OPEN)
    assert office.sends() == ["back"]


@pytest.mark.parametrize(("called", "kinds"), [(False, []), (True, ["back"])])
def test_nobody_is_called_any_more_and_who_was_called_is_written_to(
    office: Office, called: bool, kinds: list[str]
) -> None:
    calls.add(office.tx, About(office.code, 1, "changed"), "officers call", office.clock())
    office.works(CLOSED)
    assert (office.called(), office.sends()) == (["changed"], [])
    if called:
        calls.done(office.tx, office.code, office.clock())
    office.works(OPEN)
    assert (office.called(), office.sends()) == ([], kinds)
    assert codes(office.works(CLOSED)) == ([office.code], [])
    assert office.sends() == ["changed"]
