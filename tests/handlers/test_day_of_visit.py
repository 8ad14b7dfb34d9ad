"""Fees and papers change on a day: people are told those of the day they come on, not of today."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import icalendar
import pytest

from bot.core.actions import Confirm, Hold, MoveVisit, NoName
from bot.core.messages import Address, Incoming, Reply
from bot.dialogue import Delivered, Dialogue
from bot.faq import entries
from bot.faq.matching.matcher import Matcher, Thresholds
from bot.jobs.expire_bookings import keep
from bot.store.booking import waiting_list
from bot.store.database import Database
from bot.store.people import conversations
from bot.store.values import Ids, unpack
from tests.support import town
from tests.support.buttons import those
from tests.support.people import Clock, Heard, Person
from tests.support.town import slot_id
from tests.support.visits import local_time, rows

FAQ = """
group: thu
title: Mục để thử
entries:
  - id: mat-the
    question: Làm lại thẻ thì mang gì?
    answer: Bạn mang giấy tờ theo danh sách.
    documents: [giấy tờ năm sau]
    variants:
      - valid_to: 2026-12-31
        documents: [giấy tờ năm nay]
  - id: le-phi
    question: Làm lại thẻ tốn bao nhiêu tiền?
    answer: Bạn đóng lệ phí.
    fee: 50.000 đồng
    variants:
      - valid_to: 2026-12-31
        fee: 25.000 đồng
"""
LAST, FIRST = date(2026, 12, 31), date(2027, 1, 6)  # before and after the day on which it changes
BEFORE, AFTER = ("25.000", "giấy tờ năm nay"), ("50.000", "giấy tờ năm sau")
REMINDERS = "SELECT reply FROM outbox WHERE kind IN ('evening', 'hours') AND version = :version"

Chat = Callable[..., Person]


@pytest.fixture
def an(
    database: Database,
    dialogue_of: Callable[..., Dialogue],
    clock: Clock,
    loop_runner: asyncio.Runner,
    tmp_path: Path,
) -> Person:
    """Somebody who books shortly before the year ends."""
    town.build(database)
    with database.transaction() as tx:
        for day in (LAST, FIRST):
            town.slot(tx, "mau-a", day, 8, 2)
    clock.now = local_time("2026-12-20 10:00")
    (tmp_path / "thu.yaml").write_text(FAQ, encoding="utf-8")
    dialogue = dialogue_of(town.SETTINGS, Matcher.build(entries.load(tmp_path), Thresholds()))

    def handle(incoming: Incoming) -> Delivered:
        return loop_runner.run(dialogue.handle(incoming))

    return Person(handle, Address("telegram", "an"), clock)


def book(person: Person, day: date) -> Heard:
    heard = person.presses(Hold("the", slot_id("mau-a", day, 8)))
    heard = person.presses(those(NoName, heard.buttons.values())[0])
    return person.presses(those(Confirm, heard.buttons.values())[0])


def code_of(heard: Heard) -> str:
    return those(MoveVisit, heard.buttons.values())[0].code


def event(heard: Heard) -> str:
    """What the calendar file that came with it says."""
    (file,) = (a for r in heard.replies for a in r.attachments if a.media_type == "text/calendar")
    (found,) = icalendar.Calendar.from_ical(file.data).walk("VEVENT")
    return str(found["description"])


def reminders(database: Database, version: int) -> list[Reply]:
    return [
        Reply.from_json(unpack(row["reply"])) for row in rows(database, REMINDERS, version=version)
    ]


def says(text: str, year: tuple[str, str]) -> bool:
    """Whether *text* tells the fee and papers of *year* and none of the other one's."""
    other = AFTER if year is BEFORE else BEFORE
    return all(part in text for part in year) and not any(part in text for part in other)


@pytest.mark.parametrize(("day", "year"), [(LAST, BEFORE), (FIRST, AFTER)])
def test_who_books_is_told_and_reminded_of_the_fee_and_papers_of_that_day(
    an: Person, database: Database, day: date, year: tuple[str, str]
) -> None:
    heard = book(an, day)
    assert says(heard.text, year)
    assert says(event(heard), year)
    written = reminders(database, version=1)
    assert len(written) == 2
    assert all(says(reply.text, year) for reply in written)
    values = [reply.facts.values for reply in written if reply.facts]
    assert all(says(f"{one['papers']} {one['fee']}", year) for one in values)


@pytest.mark.parametrize(
    ("day", "then", "year"), [(LAST, FIRST, AFTER), (FIRST, LAST, BEFORE)], ids=["on", "back"]
)
def test_a_visit_moved_across_the_new_year_has_the_fee_and_papers_of_its_new_day(
    an: Person, database: Database, day: date, then: date, year: tuple[str, str]
) -> None:
    code = code_of(book(an, day))
    heard = an.presses(f"mtime:{code}:{slot_id('mau-a', then, 8)}")
    assert says(heard.text, year)
    assert says(event(heard), year)
    written = reminders(database, version=2)
    assert written
    assert all(says(reply.text, year) for reply in written)


def test_who_agrees_to_reminders_afterwards_is_reminded_of_that_day_too(
    an: Person, database: Database
) -> None:
    heard = an.presses(f"time:the:{slot_id('mau-a', FIRST, 8)}")
    heard = an.presses(next(d for d in heard.buttons.values() if d.startswith("code:")))
    an.presses(next(d for d in heard.buttons.values() if d.endswith(":0")))
    an.presses("agree:reminders")
    assert all(says(reply.text, AFTER) for reply in reminders(database, version=1))


@pytest.mark.parametrize(("day", "year"), [(LAST, BEFORE), (FIRST, AFTER)])
def test_a_place_that_is_offered_has_the_fee_and_papers_of_its_day(
    an: Person, database: Database, clock: Clock, year: tuple[str, str], day: date, tmp_path: Path
) -> None:
    code = code_of(book(an, day))
    matcher = Matcher.build(entries.load(tmp_path), Thresholds())
    with database.transaction() as tx:
        binh = Address("telegram", "binh")
        conversations.take(tx, binh, clock())
        waiting_list.join(
            tx,
            id="w",
            service="the",
            office="",
            person=binh,
            holder="telegram:binh",
            now=clock(),
            until=clock() + timedelta(days=30),
        )
    an.presses(f"visit:drop:{code}")
    ids = Ids()
    with database.transaction() as tx:
        keep(tx, town.SETTINGS, clock(), lambda: ids.new(clock()), lambda: matcher)
    (row,) = rows(database, "SELECT reply FROM outbox WHERE kind = 'offer'")
    assert says(Reply.from_json(unpack(row["reply"])).text, year)


def test_what_is_asked_today_is_answered_for_today(an: Person) -> None:
    assert "25.000" in an.presses("ask:le-phi").text
