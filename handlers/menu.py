"""The menu, its groups and what did not fit under a reply; help and cancel: by button, command or word."""

from __future__ import annotations

from bot.core.actions import (
    Action,
    Cancel,
    Group,
    Help,
    Menu,
    MoreChoices,
    NoneOfThese,
    Start,
    button,
)
from bot.core.messages import Answer, Conversation, Kind
from bot.store.outbox import outbox
from handlers import start
from handlers.texts import common
from handlers.turn import Turn

PAGE = 8  # entries shown at a time
WORDS: dict[str, Action] = {
    **dict.fromkeys(("menu", "danh muc", "chu de", "muc luc"), Menu()),
    **dict.fromkeys(("help", "tro giup", "huong dan su dung", "cach dung", "hoi"), Help()),
    **dict.fromkeys(("huy", "huy bo", "thoi", "quay lai"), Cancel()),
    **dict.fromkeys(
        (
            "start",
            "bat dau",
            "xin chao",
            "chao",
            "hi",
            "hello",
            "alo",
            "chao ban",
            "chao bot",
            "hi bot",
        ),
        Start(),
    ),
}
OUT_OF_SCOPE = "ngoai-pham-vi"


def handle(turn: Turn) -> Answer | None:
    match turn.action or _word(turn):
        case Menu() | NoneOfThese():
            groups = (
                (group.id, group.title) for group in turn.faq.groups if group.id != OUT_OF_SCOPE
            )
            return Answer((common.menu(groups),))
        case Group(id_, first):
            return _group(turn, id_, first)
        case MoreChoices(row, first):
            return _more(turn, row, first)
        case Help():
            return Answer((common.help_text(turn.settings.contact),))
        case Cancel():
            # Whoever sees the button was doing something, also where nothing is waited for.
            busy = bool(turn.conversation.step) or turn.incoming.kind is Kind.BUTTON
            return Answer((common.cancelled(busy),), Conversation())
        case Start():
            return start.start(turn)
    return None


def _word(turn: Turn) -> Action | None:
    if turn.incoming.kind is not Kind.TEXT or len(turn.text) > 40:
        return None
    return WORDS.get(turn.words.strip("/ "))


def _group(turn: Turn, id_: str, first: int) -> Answer | None:
    found = next((group for group in turn.faq.groups if group.id == id_), None)
    if found is None:
        return None
    entries = [entry for key in found.entries[first : first + PAGE] if (entry := turn.entry(key))]
    rest_follows = len(found.entries) > first + PAGE
    more = button("Xem thêm", Group(id_, first + PAGE)) if rest_follows else None
    return Answer((common.group(found.title, entries, more),)) if entries else None


def _more(turn: Turn, row: str, first: int) -> Answer:
    """For channels that cannot show all choices of a reply at once."""
    reply = outbox.said(turn.tx, row, turn.incoming.sender)
    rest = reply.taps[first:] if reply else ()
    return Answer((common.further(rest) if rest else common.no_further(),))


def outdated(turn: Turn) -> Answer | None:
    """A button that nobody knows any more. Stands last."""
    return Answer((common.outdated(),)) if turn.incoming.kind is Kind.BUTTON else None
