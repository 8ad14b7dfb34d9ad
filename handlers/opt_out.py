""" "DỪNG", wherever it is typed: from then on nothing is sent unasked."""

from __future__ import annotations

import unicodedata

from bot.core.actions import StopMessages
from bot.core.messages import Address, Answer, Kind
from bot.store.campaigns import responses
from bot.store.people import consents, linked_accounts
from handlers import activation
from handlers.booking import form
from handlers.texts import booking, profile
from handlers.turn import Turn

WORD = "dừng"
WORDS = frozenset({
    "dung", "stop", "dung nhan tin", "huy nhan tin", "khong nhan tin nua", "dung gui tin",
    "dung gui tin nua", "dung nhan", "ngung nhan tin", "ngung gui tin", "thoi nhan tin",
    "dung nhan tin nua", "dung nhan nua", "dung gui nua", "khong muon nhan tin nua", "toi khong muon nhan tin nua",
    "huy dang ky", "unsubscribe", "khong nhan tin", "thoi khong nhan tin nua",
})  # fmt: skip


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is Kind.TEXT:
        return out(turn) if wanted(turn) else None
    return out(turn) if turn.action == StopMessages() else None


def wanted(turn: Turn) -> bool:
    """Whether the text asks to stop. Where a name is asked for, "Dung" and "Dũng" are names."""
    typed = unicodedata.normalize("NFC", turn.text).strip(" .!/\"'“”").lower()
    if typed == WORD:
        return True
    return turn.conversation.step != form.WHO and turn.words.strip("/ ") in WORDS


def out(turn: Turn) -> Answer:
    """No more news to any account of this person, and none of what waits; no reminders here, and no
    step of activating asked again. What is booked stays booked."""
    sender = turn.incoming.sender
    for address in linked_accounts.addresses(turn.tx, sender):
        if _take_back(turn, address, consents.NEWS, profile.CONSENT_VERSION):
            responses.leave(turn.tx, address, turn.now)
    _take_back(turn, sender, "reminders", booking.CONSENT_VERSION)
    return Answer((profile.stopped(),), activation.put_aside(turn))


def _take_back(turn: Turn, person: Address, purpose: str, version: str) -> bool:
    """Only changes are kept: saying the same again adds nothing."""
    had = consents.has(turn.tx, person, purpose)
    if had:
        consents.take_back(turn.tx, turn.new_id(), person, purpose, version, turn.now)
    return had
