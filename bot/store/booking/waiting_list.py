"""The waiting list: a place given back is offered to one person at a time, first come first.

waiting ──offered──► booked            offer: open ──► accepted | declined | expired
   ▲         │
   └─────────┘ declined (another place may suit)      expired: nobody answered, off the list

Offers are never deleted, so the order in which people were asked can be shown afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Address
from bot.store.booking import bookings
from bot.store.booking.bookings import AlreadyBooked, Booking
from bot.store.booking.slot_seats import Seat
from bot.store.database import Row, Transaction
from bot.store.people import phone_owners
from bot.store.values import moment, stamp


@dataclass(frozen=True, slots=True)
class Offer:
    """A place offered to somebody until a moment."""

    id: str
    service: str
    slot: str
    office: str
    starts_at: datetime
    until: datetime
    address: Address

    @classmethod
    def from_row(cls, row: Row) -> Offer:
        return cls(
            id=row["id"],
            service=row["service"],
            slot=row["slot"],
            office=row["slot_office"],
            starts_at=moment(row["starts_at"]),
            until=moment(row["until"]),
            address=Address(row["channel"], row["person"]),
        )


class OfferEnded(Exception):
    """The offer was answered, has expired, or is another person's."""


# Who has found a place and been there since: that wait is over.
SETTLED = """
    UPDATE waiting SET state = 'left'
    WHERE holder = :holder AND service = :service AND state = 'waiting'
      AND EXISTS (SELECT 1 FROM bookings AS b
                  WHERE b.channel = waiting.channel AND b.person = waiting.person
                    AND b.service = waiting.service AND b.holder NOT LIKE '%/%'
                    AND b.state = 'served' AND b.created_at > waiting.at)
"""
JOIN = """
    INSERT INTO waiting (id, service, office, channel, person, holder, at, until, state)
    VALUES (:id, :service, :office, :channel, :person, :holder, :at, :until, 'waiting')
    ON CONFLICT DO NOTHING RETURNING id
"""


def join(
    tx: Transaction,
    *,
    id: str,
    service: str,
    office: str,
    person: Address,
    holder: str,
    now: datetime,
    until: datetime,
) -> bool:
    """Wait for a place at *office* ("" for anywhere); False when they wait for it already."""
    tx.rows(SETTLED, holder=holder, service=service)
    rows = tx.rows(
        JOIN,
        id=id,
        service=service,
        office=office,
        channel=person.channel,
        person=person.user,
        holder=holder,
        at=stamp(now),
        until=stamp(until),
    )
    return bool(rows)


LEAVE = """
    UPDATE waiting SET state = 'left'
    WHERE channel = :channel AND person = :person AND service = :service
      AND state IN ('waiting', 'offered') RETURNING id
"""
WITHDRAW = """
    UPDATE offers SET state = 'declined' WHERE waiting = :waiting AND state = 'open'
    RETURNING returned
"""


def leave(tx: Transaction, person: Address, service: str) -> bool:
    """Wait no more; an open offer passes on. False when they did not wait."""
    with tx.atomic():
        rows = tx.rows(LEAVE, channel=person.channel, person=person.user, service=service)
        for row in rows:
            for offer in tx.rows(WITHDRAW, waiting=row["id"]):
                tx.rows(BACK, id=offer["returned"])
    return bool(rows)


# --- offering ------------------------------------------------------------------------------------

MOST_PASSED = 5  # addresses whose accounts are passed over for a place
NOBODY = "-"  # no origin

# Places given back whose hour is still ahead, the oldest first.
COME_BACK = """
    SELECT r.id, r.slot, s.office, s.starts_at, s.pool FROM returned AS r
    JOIN slots AS s ON s.id = r.slot
    WHERE r.state = 'back' AND s.open = 1 AND s.pool = 'all' AND s.starts_at > :after
    ORDER BY r.at, r.id
"""


def come_back(tx: Transaction, after: datetime) -> list[Row]:
    """Places that may be offered: id, slot, office, starts_at. Not those kept for the elderly and
    disabled: who waits has not said that they are."""
    return tx.rows(COME_BACK, after=stamp(after))


# The first in the line whom this very place was not offered to before, and who can use it: who
# has booked meanwhile has a place (a holder with "/": a relative's).
FIRST = """
    SELECT w.*, COALESCE(f.origin, '') AS origin FROM waiting AS w
    JOIN people AS p ON p.channel = w.channel AND p.person = w.person AND p.reachable = 1
    LEFT JOIN origins AS f ON f.party = w.id
    WHERE w.state = 'waiting' AND w.service = :service AND w.until > :now
      AND NOT (w.channel = 'web' AND COALESCE(f.origin, '') IN (:none1, :none2, :none3, :none4, :none5)
               AND NOT EXISTS (SELECT 1 FROM links AS mine
                               JOIN links AS other ON other.owner = mine.owner
                               WHERE mine.channel = w.channel AND mine.person = w.person
                                 AND other.channel <> 'web'))
      AND w.office IN ('', :office)
      AND NOT EXISTS (SELECT 1 FROM offers AS o WHERE o.waiting = w.id AND o.returned = :returned)
      AND NOT EXISTS (SELECT 1 FROM bookings AS b
                      WHERE b.channel = w.channel AND b.person = w.person
                        AND b.service = w.service AND b.holder NOT LIKE '%/%'
                        AND (b.state IN ('held', 'booked', 'arrived')
                             OR (b.state = 'served' AND b.created_at > w.at)))
    ORDER BY w.at, w.id LIMIT 1
"""


