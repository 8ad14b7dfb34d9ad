"""A button nobody knows any more: say so kindly and offer the menu. Stands last."""

from __future__ import annotations

from bot.messages import Answer, Kind
from handlers import texts
from handlers.turn import Turn


def handle(turn: Turn) -> Answer | None:
    return Answer((texts.outdated(),)) if turn.incoming.kind is Kind.BUTTON else None
