"""The record of erasures: the code of each receipt, and a keyed hash of the account; never who it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.store.booking import bookings
from bot.store.database import Transaction
from bot.store.values import stamp

RECORD = """
    INSERT INTO erasures (id, code, at, mark) VALUES (:id, :code, :at, :mark)
    ON CONFLICT DO NOTHING RETURNING id
"""
ATTEMPTS = 20


def record(tx: Transaction, marks: Iterable[str], now: datetime, new_id: Callable[[], str]) -> str:
    """Write down that accounts (by their keyed hashes) were erased; returns the receipt's code, which
    stands for all of them."""
    first = ""
    for mark in marks:
        code = _record(tx, mark, now, new_id)
        first = first or code
    return first


def _record(tx: Transaction, mark: str, now: datetime, new_id: Callable[[], str]) -> str:
    for attempt in range(ATTEMPTS):
        id_ = new_id()
        code = bookings.code_of(id_, attempt)
        if tx.rows(RECORD, id=id_, code=code, at=stamp(now), mark=mark):
            return code
    raise RuntimeError("no free code was found")


FIND = "SELECT at FROM erasures WHERE code = :code"


def find(tx: Transaction, code: str) -> str | None:
    """When the erasure of a receipt took place; None when there was none."""
    rows = tx.rows(FIND, code=code)
    return rows[0]["at"] if rows else None


TIMES = "SELECT count(*) AS n FROM erasures WHERE mark = :mark AND at > :since"


def times(tx: Transaction, mark: str, since: datetime) -> int:
    """How often the account of this *mark* was erased since then."""
    return int(tx.rows(TIMES, mark=mark, since=stamp(since))[0]["n"])


# --- again, after a restore ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Erased:
    """One account's erasure, as the list beside the backups keeps it (bot.ops.backup.erased)."""

    at: str
    mark: str
    code: str


RECORDED = "SELECT at, mark, code FROM erasures WHERE at >= :since"


def recorded(tx: Transaction, since: datetime) -> list[Erased]:
    return [Erased(**row) for row in tx.rows(RECORDED, since=stamp(since))]


def note(tx: Transaction, one: Erased, new_id: str) -> None:
    """Record an erasure that another state of the database knew of, unless this one does."""
    tx.rows(RECORD, id=new_id, code=one.code, at=one.at, mark=one.mark)