def first(
    tx: Transaction,
    returned: Row,
    services: Iterable[str],
    now: datetime,
    but: Sequence[str] = (),
) -> Row | None:
    """Who is asked first about a place where *services* are offered: whoever waits longest, but for
    accounts that nothing vouches for at the first `MOST_PASSED` origins of *but*."""
    place = {"returned": returned["id"], "office": returned["office"], "now": stamp(now)}
    passed = (*but, *[NOBODY] * MOST_PASSED)[:MOST_PASSED]
    place |= {f"none{number}": origin for number, origin in enumerate(passed, 1)}
    heads = [row for service in services for row in tx.rows(FIRST, service=service, **place)]
    return min(heads, key=lambda row: (row["at"], row["id"]), default=None)


SET_ASIDE = """
    UPDATE returned SET state = 'offered', origin = CASE WHEN :origin <> '' THEN :origin ELSE origin END
    WHERE id = :id AND state = 'back' RETURNING id
"""
ASKED = "UPDATE waiting SET state = 'offered' WHERE id = :id AND state = 'waiting' RETURNING id"
WRITE = """
    INSERT INTO offers (id, waiting, returned, slot, at, until, state)
    VALUES (:id, :waiting, :returned, :slot, :at, :until, 'open')
"""


def offer(
    tx: Transaction,
    id: str,
    returned: Row,
    waiting: Row,
    now: datetime,
    until: datetime,
) -> Offer | None:
    """Set the place aside for this person; None when either was taken meanwhile."""
    with tx.atomic():
        if not tx.rows(SET_ASIDE, id=returned["id"], origin=waiting["origin"]):
            return None
        if not tx.rows(ASKED, id=waiting["id"]):
            tx.rows(BACK, id=returned["id"])
            return None
        tx.rows(
            WRITE,
            id=id,
            waiting=waiting["id"],
            returned=returned["id"],
            slot=returned["slot"],
            at=stamp(now),
            until=stamp(until),
        )
    return Offer(
        id=id,
        service=waiting["service"],
        slot=returned["slot"],
        office=returned["office"],
        starts_at=moment(returned["starts_at"]),
        until=until,
        address=Address(waiting["channel"], waiting["person"]),
    )


# --- answering -----------------------------------------------------------------------------------

OPEN = """
    SELECT o.*, w.service, w.channel, w.person, w.holder, s.starts_at,
           s.office AS slot_office
    FROM offers AS o JOIN waiting AS w ON w.id = o.waiting JOIN slots AS s ON s.id = o.slot
    WHERE o.id = :id AND o.state = 'open' AND o.until > :now AND s.open = 1 AND s.pool = 'all'
      AND w.channel = :channel AND w.person = :person
"""
ANSWERED = "UPDATE offers SET state = :state WHERE id = :id AND state = 'open' RETURNING id"
AFTERWARDS = "UPDATE waiting SET state = :state WHERE id = :id AND state = 'offered'"
BACK = "UPDATE returned SET state = 'back' WHERE id = :id AND state = 'offered'"
TAKEN = "UPDATE returned SET state = 'taken', origin = '' WHERE id = :id AND state = 'offered'"


def _find(tx: Transaction, id: str, person: Address, now: datetime) -> Row:
    rows = tx.rows(OPEN, id=id, channel=person.channel, person=person.user, now=stamp(now))
    if not rows:
        raise OfferEnded
    return rows[0]


def accept(
    tx: Transaction,
    id: str,
    person: Address,
    now: datetime,
    booking_id: str,
) -> Booking:
    """Book the place that was offered. Raises `OfferEnded`, `AlreadyBooked` or `BookedElsewhere`, and
    then nothing has changed."""
    row = _find(tx, id, person, now)
    if own := _own(tx, row):
        raise AlreadyBooked(own)
    with tx.atomic():
        if not tx.rows(ANSWERED, id=id, state="accepted"):
            raise OfferEnded
        tx.rows(AFTERWARDS, id=row["waiting"], state="booked")
        tx.rows(TAKEN, id=row["returned"])
        return bookings.seat(
            tx,
            id=booking_id,
            service=row["service"],
            place=Seat(row["slot"], row["slot_office"], moment(row["starts_at"])),
            person=person,
            holder=row["holder"],
            vouched=phone_owners.mark_of(tx, person),
            now=now,
        )


OWN = """
    SELECT * FROM bookings
    WHERE channel = :channel AND person = :person AND service = :service
      AND state IN ('booked', 'arrived') AND holder NOT LIKE '%/%'
"""


def _own(tx: Transaction, offer: Row) -> Booking | None:
    """What the account has booked for its own person meanwhile."""
    values = {name: offer[name] for name in ("channel", "person", "service")}
    rows = tx.rows(OWN, **values)
    return Booking.from_row(rows[0]) if rows else None


def decline(tx: Transaction, id: str, person: Address, now: datetime) -> str:
    """This place does not suit: it passes on, and they go on waiting. Returns the service; raises
    `OfferEnded`."""
    row = _find(tx, id, person, now)
    with tx.atomic():
        if not tx.rows(ANSWERED, id=id, state="declined"):
            raise OfferEnded
        tx.rows(AFTERWARDS, id=row["waiting"], state="waiting")
        tx.rows(BACK, id=row["returned"])
    return str(row["service"])


OVERDUE = "SELECT * FROM offers WHERE state = 'open' AND until <= :now"
TOO_LATE = "UPDATE waiting SET state = 'expired' WHERE state = 'waiting' AND until <= :now"


def expire(tx: Transaction, now: datetime) -> int:
    """Pass on what nobody answered in time; who did not answer is off the list."""
    rows = tx.rows(OVERDUE, now=stamp(now))
    for row in rows:
        if tx.rows(ANSWERED, id=row["id"], state="expired"):
            tx.rows(AFTERWARDS, id=row["waiting"], state="expired")
            tx.rows(BACK, id=row["returned"])
    tx.rows(TOO_LATE, now=stamp(now))
    return len(rows)
