"""Everything that is not words: photos, voices, stickers, places, files; and empty or endless text."""

from __future__ import annotations

from bot.messages import Answer, Kind
from handlers import media_texts as say
from handlers import texts
from handlers.turn import Turn

MAX_CHARACTERS = 4000
PLACES = ("noi-lam-the", "noi-lam-muc-2")


def handle(turn: Turn) -> Answer | None:
    kind = turn.incoming.kind
    if kind.value in say.MEDIA:
        buttons = [texts.MENU]
        if kind is Kind.LOCATION:
            found = (turn.entry(id_) for id_ in PLACES)
            buttons = [texts.ask_button(entry) for entry in found if entry]
        return Answer((texts.notice(say.MEDIA[kind.value], *buttons),))
    if kind is Kind.HIDDEN:
        return Answer((say.hidden(turn.settings.contact),))
    if kind is Kind.TEXT and not turn.text.strip():
        return Answer((texts.notice(say.EMPTY, texts.MENU),))
    if kind is Kind.TEXT and len(turn.text) > MAX_CHARACTERS:
        return Answer((texts.notice(say.TOO_LONG, texts.OFFICER),))
    return None
