"""A rule of a segment as words: where each begins, and which of them are marks of the language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, auto

from bot.core.vietnamese import clean, strip


class Mark(StrEnum):
    """What a piece of a rule is."""

    WORDS = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    IN = auto()
    EQUALS = "="
    DIFFERS = "!="
    OPEN = "("
    CLOSE = ")"
    BEGIN = "["
    FINISH = "]"
    COMMA = ","
    END = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """`at` counts characters from 1; `text` is as written, without quotation marks."""

    mark: Mark
    text: str
    at: int


KEYWORDS = {
    "and": Mark.AND, "va": Mark.AND, "or": Mark.OR, "hoac": Mark.OR, "not": Mark.NOT,
    "khong": Mark.NOT, "in": Mark.IN, "trong": Mark.IN,
}  # fmt: skip
PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"|“(?P<curly>[^“”]*)”|(?P<mark>!=|<>|[=()\[\],])|(?P<word>[^\s=()\[\],"“”!<>]+)'
    r"|(?P<strange>\S)"
)


class RuleError(Exception):
    """A rule that cannot be read; says where (characters, from 1) and why, in Vietnamese."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__(f"ký tự {at}: {why}")
        self.at = at
        self.why = why


def plain(text: str) -> str:
    """How words are compared: lower case, without marks, single spaces."""
    return " ".join(strip(clean(text)).lower().replace("-", " ").replace(",", " ").split())


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of *text*; neighbouring words are one piece, as names have several."""
    waiting: list[Piece] = []
    for piece in _single(text):
        if piece.mark is Mark.WORDS and not _quoted(text, piece):
            waiting.append(piece)
            continue
        yield from _together(waiting)
        waiting.clear()
        yield piece
    yield from _together(waiting)
    yield Piece(Mark.END, "", len(text) + 1)


def _quoted(text: str, piece: Piece) -> bool:
    return text[piece.at - 1] in '"“'


def _together(words: list[Piece]) -> Iterator[Piece]:
    if words:
        yield Piece(Mark.WORDS, " ".join(word.text for word in words), words[0].at)


def _single(text: str) -> Iterator[Piece]:
    for found in PIECE.finditer(text):
        at = found.start() + 1
        match found.lastgroup:
            case "quoted" | "curly" as name:
                yield Piece(Mark.WORDS, found[name], at)
            case "mark":
                yield Piece(Mark(found[0].replace("<>", "!=")), found[0], at)
            case "word":
                yield Piece(KEYWORDS.get(plain(found[0]), Mark.WORDS), found[0], at)
            case _:
                raise RuleError(at, f"không hiểu ký hiệu “{found[0]}”")
