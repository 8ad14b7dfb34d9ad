"""What an officer says of a visit: they came, they were served, they did not come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.core.clock import local
from bot.core.config import Settings
from bot.store.booking import bookings
from bot.store.booking.bookings import Booking, State
from bot.store.database import Transaction
from bot.store.people import profiles
from handlers.booking import after_visit

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
    """Nobody has come, or failed to come, to a visit that lies ahead; `on_the_day`: on its very day
    it is only the hour that has not come."""

    def __init__(self, *, on_the_day: bool) -> None:
        super().__init__(on_the_day)
        self.on_the_day = on_the_day


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
    _check_time(booking, to, now)
    with tx.atomic():
        booking = _walk(tx, booking, way, now, actor)
        service = settings.booking.service(booking.service)
        if to is State.SERVED and service is not None:
            after_visit.schedule(tx, booking, service, settings, now, new_id)
            if service.activate and booking.member == 1:  # who comes along has no chat here
                profiles.served(tx, booking.address, now)
    return booking


def _check_time(booking: Booking, to: State, now: datetime) -> None:
    """Raises `TooEarly`; the store's own statements refuse it once more."""
    first = bookings.said_from(booking.starts_at, to)
    if first is not None and now < first:
        raise TooEarly(on_the_day=local(now).date() == local(booking.starts_at).date())


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
