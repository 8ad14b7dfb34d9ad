"""Whoever sends endless texts, at whatever step: the transaction holds SQL alone, and work grows with the length.

Counted are Python's calls and lines, and calls into C. How long one of those takes is not seen here: the steps of
patterns are counted by tests/security/test_linear.py, time is told by `python -m tests.bench.hostile`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar, cast

import pytest

from bot.booking.wards import Wards
from bot.core.crypto import Vault
from bot.core.messages import Address, Incoming, Kind
from bot.core.text import LONGEST, clean
from bot.dialogue import Dialogue
from bot.faq.matching.matcher import Matcher
from bot.store.database import Database, Transaction
from handlers.turn import Reading
from tests.support import town
from tests.support.endless import AGAIN, STEPS, doors, text
from tests.support.paths import PROJECT
from tests.support.people import Clock, Person

T = TypeVar("T")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SOME = 2000  # characters; half of what is read of a text
MOST = 2.3  # times the work for twice the text
# Reading is done before: nothing of these files runs within the transaction.
READING = (
    *(f"bot/faq/matching/{name}.py" for name in ("ranker", "reader", "readings", "index", "split")),
    *("bot/core/vietnamese.py", "bot/core/privacy.py", "bot/core/text.py"),
)  # fmt: skip


@dataclass
class Watched:
    """A database that notes what runs within its transactions."""

    database: Database
    work: int = 0
    files: set[str] = field(default_factory=set)

    async def run(self, work: Callable[[Transaction], T]) -> T:
        return await self.database.run(lambda tx: self._watch(work, tx))

    def _watch(self, work: Callable[[Transaction], T], tx: Transaction) -> T:
        sys.setprofile(self._note)
        try:
            return work(tx)
        finally:
            sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _: Any) -> None:
        self.work += event in ("call", "c_call")
        file = Path(frame.f_code.co_filename)
        if event == "call" and file.is_relative_to(PROJECT):
            self.files.add(str(file.relative_to(PROJECT)))


@pytest.fixture
def watched(database: Database) -> Watched:
    town.build(database)
    return Watched(database)


@pytest.fixture
def an(
    watched: Watched, matcher: Matcher, wards: Wards, clock: Clock, loop_runner: asyncio.Runner
) -> Person:
    database = cast("Database", watched)
    dialogue = Dialogue(database, town.SETTINGS, lambda: matcher, clock, Vault("made up"), wards)
    return Person(
        lambda incoming: loop_runner.run(dialogue.handle(incoming)), Address("web", "an"), clock
    )


def go_to(an: Person, step: str) -> None:
    for act in STEPS[step]:
        if isinstance(act, str):
            an.says(act)
        else:
            an.presses(act)


def work_of(an: Person, watched: Watched, step: str, said: str) -> int:
    """Calls within the transaction that answers *said* at *step*."""
    go_to(an, step)
    watched.work = 0
    assert an.says(said).replies
    return watched.work


@pytest.mark.parametrize("step", STEPS)
def test_a_transaction_holds_sql_alone_and_no_more_of_it_for_a_longer_text(
    step: str, an: Person, watched: Watched
) -> None:
    number = list(STEPS).index(step)
    for again in AGAIN[number % 3 :: 3]:  # each stands at every third step
        once = work_of(an, watched, step, text("", again, "b", SOME))
        twice = work_of(an, watched, step, text("", again, "b", 2 * SOME - 1))
        assert twice <= MOST * once, again
    assert all((PROJECT / file).exists() for file in READING)
    assert watched.files.isdisjoint(READING)
    assert "bot/dialogue.py" in watched.files  # it was looked at


@pytest.mark.parametrize("step", STEPS)
def test_what_comes_after_the_cut_makes_no_work(step: str, an: Person, watched: Watched) -> None:
    for again in (" ", "và ", "otp ", "phường 12, "):
        whole = work_of(an, watched, step, text("", again, "", LONGEST))
        assert work_of(an, watched, step, text("", again, "", 4 * LONGEST)) <= 1.1 * whole


def lines_of(work: Callable[[], object]) -> int:
    """How many lines of Python *work* runs."""
    count = 0

    def note(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def read(matcher: Matcher, wards: Wards, said: str) -> None:
    incoming = Incoming("1", Address("web", "an"), Kind.TEXT, NOW, clean(said), said[:64])
    Reading.of(incoming, matcher, wards).understood().located()


@pytest.mark.parametrize("again", AGAIN)
def test_reading_twice_the_text_is_at_most_twice_the_work(
    again: str, matcher: Matcher, wards: Wards
) -> None:
    read(
        matcher, wards, text("", again, "z", SOME)
    )  # what its words mean is remembered from here on
    once = lines_of(lambda: read(matcher, wards, text("", again, "b", SOME // 2)))
    twice = lines_of(lambda: read(matcher, wards, text("", again, "b", SOME)))
    assert twice <= MOST * once


@pytest.mark.parametrize("head", ["", "/start ", "/hoi@", "@vneid_bot ", "#vneid:"])
def test_no_door_does_more_than_its_share(head: str) -> None:
    for _, warm in doors(head + "b"):
        warm()  # patterns that are made where they are used are made once
    for again in AGAIN:
        pairs = zip(
            doors(text(head, again, "b", SOME)),
            doors(text(head, again, "b", 2 * SOME)),
            strict=True,
        )
        for (name, once), (_, twice) in pairs:
            assert lines_of(twice) <= MOST * max(lines_of(once), 1), (name, again)
