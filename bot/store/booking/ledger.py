"""The ledger of bookings: new rows, each under a code of its own, and an event for every change."""

from __future__ import annotations

from datetime import datetime

from bot.core.messages import Address
from bot.store.booking.find import live_of, vouched_elsewhere
from bot.store.booking.model import AlreadyBooked, BookedElsewhere, Booking, State, code_of
from bot.store.booking.slot_seats import Seat
from bot.store.database import Row, Transaction
from bot.store.values import stamp

CODE_ATTEMPTS = 20
INSERT = """
    INSERT INTO bookings (id, code, version, party, member, service, office, slot, starts_at,
                          channel, person, holder, name, phone, phone_mark, vouched, before,
                          state, held_until, booked_at, created_at, changed_at)
    VALUES (:id, :code, :version, :party, :member, :service, :office, :slot, :starts_at,
            :channel, :person, :holder, :name, :phone, :phone_mark, :vouched, 'new',
            :state, :held_until, :booked_at, :now, :now)
    ON CONFLICT DO NOTHING RETURNING *
"""


def insert(
    tx: Transaction,
    *,
    id: str,
    party: str,
    member: int,
    service: str,
    place: Seat,
    person: Address,
    holder: str,
    state: State,
    held_until: datetime | None,
    now: datetime,
    code: str = "",
    version: int = 1,
    name: str = "",
    phone: str = "",
    phone_mark: str = "",
    vouched: str = "",
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
        "phone_mark": phone_mark,
        "vouched": vouched,
        "state": state.value,
        "held_until": stamp(held_until) if held_until else None,
        "booked_at": None if state is State.HELD else stamp(now),
        "now": stamp(now),
    }
    for attempt in range(CODE_ATTEMPTS):
        rows = tx.rows(INSERT, code=code or code_of(id, attempt), **values)
        if rows:
            booking = Booking.from_row(rows[0])
            note(tx, booking, now, actor)
            return booking
        if (other := live_of(tx, holder, service)) is not None:
            raise AlreadyBooked(other)
        if vouched_elsewhere(tx, person, service, vouched):
            raise BookedElsewhere
    raise RuntimeError("no free code was found")


def walk_in(
    tx: Transaction,
    *,
    id: str,
    service: str,
    office: str,
    name: str,
    now: datetime,
    actor: str,
) -> Booking:
    """Somebody who has come without an appointment: uses no bookable place, and has no channel to
    be written to."""
    return insert(
        tx,
        id=id,
        party=id,
        member=1,
        service=service,
        place=Seat("", office, now),
        person=Address("desk", id),
        holder=f"desk:{id}",
        state=State.ARRIVED,
        held_until=None,
        now=now,
        name=name,
        actor=actor,
    )


EVENT = """
    INSERT INTO booking_events (id, at, booking, code, what, actor)
    VALUES (:id, :at, :booking, :code, :what, :actor) ON CONFLICT DO NOTHING
"""


def note(tx: Transaction, booking: Booking, now: datetime, actor: str) -> None:
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


LAST_EVENT = """
    SELECT e.at, e.what, e.actor FROM booking_events AS e
    JOIN bookings AS b ON b.id = e.booking AND b.state = e.what
    WHERE e.code = :code ORDER BY b.version DESC, e.at DESC LIMIT 1
"""


def last_event(tx: Transaction, code: str) -> Row | None:
    """When and by whom *code* came into the state it is in: `at`, `what` (the state), `actor`."""
    rows = tx.rows(LAST_EVENT, code=code)
    return rows[0] if rows else None
