"""Swearing gets a calm answer, unless there is a question in it."""

from __future__ import annotations

import re

from bot.core.messages import Answer, Kind
from bot.faq.matching.matcher import Outcome
from handlers.texts import common
from handlers.turn import Turn

# Unaccented; only words that are nothing else without their accents.
WORDS = frozenset({
    "dm", "dmm", "dkm", "vcl", "vkl", "clgt", "cmm", "dcm", "ditme", "dume", "dumemay", "vailon",
    "oc cho", "do ngu", "bot ngu", "ngu vl", "cc gi", "cut di", "khon nan", "mat day", "do dien",
    "dit me", "du ma", "dit con me", "me may", "con cac", "vai lon",
})  # fmt: skip
SWEARING = re.compile(rf"\b(?:{'|'.join(sorted(WORDS))})\b")


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is not Kind.TEXT:
        return None
    if not SWEARING.search(turn.words):
        return None
    if turn.reading.meaning().whole.outcome is not Outcome.ADMIT:
        return None
    return Answer((common.notice(common.ABUSE, common.OFFICER, common.MENU),))
