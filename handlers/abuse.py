"""Swearing gets a calm answer, unless there is a question in it."""

from __future__ import annotations

from bot.matching.matcher import Outcome
from bot.messages import Answer, Kind
from handlers import texts
from handlers.turn import Turn
from handlers.words import plain

# Unaccented; only words that are nothing else without their accents.
WORDS = frozenset({
    "dm", "dmm", "dkm", "vcl", "vkl", "clgt", "cmm", "dcm", "ditme", "dume", "dumemay", "vailon",
    "oc cho", "do ngu", "bot ngu", "ngu vl", "cc gi", "cut di", "khon nan", "mat day", "do dien",
    "dit me", "du ma", "dit con me", "me may", "con cac", "vai lon",
})  # fmt: skip


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is not Kind.TEXT:
        return None
    words = f" {plain(turn.text)} "
    if not any(f" {word} " in words for word in WORDS):
        return None
    if turn.matcher.match(turn.text).outcome is not Outcome.ADMIT:
        return None
    return Answer((texts.notice(texts.ABUSE, texts.OFFICER, texts.MENU),))
