"""Holding places: one place or a party's, kept for a person while they fill in, then booked, given
back or expired."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from bot.core.messages import Address
from bot.store.booking import fair_shares, slot_seats
from bot.store.booking.find import held, of_linked, vouched_elsewhere
from bot.store.booking.ledger import insert, note
from bot.store.booking.model import AlreadyBooked, BookedElsewhere, Booking, HoldEnded, State
from bot.store.database import Row, Transaction
from bot.store.people import linked_accounts
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
    priority: bool = False,
    asker: fair_shares.Asker | None = None,
    vouched: str = "",
) -> tuple[Booking, ...]:
    """Keep one place for each of *holders*, one after the other from *slot* on: all or none.
    *priority*: they said that they are elderly or disabled.

    A person holds one party at a time: what they held before is given back first. *asker*: nothing
    vouches for them. *vouched*: the mark of their account's own number. Raises `SlotFull` (`NoShare`),
    `AlreadyBooked` or `BookedElsewhere`, and then nothing has changed.
    """
    with tx.atomic():
        if not all(map(of_kin, holders)):
            refuse_second(tx, person, service, vouched)
        if asker:
            fair_shares.lock(tx, slot)
        let_go(tx, held(tx, person, now), now)
        places = slot_seats.take(
            tx,
            slot,
            len(holders),
            clear=lambda here: expire_near(tx, here, person, now),
            priority=priority,
        )
        if asker:
            fair_shares.admit(tx, asker, places)
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


def of_kin(holder: str) -> bool:
    """Whether a place is for a relative of the account's, not for its own person."""
    return "/" in holder


def refuse_second(tx: Transaction, person: Address, service: str, vouched: str) -> None:
    """Raise `AlreadyBooked` or `BookedElsewhere` when *person* has booked *service* for themselves on
    another account. The lock is taken first: two linked accounts that book at once do so in turn."""
    linked_accounts.lock(tx, person)
    if (other := of_linked(tx, person, service)) is not None:
        raise AlreadyBooked(other)
    if vouched_elsewhere(tx, person, service, vouched):
        raise BookedElsewhere


NAME = """
    UPDATE bookings SET name = :name, changed_at = :now
    WHERE party = :party AND member = :member AND state = 'held' RETURNING id
"""


def set_name(tx: Transaction, party: str, member: int, name: str, now: datetime) -> bool:
    """Who this place is for; False when it is not held any more."""
    return bool(tx.rows(NAME, party=party, member=member, name=name, now=stamp(now)))


CONFIRM = """
    UPDATE bookings SET before = state, state = 'booked', phone = :phone, phone_mark = :phone_mark,
                        vouched = :vouched, held_until = NULL, booked_at = :now, changed_at = :now
    WHERE id = :id AND state = 'held' AND held_until > :now
    RETURNING *
"""


def confirm(
    tx: Transaction,
    party: str,
    person: Address,
    now: datetime,
    *,
    phone: str = "",
    phone_mark: str = "",
    vouched: str = "",
) -> tuple[Booking, ...]:
    """Book what *person* holds as *party*. *phone* (sealed) and its mark may be anybody's number;
    *vouched* is the mark of the one which the platform names as the account's own.

    Raises `HoldEnded`, `AlreadyBooked` or `BookedElsewhere`, and then nothing has changed.
    """
    mine = [booking for booking in held(tx, person, now) if booking.party == party]
    if not mine:
        raise HoldEnded
    number = {"phone": phone, "phone_mark": phone_mark, "vouched": vouched}
    with tx.atomic():
        if not all(of_kin(booking.holder) for booking in mine):
            refuse_second(tx, person, mine[0].service, vouched)
        return tuple(_confirm(tx, booking, number, now) for booking in mine)


def _confirm(tx: Transaction, booking: Booking, number: dict[str, str], now: datetime) -> Booking:
    rows = tx.rows(CONFIRM, id=booking.id, now=stamp(now), **number)
    if not rows:
        raise HoldEnded
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
        slot_seats.free(tx, ended.slot)
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


def expire_near(tx: Transaction, slot: str, person: Address, now: datetime) -> None:
    """The same, for what is in the way of *person* at *slot*."""
    who = {"channel": person.channel, "person": person.user}
    _expire(tx, tx.rows(OVERDUE_NEAR, slot=slot, now=stamp(now), **who), now)


def _expire(tx: Transaction, rows: Sequence[Row], now: datetime) -> int:
    for row in rows:
        _end(tx, Booking.from_row(row), State.EXPIRED, now, "service")
    return len(rows)
