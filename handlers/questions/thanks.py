"""Thanks, and nothing else, get a kind word."""

from __future__ import annotations

import re

from bot.core.messages import Answer, Kind
from handlers.texts import common
from handlers.turn import Turn

SAID = re.compile(
    r"(?:(?:da|vang|u|uh|ok|oke|roi|xin|rat) )*(?:cam on|cam onn|camon|cam ta|thank you|thanks|thank|tks)"
    r"(?: (?:con|chau|em|anh|chi|ban|co|chu|bac|bot|tro ly|nhieu|nha|nhe|lam|a|da|rat|qua|nghen|hen))*"
)


def said(words: str) -> bool:
    return bool(SAID.fullmatch(words))


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is not Kind.TEXT or not said(turn.words):
        return None
    return Answer((common.notice(common.NO_TROUBLE, common.MENU),))
