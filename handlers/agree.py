"""News and reminders: agreed to one by one, and taken back with one word."""

from __future__ import annotations

from bot.messages import Answer, Kind
from bot.store import consents
from handlers import booking_texts as say
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
            return Answer((PURPOSES[purpose](),))
        case ["stop"]:
            return _stop(turn)
    return None


def _stop(turn: Turn) -> Answer:
    """Nothing more is sent unasked; what is booked stays booked."""
    for purpose in PURPOSES:
        _write(turn, purpose, given=False)
    return Answer((say.stopped(),))


def _write(turn: Turn, purpose: str, *, given: bool) -> None:
    """Only changes are kept: saying the same again adds nothing."""
    if consents.has(turn.tx, turn.incoming.sender, purpose) == given:
        return
    write = consents.give if given else consents.take
    write(turn.tx, turn.new_id(), turn.incoming.sender, purpose, say.CONSENT_VERSION, turn.now)
