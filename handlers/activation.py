"""After a visit: is VNeID activated? Asked until the person says that it is.

An account that was issued and never activated is of no use to anybody, so this is asked the same
evening and again after some days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot import reminders
from bot.config import Settings
from bot.config.booking import Service
from bot.messages import Answer, Kind
from bot.store import bookings, consents
from bot.store import reminders as told
from bot.store.bookings import Booking, State
from bot.store.database import Transaction
from handlers import ask, booking_texts, remind, reminder_texts
from handlers.turn import Turn

STEPS = "kich-hoat-cac-buoc"
# Where people get stuck, in the order of the steps; those that the FAQ has are offered.
STUCK = (
    "chua-nhan-sms-kich-hoat", "khong-nhan-otp", "bao-sai-so-dien-thoai", "bao-chua-co-tai-khoan",
    "quet-nfc-loi", "khuon-mat-khong-khop", "quen-mat-khau", "quen-passcode", "app-loi-bao-tri",
)  # fmt: skip


def schedule(
    tx: Transaction,
    booking: Booking,
    service: Service,
    settings: Settings,
    now: datetime,
    new_id: Callable[[], str],
) -> None:
    """Write the questions to somebody who was served *now*, if the service leads to an account
    that has to be activated and the person agreed to be reminded."""
    if not service.activate or not consents.has(tx, booking.address, "reminders"):
        return
    reply = reminder_texts.is_it_activated(booking, service)
    for due in reminders.questions(now, settings.booking.reminders):
        remind.put(tx, booking, due, reply, now, new_id)


def handle(turn: Turn) -> Answer | None:
    """`active:yes|how|stuck:<code>`."""
    if turn.incoming.kind is not Kind.BUTTON:
        return None
    match turn.data.split(":"):
        case ["active", "yes", code]:
            return _done(turn, code)
        case ["active", "how", code]:
            return _how(turn, code)
        case ["active", "stuck", _]:
            entries = (turn.entry(id_) for id_ in STUCK)
            return Answer((reminder_texts.which_step(entry for entry in entries if entry),))
    return None


def _done(turn: Turn, code: str) -> Answer:
    booking = remind.asked(turn, code)
    if booking is None:
        return Answer((booking_texts.not_yours(),))
    if booking.state is not State.SERVED:
        return Answer((booking_texts.not_live(code),))
    bookings.activated(turn.tx, code, turn.now)
    told.end_questions(turn.tx, code)
    return Answer((reminder_texts.well_done(),))


def _how(turn: Turn, code: str) -> Answer | None:
    """The steps as the FAQ has them, and the same question again under them."""
    entry = turn.entry(STEPS)
    if entry is None:
        return None
    shown = ask.show(turn, entry)
    return replace(shown, replies=(*shown.replies, reminder_texts.when_done(code)))
