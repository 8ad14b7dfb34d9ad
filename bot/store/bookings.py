"""Bookings: held, booked, moved, cancelled. The schema refuses what must not be.

held ──► booked ──► arrived ──► served          booked ──► moved (and a new row, booked)
  │        ├──► cancelled   └──► no_show ◄── booked
  └──► expired | cancelled

Every statement that changes a state is guarded by the state it expects, writes the state it came
from beside the new one (a foreign key to `legal_moves` refuses the rest), and leaves an event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.messages import Address
from bot.store import seats
from bot.store.database import Row, Transaction
from bot.store.seats import SlotFull
from bot.store.values import moment, stamp

__all__ = ["AlreadyBooked", "Booking", "HoldEnded", "NotBooked", "SlotFull", "State"]

# No look-alikes (0/O, 1/I/J, 2/Z, 5/S, 7, 9/g, W/V), and no vowels, so that no word comes out.
LETTERS = "BCDFGHKLMNPQRTVX"
DIGITS = "3468"
CODE_LENGTH = 6
CODE_ATTEMPTS = 20


class State(StrEnum):
    HELD = "held"
    BOOKED = "booked"
    ARRIVED = "arrived"
    SERVED = "served"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    MOVED = "moved"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Booking:
    """One person's place. `phone` is sealed; `version` counts the moves of `code` from 1; `slot` is
    "" for who came without an appointment."""

    id: str
    code: str
    version: int
    party: str
    member: int
    service: str
    office: str
    slot: str
    starts_at: datetime
    address: Address
    holder: str
    name: str
    phone: str
    state: State
    held_until: datetime | None
    answer: str | None
    activated_at: datetime | None

    @classmethod
    def from_row(cls, row: Row) -> Booking:
        return cls(
            id=row["id"],
            code=row["code"],
            version=row["version"],
            party=row["party"],
            member=row["member"],
            service=row["service"],
            office=row["office"],
            slot=row["slot"] or "",
            starts_at=moment(row["starts_at"]),
            address=Address(row["channel"], row["person"]),
            holder=row["holder"],
            name=row["name"],
            phone=row["phone"],
            state=State(row["state"]),
            held_until=moment(row["held_until"]) if row["held_until"] else None,
            answer=row["answer"],
            activated_at=moment(row["activated_at"]) if row["activated_at"] else None,
        )


class AlreadyBooked(Exception):
    """This holder has a live booking of the service."""

    def __init__(self, booking: Booking) -> None:
        super().__init__(booking.code)
        self.booking = booking


class HoldEnded(Exception):
    """The places are no longer held for this person."""


class NotBooked(Exception):
    """Nothing is booked under this code."""


# --- holding -------------------------------------------------------------------------------------

INSERT = """
    INSERT INTO bookings (id, code, version, party, member, service, office, slot, starts_at,
                          channel, person, holder, name, phone, before, state, held_until,
                          booked_at, created_at, changed_at)
    VALUES (:id, :code, :version, :party, :member, :service, :office, :slot, :starts_at,
            :channel, :person, :holder, :name, :phone, 'new', :state, :held_until,
            :booked_at, :now, :now)
    ON CONFLICT DO NOTHING RETURNING *
