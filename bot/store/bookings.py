"""Bookings: held, booked, moved, cancelled. The schema refuses what must not be.

held ──► booked ──► arrived ──► served          booked ──► moved (and a new row, booked)
  │        ├──► cancelled   └──► no_show ◄── booked
  └──► expired | cancelled

Every statement that changes a state is guarded by the state it expects, writes the state it came
from beside the new one (a foreign key to `legal_moves` refuses the rest), and leaves an event.

The values are in `booking`, holding in `holds`, new rows and events in `ledger`, looking up in `register`,
what becomes of the visit in `attended`; all of it is to be had from here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.messages import Address
from bot.store import holds, seats
from bot.store.attended import MARKS, activated, coming, mark, not_activated, unfinished
from bot.store.booking import AlreadyBooked, Booking, HoldEnded, NotBooked, State, code_of
from bot.store.database import Transaction
from bot.store.holds import confirm, drop, expire, hold, set_name
from bot.store.ledger import insert, last_event, note, walk_in
from bot.store.register import by_code, get, held, live, live_of, of_day, of_party
from bot.store.seats import SlotFull
from bot.store.values import stamp

__all__ = [
    "MARKS",
    "AlreadyBooked",
    "Booking",
    "HoldEnded",
    "NotBooked",
    "SlotFull",
    "State",
    "activated",
    "by_code",
    "cancel",
    "code_of",
    "coming",
    "confirm",
    "drop",
    "expire",
    "get",
    "held",
    "hold",
    "last_event",
    "live",
    "live_of",
    "mark",
    "move",
    "not_activated",
    "of_day",
    "of_party",
    "seat",
    "set_name",
    "unfinished",
    "walk_in",
]


def seat(
    tx: Transaction,
    *,
    id: str,  # noqa: A002 - the column's name
    service: str,
    place: seats.Seat,
    person: Address,
    holder: str,
    now: datetime,
) -> Booking:
    """Book a place that is already set aside for this person, who lets go of what they held.
    Raises `AlreadyBooked`. Wrap it in a savepoint."""
    holds.let_go(tx, held(tx, person, now), now)
    return insert(
        tx,
        id=id,
        party=id,
        member=1,
        service=service,
        place=place,
        person=person,
        holder=holder,
        state=State.BOOKED,
        held_until=None,
        now=now,
    )


CANCEL = """
    UPDATE bookings SET before = state, state = 'cancelled', changed_at = :now
    WHERE code = :code AND state = 'booked' RETURNING *
"""


def cancel(
    tx: Transaction, code: str, now: datetime, release_at: datetime, actor: str
) -> Booking | None:
    """Give a booked place back; None when nothing is booked under *code*.

    The place is offered to those who wait, and is free for all from *release_at* on.
    """
    with tx.atomic():
        for row in tx.rows(CANCEL, code=code, now=stamp(now)):
            cancelled = Booking.from_row(row)
            seats.give_back(tx, cancelled.id, cancelled.slot, now, release_at)
            note(tx, cancelled, now, actor)
            return cancelled
    return None


LEAVE = """
    UPDATE bookings SET before = state, state = 'moved', changed_at = :now
    WHERE code = :code AND state = 'booked' RETURNING *
"""


def move(
    tx: Transaction,
    code: str,
    slot: str,
    now: datetime,
    release_at: datetime,
    actor: str,
    new_id: Callable[[], str],
) -> Booking:
    """Put a booking to another hour: never none, never two. The new row has the same code and the
    next version. Raises `NotBooked` or `SlotFull`, and then nothing has changed."""
    with tx.atomic():
        rows = tx.rows(LEAVE, code=code, now=stamp(now))
        if not rows:
            raise NotBooked
        old = Booking.from_row(rows[0])
        (place,) = seats.take(tx, slot, 1)
        note(tx, old, now, actor)
        new = insert(
            tx,
            id=new_id(),
            party=old.party,
            member=old.member,
            service=old.service,
            place=place,
            person=old.address,
            holder=old.holder,
            state=State.BOOKED,
            held_until=None,
            now=now,
            code=old.code,
            version=old.version + 1,
            name=old.name,
            phone=old.phone,
            actor=actor,
        )
        seats.give_back(tx, old.id, old.slot, now, release_at)
        return new
