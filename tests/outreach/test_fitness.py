"""When a campaign's row may go out: asked in the transaction that claims it, whatever happens before."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.booking import reminders
from bot.core import quiet_hours
from bot.core.clock import VIETNAM
from bot.core.config.booking import Reminders
from bot.core.messages import Address
from bot.store.campaigns import campaigns, frequency_cap
from bot.store.campaigns.campaigns import HELD_UNTIL
from bot.store.database import Database, Transaction
from bot.store.outbox import claim, outbox
from bot.store.outbox.claim import Skipped
from bot.store.outbox.outbox import Letter
from bot.store.people import consents, conversations
from bot.store.values import stamp
from tests.support.people import Clock
from tests.support.subscribers import IDS, launch, link, plan, put, rows, subscribe

AN, AN_ZALO, BINH = Address("telegram", "an"), Address("zalo-oa", "an-z"), Address("telegram", "b")
QUIET = Reminders()
calm = partial(reminders.calm, rules=QUIET)
EVENING = "18:30-21:00"


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=VIETNAM)


def take(tx: Transaction, channel: str, now: datetime) -> Letter | Skipped | None:
    lease = now + timedelta(minutes=1)
    taken = claim.take(tx, channel, "me", now, lease, calm, (9,))
    if isinstance(taken, Letter):
        outbox.sent(tx, taken.id, "me", now, "receipt")
    return taken


def state(database: Database) -> dict[str, object]:
    return rows(database, "SELECT state, due_at, error FROM outbox ORDER BY id DESC LIMIT 1")[0]


@pytest.fixture
def running(database: Database) -> Database:
    """A campaign in the evenings of the 24th to the 27th, and a row of it for An, due at once."""
    now = at("24 18:45")
    with database.transaction() as tx:
        subscribe(tx, AN, now)
        launch(tx, "c1", plan(now, hours=EVENING), now)
        put(tx, "c1", AN, now, at("27 18:45"))
    return database


def test_it_goes_out_in_its_hours(running: Database) -> None:
    with running.transaction() as tx:
        letter = take(tx, "telegram", at("24 18:50"))
    assert isinstance(letter, Letter)
    assert letter.reply.text.endswith("Nhắn DỪNG.")


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("24 21:00", "25 18:30"),
        ("25 03:00", "25 18:30"),
        ("25 18:29", "25 18:30"),
    ],
)
def test_outside_its_hours_it_waits_for_the_next(running: Database, now: str, due: str) -> None:
    with running.transaction() as tx:
        assert isinstance(take(tx, "telegram", at(now)), Skipped)
    found = state(running)
    assert (found["state"], found["due_at"]) == ("due", stamp(at(due)))
    assert rows(running, "SELECT * FROM proactive") == []


def test_in_quiet_hours_it_waits_even_if_its_own_hours_allow_it(database: Database) -> None:
    now = at("24 20:00")
    with database.transaction() as tx:
        subscribe(tx, AN, now)
        launch(tx, "c1", plan(now, hours="20:00-23:00, 05:00-08:00"), now)
        put(tx, "c1", AN, now, at("27 18:45"))
        assert isinstance(take(tx, "telegram", at("24 21:30")), Skipped)
    assert str(state(database)["due_at"]).startswith("2026-11-25T00:00")  # 07:00 in Vietnam


def test_after_its_end_it_does_not_go_out(running: Database) -> None:
    with running.transaction() as tx:
        assert isinstance(take(tx, "telegram", at("27 18:45")), Skipped)
    assert (state(running)["state"], state(running)["error"]) == ("missed", "campaign ended")


def test_whoever_says_stop_between_feeding_and_claiming_does_not_get_it(
    running: Database,
) -> None:
    now = at("24 18:50")
    with running.transaction() as tx:
        consents.take_back(tx, IDS.new(now), AN, "news", "test", now)  # the row is not killed
        assert isinstance(take(tx, "telegram", now), Skipped)
    assert state(running)["error"] == "opted out"


def test_whoever_comes_back_gets_the_next_one(running: Database) -> None:
    now = at("24 18:50")
    with running.transaction() as tx:
        consents.take_back(tx, IDS.new(now), AN, "news", "test", now)
        consents.give(tx, IDS.new(now), AN, "news", "test", now + timedelta(seconds=1))
        assert isinstance(take(tx, "telegram", now + timedelta(seconds=2)), Letter)


def test_whoever_has_blocked_us_is_not_tried(running: Database) -> None:
    with running.transaction() as tx:
        conversations.set_reachable(tx, AN, reachable=False)
        assert isinstance(take(tx, "telegram", at("24 18:50")), Skipped)
    assert state(running)["error"] == "unreachable"


def test_while_it_is_paused_nothing_goes_out_and_then_it_goes_on(running: Database) -> None:
    with running.transaction() as tx:
        assert campaigns.pause(tx, "c1", at("24 18:46"))
        assert take(tx, "telegram", at("24 18:50")) is None
        assert campaigns.resume(tx, "c1", at("25 18:40"))
        assert isinstance(take(tx, "telegram", at("25 18:50")), Letter)


def test_a_row_that_was_written_while_it_was_being_paused_waits_too(
    running: Database,
) -> None:
    with running.transaction() as tx:
        campaigns.pause(tx, "c1", at("24 18:46"))
        tx.rows("UPDATE outbox SET due_at = '2026-11-24'")
        assert isinstance(take(tx, "telegram", at("24 18:50")), Skipped)
    assert str(state(running)["due_at"]).startswith(f"{HELD_UNTIL:%Y-%m-%d}")


def test_what_waits_of_a_stopped_one_is_not_sent(running: Database) -> None:
    with running.transaction() as tx:
        assert campaigns.stop(tx, "c1", at("24 18:46"))
        assert take(tx, "telegram", at("24 18:50")) is None
    assert (state(running)["state"], state(running)["error"]) == ("missed", "stopped")


def test_a_second_one_on_a_day_waits_for_the_next_day(running: Database) -> None:
    now = at("24 18:50")
    with running.transaction() as tx:
        assert isinstance(take(tx, "telegram", now), Letter)
        launch(tx, "c2", plan(now, hours=""), now)
        put(tx, "c2", AN, now, at("27 18:50"))
        assert isinstance(take(tx, "telegram", now), Skipped)
        assert str(rows_due(tx)).startswith("2026-11-25T00:00")  # when the quiet hours end
        assert isinstance(take(tx, "telegram", at("25 08:00")), Letter)


def rows_due(tx: Transaction) -> object:
    return tx.rows("SELECT due_at FROM outbox WHERE code = 'c2'")[0]["due_at"]


def test_a_fifth_one_in_a_month_is_not_sent(database: Database) -> None:
    now = at("02 10:00")
    with database.transaction() as tx:
        subscribe(tx, AN, now)
        for number in range(5):
            day = now + timedelta(days=number)
            launch(tx, f"c{number}", plan(day, days=2), day)
            put(tx, f"c{number}", AN, day, day + timedelta(days=2))
            assert isinstance(take(tx, "telegram", day), Letter) is (number < 4)
        for later in (timedelta(days=5), timedelta(days=5, hours=22)):
            assert isinstance(take(tx, "telegram", now + later), Skipped)
    assert (state(database)["state"], state(database)["error"]) == ("missed", "had enough news")


def test_linked_accounts_are_one_person(database: Database) -> None:
    now = at("24 10:00")
    with database.transaction() as tx:
        for person in (AN, AN_ZALO):
            subscribe(tx, person, now)
        launch(tx, "c1", plan(now, days=1), now)
        launch(tx, "c2", plan(now, days=1), now)
        put(tx, "c1", AN, now, now + timedelta(days=1))
        put(tx, "c2", AN_ZALO, now, now + timedelta(days=1))
        assert isinstance(take(tx, "telegram", now), Letter)
        link(tx, "one", AN, AN_ZALO)  # only now
        assert isinstance(take(tx, "zalo-oa", now), Skipped)


def test_a_message_that_failed_for_sure_does_not_count_and_an_uncertain_one_does(
    running: Database,
) -> None:
    now = at("24 18:50")
    with running.transaction() as tx:
        letter = take(tx, "telegram", now)
        assert isinstance(letter, Letter)
        tx.rows("UPDATE outbox SET state = 'sending'")
        outbox.retry(tx, letter.id, "me", now, "no answer", uncertain=True)
        frequency_cap.give_back(tx, letter.id)
        assert frequency_cap.received(tx, (AN,), now + timedelta(minutes=1)) == 1
        again = take(tx, "telegram", now)
        assert isinstance(again, Letter)  # its own earlier try is no second message
        tx.rows("UPDATE outbox SET uncertain = 0")
        frequency_cap.give_back(tx, letter.id)
        assert frequency_cap.received(tx, (AN,), now + timedelta(minutes=1)) == 0


# --- whatever happens --------------------------------------------------------------------------------

HOURS = ("", EVENING, "11:30-13:00", "05:00-08:00, 20:00-23:00")
START = at("01 00:00")
MINUTES = st.integers(0, 45 * 24 * 60)
WANTED = st.lists(
    st.tuples(st.sampled_from(HOURS), st.integers(0, 40), st.integers(1, 20)),
    min_size=1,
    max_size=9,
)
EXAMPLES = itertools.count()


@dataclass
class Story:
    """One person with two accounts, and what they get of some campaigns."""

    tx: Transaction
    people: tuple[Address, Address]
    agreed: bool = True
    sent: list[tuple[datetime, str]] = field(default_factory=list)

    def begin(self, name: str, wanted: list[tuple[str, int, int]]) -> None:
        link(self.tx, f"owner {name}", *self.people)
        for person in self.people:
            subscribe(self.tx, person, START)
        for number, (hours, day, days) in enumerate(wanted):
            start, id_ = START + timedelta(days=day), f"{name}-{number}"
            launch(self.tx, id_, plan(start, hours=hours, days=days), START)
            put(self.tx, id_, self.people[number % 2], START, start + timedelta(days=days))

    def changes_their_mind(self, now: datetime) -> None:
        self.agreed = not self.agreed
        change = consents.give if self.agreed else consents.take_back
        for person in self.people:
            change(self.tx, IDS.new(now), person, "news", "test", now)

    def comes(self, now: datetime) -> None:
        """The courier looks at all that is due."""
        for person in self.people:
            while (letter := take(self.tx, person.channel, now)) is not None:
                if isinstance(letter, Letter) and letter.about:
                    assert self.agreed
                    self.sent.append((now, letter.about.code))


def test_no_order_of_events_breaks_a_promise(database: Database) -> None:
    @settings(
        max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(WANTED, st.lists(MINUTES, min_size=20, max_size=60), st.sets(MINUTES, max_size=2))
    def check(wanted: list[tuple[str, int, int]], tries: list[int], turns: set[int]) -> None:
        name = str(next(EXAMPLES))
        people = (Address("telegram", name), Address("zalo-oa", name))
        with database.transaction() as tx:
            story = Story(tx, people)
            story.begin(name, wanted)
            for minute in sorted({*tries, *turns}):
                now = START + timedelta(minutes=minute)
                if minute in turns:
                    story.changes_their_mind(now)
                story.comes(now)
            _check(tx, story.sent)
            tx.rows("DELETE FROM outbox")

    check()


def _check(tx: Transaction, sent: list[tuple[datetime, str]]) -> None:
    assert len({code for _, code in sent}) == len(sent)
    days = [now.astimezone(VIETNAM).date() for now, _ in sent]
    assert len(set(days)) == len(days)
    for now, code in sent:
        found = campaigns.get(tx, code)
        assert found
        assert found.plan.starts_at <= now < found.plan.ends_at
        assert calm(now) == now
        assert quiet_hours.opening(now, quiet_hours.parse(found.plan.hours)) == now
        lately = [one for one, _ in sent if now - timedelta(days=31) < one <= now]
        assert len(lately) <= 4


def test_two_rows_of_one_campaign_for_one_person_cannot_be_written(
    running: Database, clock: Clock
) -> None:
    with running.transaction() as tx:
        put(tx, "c1", AN, clock(), at("27 18:45"))
    assert rows(running, "SELECT COUNT(*) AS n FROM outbox") == [{"n": 1}]
