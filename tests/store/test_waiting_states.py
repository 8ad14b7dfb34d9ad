"""The waiting list against a model: a place goes to whoever waits longest, one person at a time.

The model is the list on paper. Places come back, people join, leave, answer or do not; the keeper
looks at any time. Who was asked, and in which order, must be what the paper says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.jobs.expire_bookings import keep
from bot.store.booking import waiting_list
from bot.store.booking.bookings import AlreadyBooked
from bot.store.booking.waiting_list import OfferEnded
from bot.store.database import Database
from bot.store.people import conversations
from tests.support import town
from tests.support.bookings import DELAY, Desk, account, hour, wrong

PEOPLE = ("an", "binh", "chi", "dung")
SERVICES = {"mau-a": {"the", "muc-2"}, "mau-b": {"the"}}
LENGTH = timedelta(hours=2)  # of an offer; the model's day has no night, see `start`

DAY = town.FRIDAY + timedelta(days=14)

person = st.sampled_from(PEOPLE)
service = st.sampled_from(["the", "the", "muc-2"])
office = st.sampled_from(["", "mau-a", "mau-b"])


@dataclass
class Wait:
    who: str
    service: str
    office: str
    asked: set[str] = field(default_factory=set)  # places, by the code that gave them back


@dataclass
class Place:
    code: str
    office: str
    until: datetime
    offered_to: Wait | None = None
    ends: datetime | None = None


class WaitingList(RuleBasedStateMachine):
    def __init__(self, fresh: Callable[[], Database]) -> None:
        super().__init__()
        self.fresh = fresh

    @initialize(waits=st.lists(st.tuples(person, service, office), min_size=2, max_size=8))
    def start(self, waits: list[tuple[str, str, str]]) -> None:
        self.database = self.fresh()
        town.build(self.database)
        self.now = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
        rules = town.SETTINGS.booking.reminders.model_copy(
            update={"quiet_from": "00:00", "quiet_to": "00:00"}
        )
        booking = town.SETTINGS.booking.model_copy(update={"reminders": rules})
        self.settings = town.SETTINGS.model_copy(update={"booking": booking})
        self.line: list[Wait] = []
        self.back: list[Place] = []
        self.booked: set[tuple[str, str]] = set()  # who, service
        with self.desk() as desk:
            for office in SERVICES:
                town.slot(desk.tx, office, DAY, 14, 200)
            for who in PEOPLE:
                conversations.take(desk.tx, account(who), self.now)
        for who, what, where in waits:
            self._join(who, what, where)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        with self.database.transaction() as tx:
            yield Desk(tx, lambda: self.now)

    # --- what happens ----------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 29, 60, 120]), seen=st.booleans())
    def time_passes(self, minutes: int, seen: bool) -> None:
        self.now += timedelta(minutes=minutes)
        if seen:
            self.the_keeper_looks()

    @rule(who=person, service=service, office=office)
    def join(self, who: str, service: str, office: str) -> None:
        self._join(who, service, office)

    def _join(self, who: str, service: str, office: str) -> None:
        known = any(w.who == who and w.service == service for w in self.line)
        with self.desk() as desk:
            new = waiting_list.join(
                desk.tx,
                id=desk.new_id(),
                service=service,
                office=office,
                person=account(who),
                holder=f"web:{who}",
                now=self.now,
                until=self.now + timedelta(days=30),
            )
        assert new is not known
        if new:
            self.line.append(Wait(who, service, office))
        self.now += timedelta(microseconds=1)  # nobody joins at the same moment as another

    @rule(who=person, service=service)
    def leave(self, who: str, service: str) -> None:
        found = [w for w in self.line if (w.who, w.service) == (who, service)]
        with self.desk() as desk:
            assert waiting_list.leave(desk.tx, account(who), service) is bool(found)
        for wait in found:
            self.line.remove(wait)
            self._pass_on(wait)

    @rule(office=st.sampled_from(list(SERVICES)), count=st.integers(1, 3), seen=st.booleans())
    def places_come_back(self, office: str, count: int, seen: bool) -> None:
        for _ in range(count):
            self._come_back(office)
        if seen:
            self.the_keeper_looks()

    def _come_back(self, office: str) -> None:
        with self.desk() as desk:
            code = desk.book("guest", hour(14, DAY, office)).code
            desk.cancel(code)
        self.back.append(Place(code, office, self.now + DELAY))
        self.now += timedelta(microseconds=1)

    @rule(who=person)
    def books_by_themselves(self, who: str) -> None:
        if (who, "the") in self.booked:
            return
        with self.desk() as desk:
            desk.book(who, hour(14, DAY))
        self.booked.add((who, "the"))

    @rule()
    def the_keeper_looks(self) -> None:
        with self.desk() as desk:
            keep(desk.tx, self.settings, self.now, desk.new_id)
        for place in self.back:
            if place.ends and place.ends <= self.now and place.offered_to:
                self.line.remove(place.offered_to)
                self._pass_on(place.offered_to)
        for place in self.back:
            self._offer(place)
        self.back = [p for p in self.back if p.offered_to or p.until > self.now]

    @precondition(lambda self: any(place.offered_to for place in self.back))
    @rule(data=st.data(), yes=st.booleans(), hours=st.sampled_from([0, 0, 0, 2]))
    def answer(self, data: st.DataObject, yes: bool, hours: int) -> None:
        """Some answer too late, and the keeper has not looked meanwhile."""
        self.now += timedelta(hours=hours)
        place = data.draw(st.sampled_from([place for place in self.back if place.offered_to]))
        if place.offered_to:
            self._answer(place, place.offered_to, yes)
        if not hours:
            self.the_keeper_looks()

    # --- the paper -------------------------------------------------------------------------------

    def _offer(self, place: Place) -> None:
        """To whoever waits longest, has not been asked for it, and has no place yet."""
        busy = [p.offered_to for p in self.back if p.offered_to]
        for wait in self.line:
            fits = wait.office in ("", place.office) and wait.service in SERVICES[place.office]
            free = wait not in busy and (wait.who, wait.service) not in self.booked
            if place.offered_to is None and fits and free and place.code not in wait.asked:
                wait.asked.add(place.code)
                place.offered_to, place.ends = wait, self.now + LENGTH

    def _pass_on(self, wait: Wait) -> None:
        for place in self.back:
            if place.offered_to is wait:
                place.offered_to = place.ends = None

    def _answer(self, place: Place, wait: Wait, yes: bool) -> None:
        late = place.ends is not None and place.ends <= self.now
        twice = (wait.who, wait.service) in self.booked
        with self.desk() as desk:
            sql = "SELECT id FROM offers WHERE returned = (SELECT id FROM bookings WHERE code = :code)"
            sql += " AND state = 'open'"
            offer = desk.tx.rows(sql, code=place.code)[0]["id"]
            try:
                if yes:
                    waiting_list.accept(desk.tx, offer, account(wait.who), self.now, desk.new_id())
                else:
                    waiting_list.decline(desk.tx, offer, account(wait.who), self.now)
            except OfferEnded:
                assert late
                return
            except AlreadyBooked:
                assert yes
                assert twice
                return
        assert not late
        assert not (yes and twice)
        if yes:
            self.line.remove(wait)
            self.back.remove(place)
            self.booked.add((wait.who, wait.service))
        else:
            self._pass_on(wait)

    # --- what must hold --------------------------------------------------------------------------

    @invariant()
    def no_rule_is_broken(self) -> None:
        with self.desk() as desk:
            assert wrong(desk.tx) == {}

    @invariant()
    def who_is_asked_is_who_the_paper_says(self) -> None:
        asked = """
            SELECT b.code, w.person FROM offers AS o JOIN waiting AS w ON w.id = o.waiting
            JOIN bookings AS b ON b.id = o.returned WHERE o.state = 'open'
        """
        with self.desk() as desk:
            found = {(row["code"], row["person"]) for row in desk.tx.rows(asked)}
            taken = {office: desk.taken(hour(14, DAY, office)) for office in SERVICES}
            live = desk.tx.rows("SELECT office FROM bookings WHERE state = 'booked'")
        assert found == {(p.code, p.offered_to.who) for p in self.back if p.offered_to}
        for office in SERVICES:
            there = sum(place.office == office for place in self.back)
            assert taken[office] == there + sum(row["office"] == office for row in live)


EXAMPLES = {"sqlite": 40, "postgres": 8}  # the second engine has the same statements


def test_whatever_people_do_the_line_is_kept(fresh: Callable[[], Database], engine: str) -> None:
    run_state_machine_as_test(
        lambda: WaitingList(fresh),
        settings=settings(max_examples=EXAMPLES[engine], stateful_step_count=40, deadline=None),
    )
