"""Bookings looked up: by code, person, holder, party or day."""

from __future__ import annotations

from datetime import datetime

from bot.messages import Address
from bot.store.booking import Booking
from bot.store.database import Transaction
from bot.store.values import stamp

LIVE_OF = """
    SELECT * FROM bookings
    WHERE holder = :holder AND service = :service AND state IN ('held', 'booked', 'arrived')
"""


def live_of(tx: Transaction, holder: str, service: str) -> Booking | None:
    rows = tx.rows(LIVE_OF, holder=holder, service=service)
    return Booking.from_row(rows[0]) if rows else None


LIVE = """
    SELECT * FROM bookings
    WHERE channel = :channel AND person = :person AND state IN ('booked', 'arrived')
    ORDER BY starts_at, member
"""


def live(tx: Transaction, person: Address) -> list[Booking]:
    """What *person* has booked, for whomever, soonest first."""
    return [Booking.from_row(r) for r in tx.rows(LIVE, channel=person.channel, person=person.user)]


HELD = """
    SELECT * FROM bookings
    WHERE channel = :channel AND person = :person AND state = 'held' AND held_until > :now
    ORDER BY member
"""


def held(tx: Transaction, person: Address, now: datetime) -> tuple[Booking, ...]:
    """What is held for *person* now; a hold whose time is over is none."""
    rows = tx.rows(HELD, channel=person.channel, person=person.user, now=stamp(now))
    return tuple(map(Booking.from_row, rows))


BY_CODE = "SELECT * FROM bookings WHERE code = :code ORDER BY version DESC LIMIT 1"


def by_code(tx: Transaction, code: str) -> Booking | None:
    """The newest row of *code*."""
    rows = tx.rows(BY_CODE, code=code)
    return Booking.from_row(rows[0]) if rows else None


BY_ID = "SELECT * FROM bookings WHERE id = :id"


def get(tx: Transaction, id: str) -> Booking | None:  # noqa: A002 - the column's name
    rows = tx.rows(BY_ID, id=id)
    return Booking.from_row(rows[0]) if rows else None


OF_PARTY = """
    SELECT * FROM bookings
    WHERE party = :party AND state NOT IN ('held', 'expired', 'moved')
      AND NOT (state = 'cancelled' AND before = 'held')
    ORDER BY starts_at, member
"""


def of_party(tx: Transaction, party: str) -> list[Booking]:
    """All who were booked together, and what became of them."""
    return [Booking.from_row(row) for row in tx.rows(OF_PARTY, party=party)]


OF_DAY = """
    SELECT * FROM bookings
    WHERE office = :office AND starts_at >= :start AND starts_at < :end
      AND state NOT IN ('held', 'expired', 'moved')
    ORDER BY starts_at, created_at, member
"""


def of_day(tx: Transaction, office: str, start: datetime, end: datetime) -> list[Booking]:
    """Everyone expected at *office* between two moments, and what became of them."""
    rows = tx.rows(OF_DAY, office=office, start=stamp(start), end=stamp(end))
    return [Booking.from_row(row) for row in rows]
