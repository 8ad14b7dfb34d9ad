"""What is typed where a name or a place is asked for, and is neither: a command, or a question."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from handlers import menu
from handlers.questions import ask, handoff, small_talk
from handlers.turn import Turn

# Of one syllable, as they are written: "Hợi" and "Thới", plain "hoi" and "thoi", are people.
SPELT = frozenset({"hủy", "huỷ", "thôi", "chào", "hỏi", "không"})
# No name and no place has them; two words and these are a question, known or not.
ASKING = re.compile(
    r"\b(?:lam sao|lam the nao|nhu the nao|o dau|bao nhieu|bao lau|khi nao|may gio|tai sao|vi sao"
    r"|duoc khong|duoc ko|can gi|can nhung gi|giay to gi|la gi)\b"
)


def says(turn: Turn, words: Collection[str]) -> bool:
    """Whether one of *words*, and nobody's name, was typed."""
    typed = unicodedata.normalize("NFC", turn.text).strip(" .!/").lower()
    plainly = typed.isascii() or " " in typed or typed in SPELT
    return plainly and turn.words.strip("/ ") in words


def commands(turn: Turn) -> bool:
    """Whether somebody wants the menu, an officer, or to stop: that works wherever they are. Thanks
    are no name either."""
    return says(turn, menu.WORDS) or says(turn, handoff.WORDS) or small_talk.is_thanks(turn.words)


def asks(turn: Turn) -> bool:
    """Whether it is a question, even one that nobody has an answer to."""
    return "?" in turn.text or bool(ASKING.search(turn.words))


def meant(turn: Turn) -> bool:
    """Whether what was typed is for another handler, where a place is asked for."""
    return commands(turn) or asks(turn) or ask.understands(turn)
