"""kill -9 between any two statements of a booking: after it, all of the work is done or nothing.

Each act is killed before each of its statements, before its commit, and after it before anybody
heard of it. Then the service starts again on the file, and the platform sends the update again.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest

from bot.store.database import Row, SqliteDatabase
from tests.bookings import wrong
from tests.conftest import PROJECT
from tests.faults.dying import ACTS

Order: TypeAlias = Callable[..., str]
AFTER = "after COMMIT, before the answer"
# What a person, an officer or a courier could see of the file; ids are new in every run.
PICTURE = (
    "SELECT id, booked FROM slots WHERE booked > 0 ORDER BY id",
    """SELECT slot, channel, person, member, holder, name, version, before, state FROM bookings
       ORDER BY slot, person, member, version""",
    "SELECT what, actor, count(*) FROM booking_events GROUP BY what, actor ORDER BY what, actor",
    "SELECT slot, release_at, state FROM returned ORDER BY slot, at",
    "SELECT person, service, office, state FROM waiting ORDER BY person",
    """SELECT w.person, o.slot, o.until, o.state FROM offers AS o
       JOIN waiting AS w ON w.id = o.waiting ORDER BY o.at, w.person""",
    "SELECT channel, person, kind, due_at, count(*) FROM outbox GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    "SELECT person, purpose, given FROM consents ORDER BY person, purpose, at",
    "SELECT count(*) FROM incoming",
)


@pytest.fixture(scope="module")
def order() -> Iterator[Order]:
    """`order(file, act, die_at=3)`: another process does it; "done", "killed" or "failed"."""
    command = [sys.executable, "-m", "tests.faults.dying"]
    with subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin
        assert child.stdout

        def send(
            file: Path, act: str, *, die_at: int = 0, before: bool = False, apart: bool = False
        ) -> str:
            what = {"act": act, "die_at": die_at, "before": before, "apart": apart}
            print(json.dumps({"file": str(file), **what}), file=child.stdin, flush=True)
            return child.stdout.readline().strip()

        yield send
        child.stdin.close()


def picture(file: Path) -> list[list[Row]]:
    """What is in the file when the service starts again on it; no rule may be broken."""
    with closing(SqliteDatabase(file)) as database, database.transaction() as tx:
        assert tx.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        assert tx.rows("PRAGMA foreign_key_check") == []
        assert wrong(tx) == {}
        return [tx.rows(sql) for sql in PICTURE]


@dataclass(frozen=True)
class Work:
    """The file before an act and after it, and the points that the act passes."""

    before: Path
    after: Path
    points: list[str]


@pytest.fixture(scope="module")
def work(order: Order, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Work]:
    @cache
    def prepare(act: str) -> Work:
        folder = tmp_path_factory.mktemp("work")
        before, after = folder / "before.db", folder / "after.db"
        assert order(before, act, before=True) == "done"
        shutil.copy(before, after)
        assert order(after, act) == "done"
        passed = json.loads(after.with_suffix(".points").read_text(encoding="utf-8"))
        return Work(before, after, passed)

    return prepare


@pytest.mark.parametrize("act", ACTS)
def test_killed_anywhere_it_is_done_wholly_or_not_at_all(
    order: Order, work: Callable[[str], Work], tmp_path: Path, act: str
) -> None:
    whole = work(act)
    before, after = picture(whole.before), picture(whole.after)
    assert before != after
    for number, name in enumerate(whole.points, 1):
        torn = tmp_path / f"{number}.db"
        shutil.copy(whole.before, torn)
        assert order(torn, act, die_at=number) == "killed", name
        assert picture(torn) == (after if name == AFTER else before), f"killed {name}"
        assert order(torn, act) == "done", name
        assert picture(torn) == after, f"killed {name}, then sent again"


def test_the_points_are_many(work: Callable[[str], Work]) -> None:
    counts = {act: len(work(act).points) for act in ACTS}
    assert min(counts.values()) >= 5
    assert sum(counts.values()) >= 150


def test_without_a_transaction_the_same_kills_break_the_rules(
    order: Order, work: Callable[[str], Work], tmp_path: Path
) -> None:
    """The control: each statement commits by itself, and the rules above find it."""
    whole = work("move")
    broken = 0
    for number in range(1, len(whole.points)):
        torn = tmp_path / f"{number}.db"
        shutil.copy(whole.before, torn)
        assert order(torn, "move", die_at=number, apart=True) == "killed"
        with closing(SqliteDatabase(torn)) as database, database.transaction() as tx:
            broken += bool(wrong(tx))
    assert broken >= 3
