""" "Lịch của tôi": see, move and cancel what one has booked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.messages import Address, Answer, Kind
from bot.store import bookings, consents, links, offices, slots
from bot.store.bookings import Booking, NotBooked, SlotFull, State
from handlers import booking_texts as say
from handlers import quota, ticket, visit_texts, waiting
from handlers.booking_hour import DAYS_SHOWN, day_of, free_days, free_times, window
from handlers.turn import Turn, at_rest

WORDS = frozenset({
    "lich cua toi", "lich hen cua toi", "xem lich", "xem lich hen", "lichcuatoi", "lich hen",
    "ma hen", "huy lich", "huy hen", "doi lich", "doi lich hen", "huy lich hen",
    "bo hen", "bo lich", "toi muon huy lich", "toi muon huy lich hen", "cho toi huy lich", "cho toi huy hen",
    "toi muon doi lich", "cho toi doi lich", "cho toi doi gio hen", "doi gio hen", "lich hen cua toi may gio",
})  # fmt: skip


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is Kind.TEXT:
        return _mine(turn) if turn.words.strip("/ ") in WORDS else None
    return _pressed(turn) if turn.incoming.kind is Kind.BUTTON else None


def _pressed(turn: Turn) -> Answer | None:
    match turn.data.split(":"):
        case ["visits"]:
            return _mine(turn)
        case ["visit", "move", code]:
            return _own(turn, code, _move_day)
        case ["visit", "cancel", code]:
            return _own(turn, code, lambda t, b: at_rest(t, visit_texts.sure_to_cancel(b)))
        case ["visit", "drop", code]:
            return _own(turn, code, _cancel)
        case ["mday", code, day]:
            return _own(turn, code, lambda t, b: _move_time(t, b, day))
        case ["mtime", code, slot]:
            return _own(turn, code, lambda t, b: _move(t, b, slot))
    return None


def _mine(turn: Turn) -> Answer:
    found = [
        booking
        for account in links.addresses(turn.tx, turn.incoming.sender)
        for booking in bookings.live(turn.tx, account)
    ]
    found.sort(key=lambda booking: booking.starts_at)
    replies = [
        visit_texts.visit(booking, office, turn.settings.booking.named(booking.service))
        for booking in found
        if (office := offices.get(turn.tx, booking.office))
    ]
    return Answer((*replies, *waiting.in_line(turn)) or (visit_texts.no_visits(),))


def _own(turn: Turn, code: str, act: Callable[[Turn, Booking], Answer]) -> Answer:
    """Do *act* with the sender's own live booking, made here or on a linked account; another's code
    tells nothing about it."""
    booking = bookings.by_code(turn.tx, code)
    accounts = links.addresses(turn.tx, turn.incoming.sender)
    if booking is None or booking.address not in accounts:
        return Answer((visit_texts.not_yours(),))
    if booking.state is not State.BOOKED:
        return Answer((visit_texts.not_live(code),))
    return act(turn, booking)


def _cancel(turn: Turn, booking: Booking) -> Answer:
    gone = bookings.cancel(turn.tx, booking.code, turn.now, _release_at(turn), "person")
    if gone is None:
        return Answer((visit_texts.not_live(booking.code),))
    _withdraw(turn, gone.address)
    office = offices.get(turn.tx, gone.office)
    service = turn.settings.booking.named(gone.service)
    files = ticket.files(turn, (gone,), office, service, cancelled=True) if office else ()
    return Answer((visit_texts.cancelled(gone, files),))


def _withdraw(turn: Turn, booker: Address) -> None:
    """Who has nothing booked any more has taken back the consent to keep it, as its text says, also
    when they cancel from another account of theirs."""
    if not bookings.live(turn.tx, booker) and consents.has(turn.tx, booker, "booking"):
        version = say.CONSENT_VERSION
        consents.take_back(turn.tx, turn.new_id(), booker, "booking", version, turn.now)


def _release_at(turn: Turn) -> datetime:
    return turn.now + timedelta(minutes=turn.settings.booking.release_minutes)


def _move_day(turn: Turn, booking: Booking) -> Answer:
    office = offices.get(turn.tx, booking.office)
    found = free_days(turn, booking.office, None, "all")[:DAYS_SHOWN]
    if office is None or not found:
        return at_rest(turn, visit_texts.move_full(booking))
    return at_rest(turn, visit_texts.move_days(booking, office, found))


def _move_time(turn: Turn, booking: Booking, text: str) -> Answer:
    day = day_of(text)
    found = free_times(turn, booking.office, day, "all") if day else []
    if day is None or not found:
        return at_rest(turn, visit_texts.move_gone(booking))
    return at_rest(turn, visit_texts.move_times(booking, day, found))


def _move(turn: Turn, booking: Booking, slot_id: str) -> Answer:
    slot = slots.get(turn.tx, slot_id)
    after, until = window(turn)
    here = slot is not None and slot.office == booking.office  # no other may do the same work
    if slot is None or not here or not after <= slot.starts_at <= until:
        return at_rest(turn, visit_texts.move_gone(booking))
    if refused := quota.move_refusal(turn, booking.address):
        return at_rest(turn, refused)
    try:
        moved = bookings.move(
            turn.tx, booking.code, slot_id, turn.now, _release_at(turn), "person", turn.new_id
        )
    except SlotFull:
        return at_rest(turn, visit_texts.move_gone(booking))
    except NotBooked:
        return at_rest(turn, visit_texts.not_live(booking.code))
    return ticket.booked(turn, (moved,), moved=True)
