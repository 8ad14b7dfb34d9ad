"""A process that books on a real database, and kills itself at a point of the work.

It reads orders, one line of JSON each, and answers "done" or "killed". Every order runs in a fork,
which opens the database for itself, so that only the first costs a start. No code of the service
knows of the points: a transaction that counts its statements is put around the real one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import bot.store.database.postgres  # noqa: F401 - here, and not in every fork
from bot.booking import wards as places
from bot.faq import entries
from bot.faq.matching.matcher import Matcher, Thresholds
from bot.store.database import Database, Row, Transaction, open_database
from tests.faults.acts import ACTS, NOW, World
from tests.support import town
from tests.support.paths import FAQ, PROJECT

T = TypeVar("T")
# Between two transactions, as the engine's own code begins and ends them.
ANEW = {"sqlite": ("COMMIT", "BEGIN IMMEDIATE", "SAVEPOINT whole"), "postgres": ("COMMIT", "BEGIN")}


# --- dying ---------------------------------------------------------------------------------------


@dataclass
class Steps:
    """Counts the points that the work passes, and dies at the `die_at`-th (0: never)."""

    die_at: int
    names: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingTransaction:
    """After each statement it does *anew*, if anything, and then has no savepoints either."""

    def __init__(self, tx: Transaction, step: Steps, anew: tuple[str, ...]) -> None:
        self._tx, self._step, self._anew = tx, step, anew

    def rows(self, sql: str, **values: Any) -> list[Row]:
        self._step("before " + " ".join(sql.split()[:3]))
        found = self._tx.rows(sql, **values)
        for statement in self._anew:
            self._tx.rows(statement)
        return found

    @contextmanager
    def atomic(self) -> Iterator[None]:
        with nullcontext() if self._anew else self._tx.atomic():
            yield
            self._step("before RELEASE")


class DyingDatabase:
    """Each piece of work is a transaction of its own, which may end in the middle. *apart*: every
    statement is committed by itself, as code without transactions would do."""

    def __init__(self, inner: Database, step: Steps, *, apart: bool) -> None:
        self._inner, self._step = inner, step
        self._anew = ANEW["postgres" if inner.shared else "sqlite"] if apart else ()

    async def run(self, work: Callable[[Transaction], T]) -> T:
        with self.transaction() as tx:
            result = work(tx)
        self._step("after COMMIT, before the answer")
        return result

    @contextmanager
    def transaction(self) -> Iterator[DyingTransaction]:
        with self._inner.transaction() as tx:
            yield DyingTransaction(tx, self._step, self._anew)
            self._step("before COMMIT")


# --- taking orders -------------------------------------------------------------------------------


def run(order: dict[str, Any], matcher: Matcher, wards: places.Wards) -> None:
    """Do the work of an order, or what comes before it; note the points that were passed."""
    act, step = ACTS[order["act"]], Steps(order["die_at"])
    database = open_database(order["address"])
    dying = DyingDatabase(database, step, apart=order["apart"])
    if order["before"]:
        town.build(database)
        act.before(World(dying, database, matcher, wards))
    else:
        act.work(World(dying, database, matcher, wards, NOW + act.later))
    database.close()
    Path(order["points"]).write_text(json.dumps(step.names), encoding="utf-8")


def main() -> None:
    matcher, wards = Matcher.build(entries.load(FAQ), Thresholds()), places.load()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(json.loads(line), matcher, wards)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else "done" if status == 0 else "failed", flush=True)


# --- giving orders -------------------------------------------------------------------------------


@dataclass
class Orders:
    """`orders(address, act, die_at=3)`: the process does it; "done", "killed" or "failed"."""

    process: subprocess.Popen[str]
    file: Path  # where it notes the points

    def __call__(
        self, address: str, act: str, *, die_at: int = 0, before: bool = False, apart: bool = False
    ) -> str:
        what = {"act": act, "die_at": die_at, "before": before, "apart": apart}
        where = {"address": address, "points": str(self.file)}
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps({**where, **what}), file=self.process.stdin, flush=True)
        return self.process.stdout.readline().strip()

    def points(self) -> list[str]:
        """Those that the last order passed that was done."""
        found: list[str] = json.loads(self.file.read_text(encoding="utf-8"))
        return found


@contextmanager
def taking_orders(folder: Path) -> Iterator[Orders]:
    """The process, as long as the block lasts."""
    command = [sys.executable, "-m", "tests.faults.dying"]
    with subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Orders(process, folder / "points")
        assert process.stdin
        process.stdin.close()


if __name__ == "__main__":
    main()
