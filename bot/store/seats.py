"""Single places of slots: taken by a guarded statement, given back at once or after a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Row, Transaction
from bot.store.values import moment, stamp


@dataclass(frozen=True, slots=True)
class Seat:
    """One place that was taken."""

    slot: str
    office: str
    starts_at: datetime


class SlotFull(Exception):
    """There are not as many places left as were asked for."""


TAKE = """
    UPDATE slots SET booked = booked + 1
    WHERE id = :slot AND open = 1 AND booked < capacity RETURNING *
"""
NEXT = """
    SELECT next.* FROM slots AS this
    JOIN slots AS next ON next.office = this.office AND next.pool = this.pool
                      AND next.starts_at = this.ends_at
    WHERE this.id = :slot
"""


def take(
    tx: Transaction, slot: str, count: int, clear: Callable[[str], None] = lambda slot: None
) -> list[Seat]:
    """Take *count* places one after the other from *slot* on: when it is full, from the slot that
    begins where it ends. All or none, and nobody waits for the others over an hour that is full:
    raises `SlotFull`. Wrap it in a savepoint. *clear* frees what is free in a slot that is asked."""
    taken: list[Seat] = []
    here = slot
    while len(taken) < count:
        clear(here)
        found = _take_some(tx, here, count - len(taken))
        if not found:
            raise SlotFull
        taken += found
        if len(taken) < count:
            here = _following(tx, here)
    return taken


def _take_some(tx: Transaction, slot: str, most: int) -> list[Seat]:
    """Up to *most* places of one slot."""
    taken: list[Seat] = []
    while len(taken) < most and (rows := tx.rows(TAKE, slot=slot)):
        taken.append(_seat(rows[0]))
    return taken


def _following(tx: Transaction, slot: str) -> str:
    """The slot that begins where *slot* ends; raises `SlotFull` when there is none."""
    rows = tx.rows(NEXT, slot=slot)
    if not rows:
        raise SlotFull
    return str(rows[0]["id"])


def _seat(row: Row) -> Seat:
    return Seat(row["id"], row["office"], moment(row["starts_at"]))


FREE = "UPDATE slots SET booked = booked - 1 WHERE id = :slot AND booked > 0"


def free(tx: Transaction, slot: str) -> None:
    """Give a place back for anybody, at once."""
    tx.rows(FREE, slot=slot)


GIVE_BACK = """
    INSERT INTO returned (id, slot, at, release_at, state)
    VALUES (:id, :slot, :at, :release_at, 'back')
"""


def give_back(
    tx: Transaction,
    id: str,  # noqa: A002 - the column's name
    slot: str,
    now: datetime,
    release_at: datetime,
) -> None:
    """Give a place back that stays taken until *release_at*: those who wait come first, and nobody
    can pass a place on to a buyer by cancelling at an agreed second."""
    tx.rows(GIVE_BACK, id=id, slot=slot, at=stamp(now), release_at=stamp(release_at))


RELEASE = """
    UPDATE returned SET state = 'released'
    WHERE state = 'back' AND release_at <= :now RETURNING slot
"""


def release(tx: Transaction, now: datetime) -> int:
    """Free the places whose time has come; returns how many. Those who wait are asked before."""
    rows = tx.rows(RELEASE, now=stamp(now))
    for row in rows:
        free(tx, row["slot"])
    return len(rows)
