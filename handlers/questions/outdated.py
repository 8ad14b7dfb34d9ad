"""A button nobody knows any more: say so kindly and offer the menu. Stands last."""

from __future__ import annotations

from bot.core.messages import Answer, Kind
from handlers.texts import common
from handlers.turn import Turn


def handle(turn: Turn) -> Answer | None:
    return Answer((common.outdated(),)) if turn.incoming.kind is Kind.BUTTON else None
