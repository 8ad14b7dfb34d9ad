"""What becomes of a visit: they say that they come, they came, were served, their account works."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.clock import local
from bot.core.messages import Address
from bot.store.booking.find import by_code
from bot.store.booking.ledger import note
from bot.store.booking.model import Booking, State
from bot.store.database import Transaction
from bot.store.values import stamp

# Who did not come may have booked anew: then the old visit cannot come alive again. Nobody comes to, is
# served at or fails to come to a visit that lies ahead.
MARK = """
    UPDATE bookings SET before = state, state = :state, changed_at = :now
    WHERE id = :id AND state = :expected
      AND (:state = 'booked' OR starts_at < :tomorrow)
      AND (:state <> 'no_show' OR starts_at <= :now)
      AND (:state IN ('served', 'no_show') OR NOT EXISTS (
          SELECT 1 FROM bookings AS other
          WHERE other.holder = bookings.holder AND other.service = bookings.service
            AND other.id <> bookings.id AND other.state IN ('held', 'booked', 'arrived')))
      AND (:state IN ('served', 'no_show') OR bookings.holder LIKE '%/%' OR NOT EXISTS (
          SELECT 1 FROM bookings AS other
          WHERE other.vouched = bookings.vouched AND other.vouched <> ''
            AND other.service = bookings.service AND other.holder NOT LIKE '%/%'
            AND other.id <> bookings.id AND other.state IN ('booked', 'arrived')))
    RETURNING *
"""
DAY = timedelta(days=1)
MARKS = frozenset({State.BOOKED, State.ARRIVED, State.SERVED, State.NO_SHOW})


def mark(
    tx: Transaction, code: str, expected: State, state: State, now: datetime, actor: str
) -> Booking | None:
    """What an officer says of a visit: one of `MARKS`. None when it is not *expected* any more
    (another officer was first), when the person has another live booking by now, or when that
    cannot be said yet (see `said_from`)."""
    if not {expected, state} <= MARKS:
        raise ValueError(f"{expected} -> {state} is not for officers to say")
    newest = by_code(tx, code)
    if newest is None:
        return None
    values = {"id": newest.id, "expected": expected.value, "state": state.value}
    tomorrow = _midnight(now) + DAY
    for row in tx.rows(MARK, now=stamp(now), tomorrow=stamp(tomorrow), **values):
        marked = Booking.from_row(row)
        note(tx, marked, now, actor)
        return marked
    return None


def said_from(starts_at: datetime, state: State) -> datetime | None:
    """When *state* can first be said of a visit at *starts_at*: that somebody came or was served, on
    its own day in Vietnam, also before its hour; that they did not come, from its hour on. What is put
    right later is no matter. None: at any time."""
    if state is State.NO_SHOW:
        return starts_at
    return None if state is State.BOOKED else _midnight(starts_at)


def _midnight(moment: datetime) -> datetime:
    """When the day of *moment* began in Vietnam."""
    return local(moment).replace(hour=0, minute=0, second=0, microsecond=0)


UNFINISHED = """
    SELECT * FROM bookings WHERE state IN ('booked', 'arrived') AND starts_at < :before
    ORDER BY starts_at, id LIMIT 100
"""


def unfinished(tx: Transaction, before: datetime) -> list[Booking]:
    """Visits that began before *before* and of which nobody has said how they ended: 100 at most."""
    return [Booking.from_row(row) for row in tx.rows(UNFINISHED, before=stamp(before))]


COMING = """
    UPDATE bookings SET answer = 'coming', changed_at = :now
    WHERE code = :code AND state = 'booked' RETURNING *
"""


def coming(tx: Transaction, code: str, now: datetime) -> Booking | None:
    """They say that they will come; None when nothing is booked under *code*."""
    rows = tx.rows(COMING, code=code, now=stamp(now))
    return Booking.from_row(rows[0]) if rows else None


ACTIVATED = """
    UPDATE bookings SET activated_at = :now, changed_at = :now
    WHERE code = :code AND state = 'served' AND activated_at IS NULL RETURNING *
"""


def activated(tx: Transaction, code: str, now: datetime) -> Booking | None:
    """Their account works; None when that was known, or they were never served."""
    rows = tx.rows(ACTIVATED, code=code, now=stamp(now))
    return Booking.from_row(rows[0]) if rows else None


NOT_ACTIVATED = """
    SELECT * FROM bookings
    WHERE channel = :channel AND person = :person AND state = 'served' AND activated_at IS NULL
      AND EXISTS (SELECT 1 FROM outbox AS o
                  WHERE o.code = bookings.code AND o.kind LIKE 'activate%' AND o.state = 'due')
    ORDER BY starts_at DESC, id LIMIT 5
"""


def not_activated(tx: Transaction, person: Address) -> list[Booking]:
    """Visits whose account *person* will still be asked about, newest first."""
    rows = tx.rows(NOT_ACTIVATED, channel=person.channel, person=person.user)
    return [Booking.from_row(row) for row in rows]
