"""Bookings: held, booked, moved, cancelled. The schema refuses what must not be.

held ──► booked ──► arrived ──► served          booked ──► moved (and a new row, booked)
  │        ├──► cancelled   └──► no_show ◄── booked
  └──► expired | cancelled

Every statement that changes a state is guarded by the state it expects, writes the state it came
from beside the new one (a foreign key to `legal_moves` refuses the rest), and leaves an event.

The values are in `booking`, new rows and events in `ledger`, looking up in `register`, what becomes of
the visit in `attended`; all of it is to be had from here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.messages import Address
from bot.store import seats
from bot.store.attended import MARKS, activated, coming, mark, not_activated, unfinished
from bot.store.booking import AlreadyBooked, Booking, HoldEnded, NotBooked, State, code_of
from bot.store.database import Row, Transaction
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

# --- holding -------------------------------------------------------------------------------------


def hold(
    tx: Transaction,
    *,
    slot: str,
    service: str,
    person: Address,
    holders: Sequence[str],
    now: datetime,
    held_until: datetime,
    new_id: Callable[[], str],
) -> tuple[Booking, ...]:
    """Keep one place for each of *holders*, one after the other from *slot* on: all or none.

    A person holds one party at a time: what they held before is given back first. Raises
    `SlotFull` or `AlreadyBooked`, and then nothing has changed.
    """
    with tx.atomic():
        for booking in held(tx, person, now):
            _end(tx, booking, State.CANCELLED, now, "person")
        places = seats.take(
            tx, slot, len(holders), clear=lambda here: _expire_near(tx, here, person, now)
        )
        party = new_id()
        return tuple(
            insert(
                tx,
                id=new_id(),
                party=party,
                member=number,
                service=service,
                place=place,
                person=person,
                holder=holder,
                state=State.HELD,
                held_until=held_until,
                now=now,
            )
            for number, (holder, place) in enumerate(zip(holders, places, strict=True), 1)
        )


def seat(
    tx: Transaction,
    *,
    id: str,  # noqa: A002 - the column's name
    service: str,
    place: seats.Seat,
    person: Address,
    holder: str,
    name: str,
    now: datetime,
) -> Booking:
    """Book a place that is already set aside for this person, who lets go of what they held.
    Raises `AlreadyBooked`. Wrap it in a savepoint."""
    for booking in held(tx, person, now):
        _end(tx, booking, State.CANCELLED, now, "person")
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
        name=name,
    )


NAME = """
    UPDATE bookings SET name = :name, changed_at = :now
    WHERE party = :party AND member = :member AND state = 'held' RETURNING id
"""


def set_name(tx: Transaction, party: str, member: int, name: str, now: datetime) -> bool:
    """Who this place is for; False when it is not held any more."""
    return bool(tx.rows(NAME, party=party, member=member, name=name, now=stamp(now)))


CONFIRM = """
    UPDATE bookings SET before = state, state = 'booked', holder = :holder, phone = :phone,
                        held_until = NULL, booked_at = :now, changed_at = :now
    WHERE id = :id AND state = 'held' AND held_until > :now
      AND NOT EXISTS (SELECT 1 FROM bookings AS other
                      WHERE other.holder = :holder AND other.service = bookings.service
                        AND other.id <> :id AND other.state IN ('held', 'booked', 'arrived'))
    RETURNING *
"""


def confirm(
    tx: Transaction,
    party: str,
    person: Address,
    now: datetime,
    *,
    holders: Sequence[str],
    phone: str,
) -> tuple[Booking, ...]:
    """Book what *person* holds as *party*, now for *holders* (a phone may have been given).

    Raises `HoldEnded` or `AlreadyBooked`, and then nothing has changed.
    """
    mine = [booking for booking in held(tx, person, now) if booking.party == party]
    if not mine:
        raise HoldEnded
    with tx.atomic():
        return tuple(
            _confirm(tx, booking, holder, phone, now)
            for booking, holder in zip(mine, holders, strict=True)
        )


def _confirm(tx: Transaction, booking: Booking, holder: str, phone: str, now: datetime) -> Booking:
    rows = tx.rows(CONFIRM, id=booking.id, holder=holder, phone=phone, now=stamp(now))
    if not rows:
        other = live_of(tx, holder, booking.service)
        if other is None or other.id == booking.id:
            raise HoldEnded
        raise AlreadyBooked(other)
    booked = Booking.from_row(rows[0])
    note(tx, booked, now, "person")
    return booked


def drop(tx: Transaction, party: str, person: Address, now: datetime) -> bool:
    """Give back what *person* holds as *party*; False when they hold nothing of it."""
    mine = [booking for booking in held(tx, person, now) if booking.party == party]
    with tx.atomic():
        for booking in mine:
            _end(tx, booking, State.CANCELLED, now, "person")
    return bool(mine)


END = """
    UPDATE bookings SET before = state, state = :state, held_until = NULL, changed_at = :now,
                        name = ''
    WHERE id = :id AND state = 'held' RETURNING *
"""


def _end(tx: Transaction, booking: Booking, state: State, now: datetime, actor: str) -> None:
    """End a hold: its place is free at once, and the name that came with it is not kept, as nobody
    has agreed to that."""
    for row in tx.rows(END, id=booking.id, state=state.value, now=stamp(now)):
        ended = Booking.from_row(row)
        seats.free(tx, ended.slot)
        note(tx, ended, now, actor)


# Those that somebody else is ending just now are passed over.
OVERDUE = """
    SELECT * FROM bookings WHERE state = 'held' AND held_until <= :now
    ORDER BY slot, id FOR UPDATE SKIP LOCKED
"""
# Not those of the whole city: two people who book at once would wait for each other's hours.
OVERDUE_NEAR = """
    SELECT * FROM bookings
    WHERE state = 'held' AND held_until <= :now
      AND (slot = :slot OR channel = :channel AND person = :person)
    ORDER BY slot, id FOR UPDATE SKIP LOCKED
"""


def expire(tx: Transaction, now: datetime) -> int:
    """End the holds whose time is over; returns how many."""
    return _expire(tx, tx.rows(OVERDUE, now=stamp(now)), now)


def _expire_near(tx: Transaction, slot: str, person: Address, now: datetime) -> None:
    """The same, for what is in the way of *person* at *slot*."""
    who = {"channel": person.channel, "person": person.user}
    _expire(tx, tx.rows(OVERDUE_NEAR, slot=slot, now=stamp(now), **who), now)


def _expire(tx: Transaction, rows: Sequence[Row], now: datetime) -> int:
    for row in rows:
        _end(tx, Booking.from_row(row), State.EXPIRED, now, "service")
    return len(rows)


# --- changing ------------------------------------------------------------------------------------

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
