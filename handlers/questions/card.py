"""An answer as a picture, for groups that pass on pictures."""

from __future__ import annotations

from bot.core.actions import AsPicture
from bot.core.clock import local
from bot.core.messages import Answer
from bot.faq.entries import Kind as EntryKind
from bot.store.staff import tallies
from handlers.texts import common
from handlers.turn import Turn


def handle(turn: Turn) -> Answer | None:
    entry = turn.entry(turn.action.entry) if isinstance(turn.action, AsPicture) else None
    if entry is None or entry.kind is not EntryKind.ANSWER:
        return None
    tallies.add(turn.tx, tallies.CARD, local(turn.now).date())
    return Answer((common.picture_of(entry),))
