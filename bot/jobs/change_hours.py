"""An office's hours are changed, at the desk or from the command line: bookings stay, and whose hour is
back after all is told so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.clock import local
from bot.jobs import fill_calendar
from bot.store.booking import bookings, slots
from bot.store.booking.bookings import Booking
from bot.store.booking.offices import Office
from bot.store.database import Transaction
from bot.store.outbox import outbox, withdrawn
from handlers.texts import waiting_list as say


@dataclass(frozen=True, slots=True)
class Turned:
    """Bookings whose hour a change takes away (the keeper writes to them), and those whose hour it
    brings back."""

    gone: tuple[Booking, ...]
    back: tuple[Booking, ...]


def refill(
    tx: Transaction, office: Office, days: int, now: datetime, new_id: Callable[[], str]
) -> Turned:
    """Make the places of the next *days* those of the hours that *office* has now."""
    before = slots.shut_out(tx, office.id, now)
    today = local(now).date()
    fill_calendar.fill(tx, office, today, today + timedelta(days=days))
    after = slots.shut_out(tx, office.id, now)
    back = _bookings(tx, (code for code in before if code not in after))
    for booking in back:
        if withdrawn.forget(tx, booking.code, booking.version):
            _tell(tx, booking, office, now, new_id())
    return Turned(_bookings(tx, (code for code in after if code not in before)), back)


def _bookings(tx: Transaction, codes: Iterable[str]) -> tuple[Booking, ...]:
    found = (bookings.by_code(tx, code) for code in codes)
    return tuple(booking for booking in found if booking)


def _tell(tx: Transaction, booking: Booking, office: Office, now: datetime, id_: str) -> None:
    outbox.put(
        tx,
        id=id_,
        key=f"{slots.BACK}:{id_}",
        to=booking.address,
        reply=say.back(booking, office.name),
        content="hours",
        now=now,
        useful_until=booking.starts_at,
        code=booking.code,
        version=booking.version,
        kind=slots.BACK,
    )
