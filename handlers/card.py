"""An answer as a picture, for groups that pass on pictures: `card:<entry>`."""

from __future__ import annotations

from bot.matching.entries import Kind as EntryKind
from bot.messages import Answer, Kind
from bot.store import tallies
from bot.vietnam import local
from handlers import texts
from handlers.turn import Turn


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is not Kind.BUTTON:
        return None
    verb, _, id_ = turn.data.partition(":")
    entry = turn.entry(id_) if verb == "card" else None
    if entry is None or entry.kind is not EntryKind.ANSWER:
        return None
    tallies.add(turn.tx, tallies.CARD, local(turn.now).date())
    return Answer((texts.picture_of(entry),))
