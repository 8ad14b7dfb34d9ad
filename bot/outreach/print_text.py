"""Type on paper: Roboto in four weights, and text that is made to fit its box."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import font_roboto
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, MEDIUM, BOLD, BLACK = (
    "Roboto-Regular", "Roboto-Medium", "Roboto-Bold", "Roboto-Black",
)  # fmt: skip
FILES = Path(font_roboto.__file__).parent / "files"
STEP = 0.96  # each try of a smaller size
# Words of two syllables that read badly when a line ends between them.
WHOLE = re.compile(
    r"\b(căn|giấy|thủ|định|điện|mức|mã|lệ|kích|tài|bằng|cán|công|trả) "
    r"(cước|tờ|tục|danh|thoại|tử|2|OTP|phí|hoạt|khoản|lái|bộ|an|ty|lời)\b"
)
TORN = 0.4  # of a line's width: how uneven two lines may be for a break after a comma


@cache
def fonts() -> dict[str, TTFont]:
    """The faces, made known to reportlab once."""
    found = {name: TTFont(name, FILES / f"{name}.ttf") for name in (REGULAR, MEDIUM, BOLD, BLACK)}
    for face in found.values():
        pdfmetrics.registerFont(face)
    return found


def unprintable(text: str) -> list[str]:
    """The letters of *text* that the type does not have."""
    glyphs = fonts()[BOLD].face.charToGlyph
    return sorted({letter for letter in text if ord(letter) not in glyphs})


def width(text: str, face: str, size: float) -> float:
    fonts()
    return float(pdfmetrics.stringWidth(text, face, size))


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one size, `leading` from one baseline to the next."""

    lines: tuple[str, ...]
    face: str
    size: float

    @property
    def leading(self) -> float:
        return self.size * 1.16  # room for the marks of Ở and ẫ above, and ự below

    @property
    def height(self) -> float:
        return self.leading * len(self.lines)


def fit(
    text: str,
    face: str,
    wide: float,
    high: float,
    largest: float,
    smallest: float = 6,
    *,
    even: bool = True,
) -> Block:
    """*text* as large as the box lets it; a word that is too long for a line is cut only when even
    the smallest size does not help. *even*: lines of one length, as in a headline."""
    wrapped = _wrapped if even else _greedy
    size = largest
    while size > smallest:
        block = Block(tuple(wrapped(text, face, size, wide)), face, size)
        if block.height <= high and all(width(line, face, size) <= wide for line in block.lines):
            return block
        size *= STEP
    lines = [piece for word in _wrapped(text, face, smallest, wide)
             for piece in _cut(word, face, smallest, wide)]  # fmt: skip
    return Block(tuple(lines), face, smallest)


def _wrapped(text: str, face: str, size: float, wide: float) -> list[str]:
    """Lines as even as they can be, and two lines broken after a comma or a full stop if there is one
    near the middle: no last line of one short word, no word of two syllables torn apart."""
    lines = _greedy(text, face, size, wide)
    if len(lines) == 2:
        return min(_halves(text, face, size, wide), default=(0.0, lines))[1]
    narrow = wide
    while narrow > wide / 2 and len(_greedy(text, face, size, narrow * STEP)) == len(lines):
        narrow *= STEP
    return _greedy(text, face, size, narrow)


def _halves(text: str, face: str, size: float, wide: float) -> Iterator[tuple[float, list[str]]]:
    """Every way to break *text* once, with how ugly it is."""
    words = _words(text)
    for number in range(1, len(words)):
        halves = [" ".join(words[:number]), " ".join(words[number:])]
        lengths = [width(half, face, size) for half in halves]
        if max(lengths) <= wide:
            torn = 0.0 if halves[0][-1] in ".,:?!" else TORN
            yield abs(lengths[0] - lengths[1]) / wide + torn, halves


def _greedy(text: str, face: str, size: float, wide: float) -> list[str]:
    lines: list[str] = []
    for word in _words(text):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, face, size) <= wide:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _words(text: str) -> list[str]:
    """What a line may not end within."""
    return WHOLE.sub("\\1\u00a0\\2", text).split(" ")


def _cut(line: str, face: str, size: float, wide: float) -> Iterator[str]:
    rest = line
    while rest:
        count = len(rest)
        while count > 1 and width(rest[:count], face, size) > wide:
            count -= 1
        yield rest[:count]
        rest = rest[count:].lstrip()