"""


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
    expire(tx, now)
    with tx.atomic():
        for booking in held(tx, person, now):
            _end(tx, booking, State.CANCELLED, now, "person")
        places = seats.take(tx, slot, len(holders))
        party = new_id()
        return tuple(
            _insert(
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


def _insert(
    tx: Transaction,
    *,
    id: str,  # noqa: A002 - the column's name
    party: str,
    member: int,
    service: str,
    place: seats.Seat,
    person: Address,
    holder: str,
    state: State,
    held_until: datetime | None,
    now: datetime,
    code: str = "",
    version: int = 1,
    name: str = "",
    phone: str = "",
    actor: str = "person",
) -> Booking:
    values = {
        "id": id,
        "version": version,
        "party": party,
        "member": member,
        "service": service,
        "office": place.office,
        "slot": place.slot or None,
        "starts_at": stamp(place.starts_at),
        "channel": person.channel,
        "person": person.user,
        "holder": holder,
        "name": name,
        "phone": phone,
        "state": state.value,
        "held_until": stamp(held_until) if held_until else None,
        "booked_at": None if state is State.HELD else stamp(now),
        "now": stamp(now),
    }
    for attempt in range(CODE_ATTEMPTS):
        rows = tx.rows(INSERT, code=code or code_of(id, attempt), **values)
        if rows:
            booking = Booking.from_row(rows[0])
            _note(tx, booking, now, actor)
            return booking
        if (other := live_of(tx, holder, service)) is not None:
            raise AlreadyBooked(other)
    raise RuntimeError("no free code was found")


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
    return _insert(
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


def walk_in(
    tx: Transaction,
    *,
    id: str,  # noqa: A002 - the column's name
    service: str,
    office: str,
    name: str,
    now: datetime,
    actor: str,
) -> Booking:
    """Somebody who has come without an appointment: uses no bookable place, and has no channel to
    be written to."""
    return _insert(
        tx,
        id=id,
        party=id,
        member=1,
        service=service,
        place=seats.Seat("", office, now),
        person=Address("desk", id),
        holder=f"desk:{id}",
        state=State.ARRIVED,
        held_until=None,
        now=now,
        name=name,
        actor=actor,
    )


def code_of(id: str, attempt: int = 0) -> str:  # noqa: A002
    """A short code that people can read out: told from the row's id, so that nothing is rolled.

    It begins with a letter: six digits would be taken for a secret code sent by a bank."""
    number = int.from_bytes(hashlib.sha256(f"{id} {attempt}".encode()).digest()[:8])
    code = ""
    for alphabet in (LETTERS, *(LETTERS + DIGITS,) * (CODE_LENGTH - 1)):
        number, place = divmod(number, len(alphabet))
        code += alphabet[place]
    return code


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
    _note(tx, booked, now, "person")
    return booked


def drop(tx: Transaction, party: str, person: Address, now: datetime) -> bool:
    """Give back what *person* holds as *party*; False when they hold nothing of it."""
    mine = [booking for booking in held(tx, person, now) if booking.party == party]
    with tx.atomic():
        for booking in mine:
            _end(tx, booking, State.CANCELLED, now, "person")
    return bool(mine)


END = """
    UPDATE bookings SET before = state, state = :state, held_until = NULL, changed_at = :now
    WHERE id = :id AND state = 'held' RETURNING *
"""


def _end(tx: Transaction, booking: Booking, state: State, now: datetime, actor: str) -> None:
    """End a hold: its place is free at once."""
    for row in tx.rows(END, id=booking.id, state=state.value, now=stamp(now)):
        ended = Booking.from_row(row)
        seats.free(tx, ended.slot)
        _note(tx, ended, now, actor)


OVERDUE = "SELECT * FROM bookings WHERE state = 'held' AND held_until <= :now"


def expire(tx: Transaction, now: datetime) -> int:
    """End the holds whose time is over; returns how many."""
    rows = tx.rows(OVERDUE, now=stamp(now))
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
            _note(tx, cancelled, now, actor)
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
        _note(tx, old, now, actor)
        new = _insert(
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


# Who did not come may have booked anew: then the old visit cannot come alive again.
MARK = """
    UPDATE bookings SET before = state, state = :state, changed_at = :now
    WHERE id = :id AND state = :expected
      AND (:state IN ('served', 'no_show') OR NOT EXISTS (
          SELECT 1 FROM bookings AS other
          WHERE other.holder = bookings.holder AND other.service = bookings.service
            AND other.id <> bookings.id AND other.state IN ('held', 'booked', 'arrived')))
    RETURNING *
"""
MARKS = frozenset({State.BOOKED, State.ARRIVED, State.SERVED, State.NO_SHOW})


def mark(
    tx: Transaction, code: str, expected: State, state: State, now: datetime, actor: str
) -> Booking | None:
    """What an officer says of a visit: one of `MARKS`. None when it is not *expected* any more
    (another officer was first), or when the person has another live booking by now."""
    if not {expected, state} <= MARKS:
        raise ValueError(f"{expected} -> {state} is not for officers to say")
    newest = by_code(tx, code)
    if newest is None:
        return None
    values = {"id": newest.id, "expected": expected.value, "state": state.value}
    for row in tx.rows(MARK, now=stamp(now), **values):
        marked = Booking.from_row(row)
        _note(tx, marked, now, actor)
        return marked
    return None


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


EVENT = """
    INSERT INTO booking_events (id, at, booking, code, what, actor)
    VALUES (:id, :at, :booking, :code, :what, :actor) ON CONFLICT DO NOTHING
"""


def _note(tx: Transaction, booking: Booking, now: datetime, actor: str) -> None:
    at = stamp(now)
    what = booking.state.value
    tx.rows(
        EVENT,
        id=f"{booking.id} {at} {what}",
        at=at,
        booking=booking.id,
        code=booking.code,
        what=what,
        actor=actor,
    )


# --- looking -------------------------------------------------------------------------------------

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


LAST_EVENT = """
    SELECT e.at, e.what, e.actor FROM booking_events AS e
    JOIN bookings AS b ON b.id = e.booking AND b.state = e.what
    WHERE e.code = :code ORDER BY b.version DESC, e.at DESC LIMIT 1
"""


def last_event(tx: Transaction, code: str) -> Row | None:
    """When and by whom *code* came into the state it is in: `at`, `what` (the state), `actor`."""
    rows = tx.rows(LAST_EVENT, code=code)
    return rows[0] if rows else None


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
