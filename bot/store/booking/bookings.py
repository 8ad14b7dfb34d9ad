"""Bookings: held, booked, moved, cancelled. The schema refuses what must not be.

held ──► booked ──► arrived ──► served          booked | cancelled ──► moved (and a new row, booked)
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

from bot.core.messages import Address
from bot.store.booking import fair_shares, holds, slot_seats
from bot.store.booking.attendance import (
    MARKS,
    activated,
    coming,
    mark,
    not_activated,
    said_from,
    unfinished,
)
from bot.store.booking.find import (
    at_slot,
    by_code,
    get,
    held,
    holds_of,
    live,
    live_of,
    of_day,
    of_party,
    times_taken_back,
)
from bot.store.booking.holds import confirm, drop, expire, hold, set_name
from bot.store.booking.ledger import insert, last_event, note, walk_in
from bot.store.booking.model import (
    AlreadyBooked,
    BookedElsewhere,
    Booking,
    HoldEnded,
    NotBooked,
    State,
    code_of,
)
from bot.store.booking.slot_seats import SlotFull
from bot.store.database import Transaction
from bot.store.values import stamp

__all__ = [
    "MARKS",
    "AlreadyBooked",
    "BookedElsewhere",
    "Booking",
    "HoldEnded",
    "NotBooked",
    "SlotFull",
    "State",
    "activated",
    "at_slot",
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
    "holds_of",
    "last_event",
    "live",
    "live_of",
    "mark",
    "move",
    "not_activated",
    "of_day",
    "of_party",
    "said_from",
    "seat",
    "set_name",
    "take_back",
    "times_taken_back",
    "unfinished",
    "walk_in",
]


def seat(
    tx: Transaction,
    *,
    id: str,
    service: str,
    place: slot_seats.Seat,
    person: Address,
    holder: str,
    vouched: str,
    now: datetime,
) -> Booking:
    """Book a place that is already set aside for this person, who lets go of what they held.
    Raises `AlreadyBooked` or `BookedElsewhere`. Wrap it in a savepoint."""
    holds.refuse_second(tx, person, service, vouched)
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
        vouched=vouched,
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
            slot_seats.give_back(tx, cancelled.id, cancelled.slot, now, release_at)
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
    asker: fair_shares.Asker | None = None,
) -> Booking:
    """Put a booking to another hour: never none, never two. The new row has the same code and the
    next version. A place kept for the elderly and the disabled is only for who had one before.
    *asker*: nothing vouches for who moves it. Raises `NotBooked` or `SlotFull` (`NoShare`), and then
    nothing has changed."""
    with tx.atomic():
        if asker:
            fair_shares.lock(tx, slot)
        rows = tx.rows(LEAVE, code=code, now=stamp(now))
        if not rows:
            raise NotBooked
        old = Booking.from_row(rows[0])
        (place,) = slot_seats.take(tx, slot, 1, priority=slot_seats.is_priority(tx, old.slot))
        if asker:
            fair_shares.admit(tx, asker, (place,))
        new = _next_version(tx, old, place, now, actor, new_id())
        slot_seats.give_back(tx, old.id, old.slot, now, release_at)
        return new


# The newest row of a code, as nothing follows on 'cancelled' but this. A hold that was dropped was
# never booked.
TAKE_BACK = """
    UPDATE bookings SET before = state, state = 'moved', changed_at = :now
    WHERE code = :code AND state = 'cancelled' AND before = 'booked' AND starts_at > :now
    RETURNING *
"""


def take_back(
    tx: Transaction,
    code: str,
    now: datetime,
    actor: str,
    new_id: Callable[[], str],
    asker: fair_shares.Asker | None = None,
) -> Booking:
    """Book again what was cancelled, at the same hour: the same code, the next version. Raises
    `NotBooked`, `SlotFull` (`NoShare`), `AlreadyBooked` or `BookedElsewhere`, and then nothing has
    changed.

    Until the place has gone to somebody it is the giver's first: only an offer that is open goes
    before. What they hold for the same person meanwhile is let go.
    """
    with tx.atomic():
        rows = tx.rows(TAKE_BACK, code=code, now=stamp(now))
        if not rows:
            raise NotBooked
        old = Booking.from_row(rows[0])
        holds.expire_near(tx, old.slot, old.address, now)
        here = held(tx, old.address, now)
        if any((one.holder, one.service) == (old.holder, old.service) for one in here):
            holds.let_go(tx, here, now)
        if not holds.of_kin(old.holder):
            holds.refuse_second(tx, old.address, old.service, old.vouched)
        place = _given_back(tx, old) or _another(tx, old, asker)
        return _next_version(tx, old, place, now, actor, new_id())


def _given_back(tx: Transaction, old: Booking) -> slot_seats.Seat | None:
    """The place that *old* gave back, while it is nobody else's."""
    found = slot_seats.take_back(tx, old.id)
    return slot_seats.Seat(old.slot, old.office, old.starts_at) if found else None


def _another(tx: Transaction, old: Booking, asker: fair_shares.Asker | None) -> slot_seats.Seat:
    """Another place at the same hour as *old*, as anybody may take it."""
    if asker:
        fair_shares.lock(tx, old.slot)
    (place,) = slot_seats.take(tx, old.slot, 1, priority=slot_seats.is_priority(tx, old.slot))
    if asker:
        fair_shares.admit(tx, asker, (place,))
    return place


def _next_version(
    tx: Transaction,
    old: Booking,
    place: slot_seats.Seat,
    now: datetime,
    actor: str,
    id: str,
) -> Booking:
    """*old*, which has just become 'moved', booked at *place* in a row of its own."""
    note(tx, old, now, actor)
    return insert(
        tx,
        id=id,
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
        phone_mark=old.phone_mark,
        vouched=old.vouched,
        actor=actor,
    )
