"""After a visit: is VNeID activated? Asked until the person says that it is.

An account that was issued and never activated is of no use to anybody, so this is asked the same
evening and again after some days.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.booking import reminders
from bot.core.actions import IsActivated
from bot.core.config import Settings
from bot.core.config.booking import Service
from bot.core.messages import Answer
from bot.store.booking import bookings
from bot.store.booking.bookings import Booking, State
from bot.store.database import Transaction
from bot.store.outbox import still_valid as told
from bot.store.people import coachings, consents, profiles
from handlers.booking import outcome
from handlers.booking import reminders as remind
from handlers.texts import activation, visits
from handlers.texts import reminders as reminder_texts
from handlers.turn import Turn

# Days from the notice of the account in which one can activate it oneself (Nghị định 69/2024,
# khoản 1 Điều 14). The notice comes some days after the visit, so this is the soonest end.
SELF_SERVICE = timedelta(days=7)


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
    for due in reminders.questions(now, settings.booking.reminders):
        late = due.due_at - now > SELF_SERVICE
        reply = reminder_texts.is_it_activated(booking, service, settings.contact, late=late)
        remind.put(tx, booking, due, reply, now, new_id)


def handle(turn: Turn) -> Answer | None:
    """It is activated; the way there is handlers/activation.py."""
    match turn.action:
        case IsActivated("yes", code):
            return _done(turn, code)
    return None


def settle(turn: Turn, booking: Booking) -> None:
    """The account that this visit was about works: nothing more is asked about it."""
    bookings.activated(turn.tx, booking.code, turn.now)
    told.end_questions(turn.tx, booking.code)
    if booking.member == 1:
        profiles.activated(turn.tx, booking.address, turn.now)


def _done(turn: Turn, code: str) -> Answer:
    booking = remind.asked(turn, code)
    if booking is None:
        return Answer((visits.not_yours(),))
    if booking.state is State.BOOKED:
        return Answer((reminder_texts.not_yet(booking),))
    if booking.state is not State.SERVED:
        return outcome.for_told(turn, booking)
    settle(turn, booking)
    coachings.end(turn.tx, turn.incoming.sender, turn.now)
    return Answer((activation.well_done(()),))
