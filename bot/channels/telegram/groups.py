"""What is said to the bot in a group: by its name, in reply to it, or as a command. Pure.

Everything else that is said there is none of its business.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]

GROUPS = frozenset({"group", "supergroup", "channel"})


@dataclass(frozen=True, slots=True)
class Me:
    """The bot's own account."""

    id: int
    username: str


def said_to(me: Me, message: Json, commands: Collection[str]) -> str | None:
    """The words of *message* that are meant for the bot, its name taken out; None for what people
    say to each other. *commands*: those that it takes without its name behind them."""
    match message:
        case {"via_bot": _}:  # an answer of ours that somebody has put into their message
            return None
        case {"text": str(text)} | {"caption": str(text)} if text.strip():
            return _called(me, text, commands) or _answered(me, message, text)
    return None


def _called(me: Me, text: str, commands: Collection[str]) -> str | None:
    name = re.escape(me.username)
    command = re.fullmatch(r"/(\w{1,32})(?:@(\w+))?(\s.*)?", text.strip(), re.DOTALL)
    if command:
        meant = (command[2] or "").lower() == me.username.lower()
        ours = meant or (not command[2] and command[1].lower() in commands)
        return f"/{command[1]}{command[3] or ''}" if ours else None
    words, times = re.subn(rf"(?<!\w)@{name}(?!\w)[,:]?", " ", text, flags=re.IGNORECASE)
    return " ".join(words.split()) or "/help" if times else None


def _answered(me: Me, message: Json, text: str) -> str | None:
    match message:
        case {"reply_to_message": {"from": {"id": id_}}} if id_ == me.id:
            return None if text.strip().startswith("/") else text
    return None
