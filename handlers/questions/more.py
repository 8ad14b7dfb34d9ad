"""The rest of a reply's choices, for channels that cannot show all of them at once.

`more:<row>:<first>`: of what the outbox row said, the choices from that one on (counted from 0).
"""

from __future__ import annotations

from bot.core.messages import Answer, Kind
from bot.store.outbox import outbox
from handlers.texts import common
from handlers.turn import Turn


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is not Kind.BUTTON:
        return None
    match turn.data.split(":"):
        case ["more", row, first] if first.isascii() and first.isdigit():
            return _rest(turn, row, int(first))
    return None


def _rest(turn: Turn, row: str, first: int) -> Answer:
    reply = outbox.said(turn.tx, row, turn.incoming.sender)
    rest = reply.taps[first:] if reply else ()
    return Answer((common.further(rest) if rest else common.no_further(),))
