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


# The one guard of the places kept for the elderly and the disabled: whatever a button says, who did not
# ask for such a place gets none.
TAKE = """
    UPDATE slots SET booked = booked + 1
    WHERE id = :slot AND open = 1 AND booked < capacity AND (pool = 'all' OR :priority = 1)
    RETURNING *
"""
IS_PRIORITY = "SELECT 1 FROM slots WHERE id = :slot AND pool = 'priority'"
NEXT = """
    SELECT next.* FROM slots AS this
    JOIN slots AS next ON next.office = this.office AND next.pool = this.pool
                      AND next.starts_at = this.ends_at
    WHERE this.id = :slot
"""


def is_priority(tx: Transaction, slot: str) -> bool:
    """Whether *slot* is kept for the elderly and the disabled."""
    return bool(tx.rows(IS_PRIORITY, slot=slot))


def take(
    tx: Transaction,
    slot: str,
    count: int,
    clear: Callable[[str], None] = lambda slot: None,
    *,
    priority: bool = False,
) -> list[Seat]:
    """Take *count* places one after the other from *slot* on: when it is full, from the slot that
    begins where it ends. All or none, and nobody waits for the others over an hour that is full:
    raises `SlotFull`. Wrap it in a savepoint. *clear* frees what is free in a slot that is asked.
    *priority*: also places that are kept for the elderly and the disabled."""
    taken: list[Seat] = []
    here = slot
    while len(taken) < count:
        clear(here)
        found = _take_some(tx, here, count - len(taken), priority)
        if not found:
            raise SlotFull
        taken += found
        if len(taken) < count:
            here = _following(tx, here)
    return taken


def _take_some(tx: Transaction, slot: str, most: int, priority: bool) -> list[Seat]:
    """Up to *most* places of one slot."""
    taken: list[Seat] = []
    while len(taken) < most and (rows := tx.rows(TAKE, slot=slot, priority=int(priority))):
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


# A place beyond a lowered capacity goes with whoever leaves it.
FREE = """
    UPDATE slots SET booked = booked - 1,
                     capacity = CASE WHEN capacity > lowered_to THEN capacity - 1 ELSE capacity END
    WHERE id = :slot AND booked > 0
"""


def free(tx: Transaction, slot: str) -> None:
    """Give a place back for anybody, at once; where fewer are to be served than are booked, it is
    no place any more."""
    tx.rows(FREE, slot=slot)


SHRINK = """
    UPDATE slots SET booked = booked - 1, capacity = capacity - 1
    WHERE id = :slot AND booked > 0 AND capacity > lowered_to RETURNING id
"""
GIVE_BACK = """
    INSERT INTO returned (id, slot, at, release_at, state, origin)
    VALUES (:id, :slot, :at, :release_at, :state, COALESCE((
        SELECT o.origin FROM origins AS o JOIN bookings AS b ON b.party = o.party
        WHERE b.id = :id AND :state = 'back'), ''))
"""


def give_back(
    tx: Transaction,
    id: str,
    slot: str,
    now: datetime,
    release_at: datetime,
) -> None:
    """Give a place back that stays taken until *release_at*: those who wait come first, and nobody
    can pass a place on to a buyer by cancelling at an agreed second. One beyond a lowered capacity
    is gone at once, for those who wait too."""
    state = "released" if tx.rows(SHRINK, slot=slot) else "back"
    times = {"at": stamp(now), "release_at": stamp(release_at)}
    tx.rows(GIVE_BACK, id=id, slot=slot, state=state, **times)


BEYOND = """
    SELECT r.id, r.slot FROM returned AS r JOIN slots AS s ON s.id = r.slot
    WHERE r.state = 'back' AND s.capacity > s.lowered_to ORDER BY r.at DESC, r.id DESC
"""
GONE = """
    UPDATE returned SET state = 'released', origin = '' WHERE id = :id AND state = 'back' RETURNING id
"""
STILL_BACK = "UPDATE returned SET state = 'back' WHERE id = :id"


def shed(tx: Transaction) -> int:
    """Take away places that had been given back when the capacity was lowered, or came back from
    an offer since; returns how many. To be done before those who wait are asked."""
    shed = 0
    for row in tx.rows(BEYOND):
        with tx.atomic():
            if not tx.rows(GONE, id=row["id"]):
                continue
            if tx.rows(SHRINK, slot=row["slot"]):
                shed += 1
            else:
                tx.rows(STILL_BACK, id=row["id"])
    return shed


# Not while it is offered to somebody, nor when the hour has left the calendar.
KEEP = """
    UPDATE returned SET state = 'released', origin = ''
    WHERE id = :id AND state = 'back'
      AND EXISTS (SELECT 1 FROM slots AS s WHERE s.id = returned.slot AND s.open = 1)
    RETURNING id
"""


def take_back(tx: Transaction, id: str) -> bool:
    """Keep the place that was given back under *id*, which nobody else has got since; False when
    somebody has, or is being asked."""
    return bool(tx.rows(KEEP, id=id))


RELEASE = """
    UPDATE returned SET state = 'released', origin = ''
    WHERE state = 'back' AND release_at <= :now RETURNING slot
"""


def release(tx: Transaction, now: datetime) -> int:
    """Free the places whose time has come; returns how many. Those who wait are asked before."""
    rows = tx.rows(RELEASE, now=stamp(now))
    for row in rows:
        free(tx, row["slot"])
    return len(rows)
