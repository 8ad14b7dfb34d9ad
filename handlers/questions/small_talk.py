"""What is no question: thanks get a kind word, swearing a calm one."""

from __future__ import annotations

import re

from bot.core.messages import Answer, Kind
from bot.faq.matching.matcher import Outcome
from handlers.texts import common
from handlers.turn import Turn

THANKS = re.compile(
    r"(?:(?:da|vang|u|uh|ok|oke|roi|xin|rat) )*(?:cam on|cam onn|camon|cam ta|thank you|thanks|thank|tks)"
    r"(?: (?:con|chau|em|anh|chi|ban|co|chu|bac|bot|tro ly|nhieu|nha|nhe|lam|a|da|rat|qua|nghen|hen))*"
)
# Unaccented; only words that are nothing else without their accents.
WORDS = frozenset({
    "dm", "dmm", "dkm", "vcl", "vkl", "clgt", "cmm", "dcm", "ditme", "dume", "dumemay", "vailon",
    "oc cho", "do ngu", "bot ngu", "ngu vl", "cc gi", "cut di", "khon nan", "mat day", "do dien",
    "dit me", "du ma", "dit con me", "me may", "con cac", "vai lon",
})  # fmt: skip
SWEARING = re.compile(rf"\b(?:{'|'.join(sorted(WORDS))})\b")


def is_thanks(words: str) -> bool:
    """Whether they are thanks and nothing else."""
    return bool(THANKS.fullmatch(words))


def thanks(turn: Turn) -> Answer | None:
    if turn.incoming.kind is not Kind.TEXT or not is_thanks(turn.words):
        return None
    return Answer((common.notice(common.NO_TROUBLE, common.MENU),))


def swearing(turn: Turn) -> Answer | None:
    """Unless there is a question in it."""
    if turn.incoming.kind is not Kind.TEXT or not SWEARING.search(turn.words):
        return None
    if turn.reading.meaning().whole.outcome is not Outcome.ADMIT:
        return None
    return Answer((common.notice(common.ABUSE, common.OFFICER, common.MENU),))
