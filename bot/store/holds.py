"""Holding places: one place or a party's, kept for a person while they fill in, then booked, given
back or expired."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from bot.messages import Address
from bot.store import seats
from bot.store.booking import AlreadyBooked, Booking, HoldEnded, State
from bot.store.database import Row, Transaction
from bot.store.ledger import insert, note
from bot.store.register import held, live_of
from bot.store.values import stamp


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
        let_go(tx, held(tx, person, now), now)
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
        let_go(tx, mine, now)
    return bool(mine)


def let_go(tx: Transaction, bookings: Iterable[Booking], now: datetime) -> None:
    """Give back what the person held themselves."""
    for booking in bookings:
        _end(tx, booking, State.CANCELLED, now, "person")


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
