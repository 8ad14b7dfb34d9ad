"""The rest of a reply's choices, for channels that cannot show all of them at once."""

from __future__ import annotations

from bot.core.actions import MoreChoices
from bot.core.messages import Answer
from bot.store.outbox import outbox
from handlers.texts import common
from handlers.turn import Turn


def handle(turn: Turn) -> Answer | None:
    match turn.action:
        case MoreChoices(row, first):
            return _rest(turn, row, first)
    return None


def _rest(turn: Turn, row: str, first: int) -> Answer:
    reply = outbox.said(turn.tx, row, turn.incoming.sender)
    rest = reply.taps[first:] if reply else ()
    return Answer((common.further(rest) if rest else common.no_further(),))
