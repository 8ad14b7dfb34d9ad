"""Imported figures, how they are taken back, and what people of a ward want."""

from __future__ import annotations

from datetime import timedelta

from bot.booking.ward_figures import Change, Figures, Given
from bot.core.messages import Address
from bot.store.booking import ward_figures
from bot.store.booking.ward_figures import Demand
from bot.store.database import Database, Transaction
from bot.store.people import consents, conversations, profiles, questions
from tests.support import town, visits
from tests.support.people import Clock

A, B = "27031", "27142"
ONE, TWO = Figures(100, 80, 40), Figures(100, 90, 50)


def change(ward: str, before: Figures | None, after: Figures) -> Change:
    return Change(ward, before, after, Given(ward, (1,), (), None, None, None))


def put(tx: Transaction, clock: Clock, id_: str, *changes: Change) -> int:
    return ward_figures.put(tx, changes, id=id_, account="lan", now=clock())


def test_the_newest_import_is_taken_back_first_and_once(database: Database, clock: Clock) -> None:
    with database.transaction() as tx:
        assert put(tx, clock, "1", change(A, None, ONE)) == 1
        clock.move(minutes=1)
        assert put(tx, clock, "2", change(A, ONE, TWO), change(B, None, ONE)) == 2
        assert ward_figures.undo(tx, "1", clock()) is None
        assert ward_figures.figures(tx) == {A: TWO, B: ONE}
        assert ward_figures.undo(tx, "2", clock()) == 2
        assert ward_figures.undo(tx, "2", clock()) is None
        assert ward_figures.figures(tx) == {A: ONE}
        assert ward_figures.undo(tx, "1", clock()) == 1
        assert ward_figures.figures(tx) == {}
        assert ward_figures.last(tx) is None


def test_the_last_import_is_taken_back_first_though_the_clock_was_set_back_before_it(
    database: Database, clock: Clock
) -> None:
    with database.transaction() as tx:
        put(tx, clock, "2", change(A, None, ONE))
        clock.move(hours=-1)
        put(tx, clock, "1", change(A, ONE, TWO))
        assert ward_figures.undo(tx, "2", clock()) is None
        assert ward_figures.undo(tx, "1", clock()) == 1
        assert ward_figures.figures(tx) == {A: ONE}


def test_what_changes_nothing_is_no_import(database: Database, clock: Clock) -> None:
    with database.transaction() as tx:
        assert put(tx, clock, "1", change(A, ONE, ONE)) == 0
        assert ward_figures.last(tx) is None


def asks(tx: Transaction, clock: Clock, name: str, *, times: int = 1) -> Address:
    person = Address("web", name)
    conversations.take(tx, person, clock())
    for n in range(times):
        questions.record(
            tx, id=f"{name}{n}", person=person, at=clock(), text="hỏi", outcome="admit", entry=None,
            confidence=0.0, content="1",
        )  # fmt: skip
    return person


def test_a_question_counts_for_the_ward_that_was_told_else_for_that_of_the_visit(
    database: Database, clock: Clock
) -> None:
    town.build(database)
    with database.transaction() as tx:
        told = asks(tx, clock, "told", times=3)
        consents.give(tx, "c", told, "news", "1", clock())
        profiles.set_ward(tx, told, A, clock())
        profiles.set_status(tx, told, profiles.NONE, clock())
        booked = asks(tx, clock, "booked")
        visits.book(tx, "BOOKED", clock(), clock(), person=booked)
        visits.book(tx, "AGAIN2", clock(), clock(), person=booked)
        asks(tx, clock, "unknown")
        since = clock() - timedelta(days=30)
        found = ward_figures.demand(tx, since)
        assert found == {A: Demand(asked=1, needing=1), "26740": Demand(asked=1)}
        clock.move(days=31)
        found = ward_figures.demand(tx, clock() - timedelta(days=30))
        assert found == {A: Demand(needing=1)}


def test_who_takes_the_consent_back_is_counted_nowhere(database: Database, clock: Clock) -> None:
    with database.transaction() as tx:
        told = asks(tx, clock, "told")
        consents.give(tx, "c1", told, "news", "1", clock())
        profiles.set_ward(tx, told, A, clock())
        profiles.set_status(tx, told, profiles.ENROLLED, clock())
        consents.take_back(tx, "c2", told, "news", "1", clock())
        assert ward_figures.demand(tx, clock() - timedelta(days=1)) == {}


WAIT = """
    INSERT INTO waiting (id, service, office, channel, person, holder, at, until, state)
    VALUES (:id, 'the', :office, 'web', :person, :id, 'x', 'x', :state)
"""


def test_who_waits_counts_for_the_office_else_for_the_ward_that_was_told(
    database: Database, clock: Clock
) -> None:
    town.build(database)
    with database.transaction() as tx:
        told = asks(tx, clock, "told", times=0)
        consents.give(tx, "c", told, "news", "1", clock())
        profiles.set_ward(tx, told, A, clock())
        for number, (who, office, state) in enumerate(
            (
                ("told", "", "waiting"),
                ("untold", "", "waiting"),
                ("here", "mau-a", "offered"),
                ("left", "mau-a", "left"),
            )
        ):
            tx.rows(WAIT, id=str(number), office=office, person=who, state=state)
        assert ward_figures.demand(tx, clock()) == {
            A: Demand(waiting=1),
            "26740": Demand(waiting=1),
        }
