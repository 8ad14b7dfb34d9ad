""" "Gặp cán bộ": pass a question on to an officer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.actions import AskOfficer
from bot.core.messages import Answer, Kind
from bot.store.staff import inbox
from handlers.texts import handoff as say
from handlers.texts.common import only_here
from handlers.turn import Turn, at_rest

STEP = "officer"
WAIT_FOR_QUESTION = timedelta(minutes=30)
WORDS = frozenset({
    "gap can bo", "gap nguoi that", "noi chuyen voi can bo", "cho gap can bo", "gap cong an",
    "toi muon gap can bo", "canbo", "gap nhan vien", "noi chuyen voi nguoi that",
})  # fmt: skip


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is Kind.BUTTON:
        return _prompt(turn) if turn.action == AskOfficer() else None
    if turn.incoming.kind is not Kind.TEXT:
        return None
    if turn.words.strip("/ ") in WORDS:
        return _prompt(turn)
    return _queue(turn) if turn.conversation.step == STEP else None


def _prompt(turn: Turn) -> Answer:
    deadline = turn.now + WAIT_FOR_QUESTION
    waiting = replace(turn.conversation, step=STEP, data={}, deadline=deadline)
    return Answer((say.officer_prompt(turn.settings.contact),), waiting)


def _queue(turn: Turn) -> Answer:
    sender = turn.incoming.sender
    line = turn.masked.text
    first = inbox.hand_over(turn.tx, turn.new_id(), sender, turn.now, line)
    if not first and not inbox.add_to_handoff(turn.tx, sender, line):
        return at_rest(turn, say.officer_has_enough())
    return at_rest(turn, only_here(say.officer_queued(again=not first), mailbox=turn.mailbox))
