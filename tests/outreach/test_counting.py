"""A dry run: exact, in steps, and honest about cost and time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.booking.wards import Wards
from bot.core.config import Settings
from bot.core.messages import Address
from bot.outreach import dry_run
from bot.outreach.dry_run import Counts, Told
from bot.store.campaigns import frequency_cap
from bot.store.database import Database
from bot.store.people import consents, conversations
from bot.store.values import stamp
from tests.support.people import Clock
from tests.support.subscribers import IDS, link, of_one, plan, subscribe

RATES = {"telegram": 10.0, "zalo-oa": 10.0}
FORM = {"templates": {"news": {"id": "654321"}}}
GOT = """
    INSERT INTO proactive (letter, owner, day, campaign, channel, person, at)
    VALUES (:letter, :letter, :letter, 'old', :channel, :person, :at)
"""


def settings(**zalo: Any) -> Settings:
    return Settings.model_validate({"zalo_oa": zalo, "data_key": "a made-up key"})


def run(database: Database, clock: Clock, wards: Wards, found: Settings, **more: Any) -> Told:
    size = more.pop("size", dry_run.STEP)
    wanted = plan(clock(), **more)
    counted = dry_run.begin(wanted, found, wards, RATES)
    while not counted.done:
        with database.transaction() as tx:
            counted = dry_run.step(tx, counted, clock(), size)
    return dry_run.told(counted, wanted, found, RATES, clock())


def got(database: Database, person: Address, *times: datetime) -> None:
    who = {"channel": person.channel, "person": person.user}
    with database.transaction() as tx:
        for number, at in enumerate(times):
            tx.rows(GOT, letter=f"{person.user}-{number}", at=stamp(at), **who)


@pytest.fixture
def town(database: Database, clock: Clock) -> Database:
    """Five on Telegram and four on Zalo, some of whom cannot be written to."""
    now = clock()
    with database.transaction() as tx:
        for name in ("an", "left", "blocked", "full", "two-t"):
            subscribe(tx, Address("telegram", name), now)
        for name in ("z-new", "z-old", "two-z"):
            spoke = now - timedelta(days=8 if name == "z-old" else 1)
            subscribe(tx, Address("zalo-oa", name), now, spoke=spoke)
        consents.take_back(tx, IDS.new(now), Address("telegram", "left"), "news", "t", now)
        conversations.set_reachable(tx, Address("telegram", "blocked"), reachable=False)
        link(tx, "one", Address("telegram", "two-t"), Address("zalo-oa", "two-z"))
    got(database, Address("telegram", "full"), *(now - timedelta(days=d) for d in (1, 2, 3, 4)))
    return database


def test_each_is_counted_once_and_who_is_left_out_with_the_reason(
    town: Database, clock: Clock, wards: Wards
) -> None:
    told = run(town, clock, wards, settings())
    assert told.counts == {
        "telegram": Counts(people=2, opted_out=1, unreachable=1, enough=1),
        "zalo-oa": Counts(people=1, silent=1, twice=1),
    }
    assert (told.people, told.cost) == (3, 0)
    assert Told.unpacked(told.packed()) == told


def test_with_an_approved_form_the_silent_are_reached_at_its_price(
    town: Database, clock: Clock, wards: Wards
) -> None:
    told = run(town, clock, wards, settings(**FORM))
    assert told.counts["zalo-oa"] == Counts(people=2, by_form=1, twice=1)
    assert told.cost == settings().outreach.zalo_template_price


def test_whose_month_is_over_before_the_campaign_ends_is_not_left_out(
    database: Database, clock: Clock, wards: Wards
) -> None:
    person = Address("telegram", "an")
    with database.transaction() as tx:
        subscribe(tx, person, clock())
    got(
        database, person, *(clock() - frequency_cap.MONTH + timedelta(days=d) for d in (1, 2, 3, 4))
    )
    assert run(database, clock, wards, settings(), days=0.5).people == 0
    assert run(database, clock, wards, settings(), days=3).people == 1


def test_what_linked_accounts_got_counts_together(
    database: Database, clock: Clock, wards: Wards
) -> None:
    for person in of_one(database, clock()):
        got(database, person, *(clock() - timedelta(days=d) for d in (1, 2)))
    told = run(database, clock, wards, settings())
    assert told.people == 0
    assert told.counts["telegram"].enough == 1


def test_the_end_is_told_and_that_there_is_not_time_enough(
    database: Database, clock: Clock, wards: Wards
) -> None:
    with database.transaction() as tx:
        for number in range(50):
            subscribe(tx, Address("telegram", f"p{number}"), clock())
    told = run(database, clock, wards, settings())
    assert told.done_at == clock() + timedelta(seconds=5)
    assert run(database, clock, wards, settings(), hours="18:30-21:00", days=0.1).done_at is None


def test_many_are_counted_in_steps(database: Database, clock: Clock, wards: Wards) -> None:
    with database.transaction() as tx:
        for number in range(21):
            subscribe(tx, Address("telegram", f"p{number:02}"), clock())
    assert run(database, clock, wards, settings(), size=7).people == 21
