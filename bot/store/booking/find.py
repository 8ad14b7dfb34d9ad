"""Bookings looked up: by code, person, holder, party or day."""

from __future__ import annotations

from datetime import datetime

from bot.core.messages import Address
from bot.store.booking.model import Booking
from bot.store.database import Transaction
from bot.store.values import stamp

LIVE_OF = """
    SELECT * FROM bookings
    WHERE holder = :holder AND service = :service AND state IN ('held', 'booked', 'arrived')
"""


def live_of(tx: Transaction, holder: str, service: str) -> Booking | None:
    rows = tx.rows(LIVE_OF, holder=holder, service=service)
    return Booking.from_row(rows[0]) if rows else None


# What somebody has booked for themselves on another of their accounts.
LINKED = """
    SELECT b.* FROM links AS mine JOIN links AS other ON other.owner = mine.owner
    JOIN bookings AS b ON b.channel = other.channel AND b.person = other.person
    WHERE mine.channel = :channel AND mine.person = :person
      AND NOT (b.channel = :channel AND b.person = :person)
      AND b.service = :service AND b.state IN ('booked', 'arrived') AND b.holder NOT LIKE '%/%'
    ORDER BY b.starts_at, b.id LIMIT 1
"""


def of_linked(tx: Transaction, person: Address, service: str) -> Booking | None:
    """What *person* has booked for themselves on an account that is linked with this one."""
    rows = tx.rows(LINKED, channel=person.channel, person=person.user, service=service)
    return Booking.from_row(rows[0]) if rows else None


VOUCHED = """
    SELECT id FROM bookings
    WHERE vouched = :vouched AND vouched <> '' AND service = :service AND holder NOT LIKE '%/%'
      AND state IN ('booked', 'arrived') AND NOT (channel = :channel AND person = :person) LIMIT 1
"""


def vouched_elsewhere(tx: Transaction, person: Address, service: str, vouched: str) -> bool:
    """Whether another account than *person*'s has booked, whose platform vouches for the same number
    (its mark is *vouched*, "" for none)."""
    values = {"channel": person.channel, "person": person.user, "service": service}
    return bool(tx.rows(VOUCHED, vouched=vouched, **values))


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


def get(tx: Transaction, id: str) -> Booking | None:
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


HOLDS_OF = """
    SELECT * FROM bookings
    WHERE party = :party AND (state IN ('held', 'expired') OR state = 'cancelled' AND before = 'held')
    ORDER BY member
"""


def holds_of(tx: Transaction, party: str) -> list[Booking]:
    """What was held under *party* and not booked, whether or not its time is over."""
    return [Booking.from_row(row) for row in tx.rows(HOLDS_OF, party=party)]


AT_SLOT = """
    SELECT b.* FROM bookings AS b
    WHERE b.channel = :channel AND b.person = :person AND b.state NOT IN ('held', 'expired', 'moved')
      AND NOT (b.state = 'cancelled' AND b.before = 'held')
      AND EXISTS (SELECT 1 FROM bookings AS here
                  WHERE here.code = b.code AND here.slot = :slot AND here.service = :service
                    AND here.booked_at IS NOT NULL)
    ORDER BY b.starts_at, b.member
"""


def at_slot(tx: Transaction, person: Address, service: str, slot: str) -> list[Booking]:
    """What *person* has ever booked at *slot*, as it is now: it may have been moved since."""
    values = {"channel": person.channel, "person": person.user}
    rows = tx.rows(AT_SLOT, slot=slot, service=service, **values)
    return [Booking.from_row(row) for row in rows]


TAKEN_BACK = """
    SELECT count(*) AS n FROM bookings
    WHERE code = :code AND version < :version AND before = 'cancelled'
"""


def times_taken_back(tx: Transaction, booking: Booking) -> int:
    """How often this booking was cancelled and taken back, up to its version."""
    values = {"code": booking.code, "version": booking.version}
    return int(tx.rows(TAKEN_BACK, **values)[0]["n"])


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
