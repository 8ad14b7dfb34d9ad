"""What an officer says of a visit: they came, they were served, they did not come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.config import Settings
from bot.store import bookings, profiles
from bot.store.bookings import Booking, State
from bot.store.database import Transaction
from handlers import activation

# From where to where one mark leads, and over which states; a slip can be put right.
WAYS: dict[tuple[State, State], tuple[State, ...]] = {
    (State.BOOKED, State.ARRIVED): (State.ARRIVED,),
    (State.NO_SHOW, State.ARRIVED): (State.ARRIVED,),
    (State.SERVED, State.ARRIVED): (State.ARRIVED,),
    (State.BOOKED, State.SERVED): (State.ARRIVED, State.SERVED),
    (State.NO_SHOW, State.SERVED): (State.ARRIVED, State.SERVED),
    (State.ARRIVED, State.SERVED): (State.SERVED,),
    (State.BOOKED, State.NO_SHOW): (State.NO_SHOW,),
    (State.ARRIVED, State.NO_SHOW): (State.BOOKED, State.NO_SHOW),
    (State.ARRIVED, State.BOOKED): (State.BOOKED,),
    (State.NO_SHOW, State.BOOKED): (State.BOOKED,),
}


class NotMarked(Exception):
    """The visit cannot be marked so; `state` is what it is in, None when there is no such code."""

    def __init__(self, state: State | None) -> None:
        super().__init__(state)
        self.state = state


class TooEarly(Exception):
    """Nobody has failed to come to a visit that lies ahead."""


def mark(
    tx: Transaction,
    settings: Settings,
    code: str,
    to: State,
    now: datetime,
    actor: str,
    new_id: Callable[[], str],
    *,
    seen: State | None = None,
) -> Booking:
    """Mark the visit of *code*, all the way or not at all; who was served is asked from that
    evening on whether the account works. With *seen*, only if it is still in that state: so two
    officers never take the same person. Raises `NotMarked` or `TooEarly`."""
    booking = bookings.by_code(tx, code)
    if booking is None:
        raise NotMarked(None)
    way = _way(booking, to)
    if not way or seen not in (None, booking.state):
        raise NotMarked(booking.state)
    if to is State.NO_SHOW and now < booking.starts_at:
        raise TooEarly
    with tx.atomic():
        booking = _walk(tx, booking, way, now, actor)
        service = settings.booking.service(booking.service)
        if to is State.SERVED and service is not None:
            activation.schedule(tx, booking, service, settings, now, new_id)
            if service.activate and booking.member == 1:  # who comes along has no chat here
                profiles.served(tx, booking.address, now)
    return booking


def _way(booking: Booking, to: State) -> tuple[State, ...]:
    """The states to go through, none when there is no way: who came without an appointment has no
    place to be put back to."""
    if to is State.BOOKED and not booking.slot:
        return ()
    return WAYS.get((booking.state, to), ())


def _walk(
    tx: Transaction, booking: Booking, way: tuple[State, ...], now: datetime, actor: str
) -> Booking:
    for state in way:
        marked = bookings.mark(tx, booking.code, booking.state, state, now, actor)
        if marked is None:  # another officer was first
            raise NotMarked(booking.state)
        booking = marked
    return booking
