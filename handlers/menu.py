"""The menu, its groups, help and cancel: by button, command or word."""

from __future__ import annotations

import re

from bot.core.messages import Answer, Button, Conversation, Kind
from handlers import start
from handlers.texts import common
from handlers.turn import Turn

PAGE = 8  # entries shown at a time
PAGE_NUMBER = re.compile(r"[0-9]{0,4}")
WORDS = {
    "menu": "menu", "danh muc": "menu", "chu de": "menu", "muc luc": "menu",
    "help": "help", "tro giup": "help", "huong dan su dung": "help", "cach dung": "help",
    "hoi": "help",
    "huy": "cancel", "huy bo": "cancel", "thoi": "cancel", "quay lai": "cancel",
    "start": "start", "bat dau": "start", "xin chao": "start", "chao": "start", "hi": "start",
    "hello": "start", "alo": "start", "chao ban": "start", "chao bot": "start", "hi bot": "start",
}  # fmt: skip


def handle(turn: Turn) -> Answer | None:
    wish = turn.data if turn.incoming.kind is Kind.BUTTON else _word(turn)
    verb, _, rest = wish.partition(":")
    match verb:
        case "menu" | "none":
            groups = (
                (group.id, group.title) for group in turn.faq.groups if group.id != OUT_OF_SCOPE
            )
            return Answer((common.menu(groups),))
        case "group":
            return _group(turn, rest)
        case "help":
            return Answer((common.help_text(turn.settings.contact),))
        case "cancel":
            # Whoever sees the button was doing something, also where nothing is waited for.
            busy = bool(turn.conversation.step) or turn.incoming.kind is Kind.BUTTON
            return Answer((common.cancelled(busy),), Conversation())
        case "start":
            return start.start(turn)
    return None


OUT_OF_SCOPE = "ngoai-pham-vi"


def _word(turn: Turn) -> str:
    if turn.incoming.kind is not Kind.TEXT or len(turn.text) > 40:
        return ""
    words = turn.words.strip("/ ")
    return WORDS.get(words, "")


def _group(turn: Turn, rest: str) -> Answer | None:
    id_, _, page = rest.partition(":")
    found = next((group for group in turn.faq.groups if group.id == id_), None)
    if found is None or not (PAGE_NUMBER.fullmatch(page)):
        return None
    first = int(page or 0)
    entries = [entry for key in found.entries[first : first + PAGE] if (entry := turn.entry(key))]
    rest_follows = len(found.entries) > first + PAGE
    more = Button("Xem thêm", f"group:{id_}:{first + PAGE}") if rest_follows else None
    return Answer((common.group(found.title, entries, more),)) if entries else None
