"""News and reminders: agreed to one by one, and taken back with one word."""

from __future__ import annotations

from bot.messages import Answer, Kind
from bot.store import bookings, consents, offices
from handlers import booking_texts as say
from handlers import ticket
from handlers.turn import Turn

STOP_WORDS = frozenset({"dung", "stop", "dung nhan tin", "huy nhan tin", "khong nhan tin nua"})
PURPOSES = {"news": say.news_on, "reminders": say.reminders_on}


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is Kind.TEXT:
        return _stop(turn) if turn.words.strip("/ ") in STOP_WORDS else None
    if turn.incoming.kind is not Kind.BUTTON:
        return None
    match turn.data.split(":"):
        case ["agree", purpose] if purpose in PURPOSES:
            _write(turn, purpose, given=True)
            _remind_of_all(turn)
            return Answer((PURPOSES[purpose](),))
        case ["stop"]:
            return _stop(turn)
    return None


def _remind_of_all(turn: Turn) -> None:
    """Reminders of what is booked already; those written before are not written twice."""
    for booking in bookings.live(turn.tx, turn.incoming.sender):
        office = offices.get(turn.tx, booking.office)
        if office is not None:
            ticket.remind_of(turn, booking, office)


def _stop(turn: Turn) -> Answer:
    """Nothing more is sent unasked; what is booked stays booked."""
    for purpose in PURPOSES:
        _write(turn, purpose, given=False)
    return Answer((say.stopped(),))


def _write(turn: Turn, purpose: str, *, given: bool) -> None:
    """Only changes are kept: saying the same again adds nothing."""
    if consents.has(turn.tx, turn.incoming.sender, purpose) == given:
        return
    write = consents.give if given else consents.take_back
    write(turn.tx, turn.new_id(), turn.incoming.sender, purpose, say.CONSENT_VERSION, turn.now)
