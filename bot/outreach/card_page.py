"""The picture of an answer, made for a phone's screen and for groups that only forward pictures.

`layout` is pure: every piece of text with its place and size. `draw` paints it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeAlias

from PIL import Image, ImageDraw, ImageFont

from bot.core import qr
from bot.outreach.cards import Card
from bot.outreach.print_text import BLACK, BOLD, FILES, MEDIUM, REGULAR, Block, fit, width

WIDE, HIGH = 1080, 1350
EDGE = 72
PAPER, INK, QUIET, DEEP, WARM, LIGHT, WHITE = (
    "#fffefb", "#1b2928", "#52605e", "#0f5a58", "#f6b545", "#cfe3df", "#ffffff",
)  # fmt: skip
HEAD_HIGH = 128  # the band with the name
FOOT_HIGH = 252  # the band with the way to us
QUESTION_HIGH = 250
LARGEST, READABLE = 50.0, 33.0  # the answer's letters
SOURCE_HIGH = 118
GAP = 20  # between two lines of the answer
DOT = 46  # from the edge to where a line's words begin
QR = 188
REMEMBERED = 256  # pictures, some 60 KB each
COLOURS = 64  # of the finished picture
MORE_BY_CODE, MORE = "Các bước cụ thể: quét mã bên dưới.", "Các bước cụ thể: hỏi trợ lý."
WARNING = "Không đọc mã OTP, mật khẩu cho bất kỳ ai."


MARK_WIDE, DOT_WIDE = 100, 17
FINE = 4  # how much larger round things are painted

Brush: TypeAlias = ImageDraw.ImageDraw
Marked: TypeAlias = tuple[str, str]  # a step's number ("" for a dot), and the line behind it


@dataclass(frozen=True, slots=True)
class Placed:
    """A line of text: its left end and its top."""

    text: str
    x: float
    y: float
    face: str
    size: float
    colour: str

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom: room for the marks above and below included."""
        right = self.x + width(self.text, self.face, self.size)
        return (self.x, self.y, right, self.y + self.size * 1.16)


@dataclass(frozen=True, slots=True)
class Layout:
    """`dots` are the centres of the marks before the lines of the answer; `qr` is where the code
    stands, None without one."""

    texts: tuple[Placed, ...]
    dots: tuple[tuple[float, float], ...]
    rule: float
    qr: tuple[float, float] | None


def layout(card: Card) -> Layout:
    room = WIDE - 2 * EDGE
    question = fit(card.question, BOLD, room, QUESTION_HIGH, 66, 34)
    top = HEAD_HIGH + 52.0
    texts = [*_head(card), *_block(question, EDGE, top, DEEP)]
    top += question.height + 44
    source = fit(f"Nguồn: {card.source}", REGULAR, room, SOURCE_HIGH, 27, 17)
    rule = HIGH - FOOT_HIGH - 34 - source.height - 22
    body, dots = _body(card, top, rule - 30)
    texts += body
    if card.source:
        texts += _block(source, EDGE, rule + 22, QUIET)
    texts += _foot(card)
    qr = (WIDE - EDGE - QR, HIGH - FOOT_HIGH + (FOOT_HIGH - QR) / 2) if card.address else None
    return Layout(tuple(texts), tuple(dots), rule, qr)


def _head(card: Card) -> Iterator[Placed]:
    yield Placed(card.name, EDGE + 84, 42, BOLD, 38, WHITE)
    day = f"{card.day:%d/%m/%Y}"
    yield Placed(day, WIDE - EDGE - width(day, MEDIUM, 30), 48, MEDIUM, 30, LIGHT)


def _body(card: Card, top: float, bottom: float) -> tuple[list[Placed], list[tuple[float, float]]]:
    """As much of the answer as is readable, as large as it fits, a little above the middle."""
    marked, blocks = next(filter(lambda found: found[1], _choices(card, bottom - top)))
    high = _height(blocks)
    y = top + min((bottom - top - high) / 3, 60)
    texts: list[Placed] = []
    dots: list[tuple[float, float]] = []
    for (mark, _), block in zip(marked, blocks, strict=True):
        if mark:
            texts.append(Placed(mark, EDGE, y, BOLD, block.size, DEEP))
        else:
            dots.append((EDGE + 11, y + block.size * 0.66))
        texts += _block(block, EDGE + DOT, y, INK)
        y += block.height + _gap(blocks)
    return texts, dots


def _choices(card: Card, high: float) -> Iterator[tuple[list[Marked], list[Block]]]:
    """The whole of it, or without the steps (and where those are), or the answer alone."""
    answer = [("", line) for line in card.lines]
    facts = [("", line) for line in card.facts]
    steps = [(f"{number}.", line) for number, line in enumerate(card.steps, 1)]
    more = [("", MORE_BY_CODE if card.address else MORE)] if card.steps else []
    for marked in (answer + steps + facts, answer + steps, answer + facts + more, answer + more):
        yield marked, _blocks(marked, high, READABLE)
    yield answer, _blocks(answer, high, 10)


def _blocks(marked: list[Marked], high: float, smallest: float) -> list[Block]:
    """The lines in one size, the largest in which all of them fit; none when *smallest* does not."""
    size = LARGEST
    room = WIDE - 2 * EDGE - DOT
    while size >= smallest:
        blocks = [
            fit(line, MEDIUM, room, high, size, size - 0.01, even=False) for _, line in marked
        ]
        if _height(blocks) <= high:
            return blocks
        size *= 0.96
    return []


def _gap(blocks: list[Block]) -> float:
    return GAP if len(blocks) <= 5 else GAP * 0.6


def _height(blocks: list[Block]) -> float:
    return sum(block.height for block in blocks) + _gap(blocks) * (len(blocks) - 1)


def _foot(card: Card) -> Iterator[Placed]:
    top = HIGH - FOOT_HIGH + 40
    room = WIDE - 2 * EDGE - (QR + 40 if card.address else 0)
    where = " · ".join(card.where) or f"Tổng đài {card.hotline}"
    yield Placed("Hỏi thêm ở", EDGE, top, MEDIUM, 30, LIGHT)
    place = fit(where, BLACK, room, 84, 46, 22)
    yield from _block(place, EDGE, top + 40, WHITE)
    yield Placed(WARNING, EDGE, HIGH - 40 - 34, MEDIUM, 27, WARM)


def _block(block: Block, x: float, y: float, colour: str) -> Iterator[Placed]:
    for number, line in enumerate(block.lines):
        yield Placed(line, x, y + number * block.leading, block.face, block.size, colour)


# --- painting ------------------------------------------------------------------------------------


@lru_cache(maxsize=REMEMBERED)
def draw(card: Card) -> bytes:
    """*card* as a PNG."""
    placed = layout(card)
    image = Image.new("RGB", (WIDE, HIGH), PAPER)
    brush = ImageDraw.Draw(image)
    brush.rectangle((0, 0, WIDE, HEAD_HIGH), fill=DEEP)
    brush.rectangle((0, HIGH - FOOT_HIGH, WIDE, HIGH), fill=DEEP)
    brush.rectangle((0, HIGH - FOOT_HIGH - 6, WIDE, HIGH - FOOT_HIGH), fill=WARM)
    brush.line((EDGE, placed.rule, WIDE - EDGE, placed.rule), fill="#ddd7c9", width=2)
    _smoothly(image, (EDGE - 12, 14), MARK_WIDE, _mark)
    for x, y in placed.dots:
        _smoothly(image, (x - DOT_WIDE / 2, y - DOT_WIDE / 2), DOT_WIDE, _dot)
    for text in placed.texts:
        font = _font(text.face, text.size)
        brush.text((text.x, text.y), text.text, fill=text.colour, font=font)
    if placed.qr:
        _paste_code(image, brush, card.address, placed.qr)
    picture = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(picture, "PNG", optimize=True)
    return picture.getvalue()


def _smoothly(
    image: Image.Image, corner: tuple[float, float], side: int, paint: Callable[[Brush], None]
) -> None:
    """Paint round things four times as large, so that their edges are smooth."""
    large = Image.new("RGBA", (side * FINE, side * FINE))
    paint(ImageDraw.Draw(large))
    small = large.resize((side, side), Image.Resampling.LANCZOS)
    image.paste(small, (round(corner[0]), round(corner[1])), small)


def _dot(brush: Brush) -> None:
    brush.ellipse((0, 0, DOT_WIDE * FINE, DOT_WIDE * FINE), fill=WARM)


def _mark(brush: Brush) -> None:
    """The letter ỏ: the service's sign (bot/channels/web/static/icon.svg)."""
    brush.ellipse(_fine(18, 46, 70, 98), outline=WHITE, width=13 * FINE)
    brush.arc(_fine(29, 2, 59, 28), 180, 75, fill=WARM, width=9 * FINE)
    brush.line(_fine(44, 26, 44, 38), fill=WARM, width=9 * FINE)


def _fine(*numbers: float) -> tuple[float, ...]:
    return tuple(number * FINE for number in numbers)


def _paste_code(image: Image.Image, brush: Brush, address: str, place: tuple[float, float]) -> None:
    x, y = map(round, place)
    brush.rounded_rectangle((x - 14, y - 14, x + QR + 14, y + QR + 14), 18, fill=WHITE)
    code = qr.modules(address, "M", quiet=1)
    scale = QR // len(code)  # whole pixels: every module of the code is as large as the next
    inset = (QR - scale * len(code)) // 2
    image.paste(qr.picture(code, scale).convert("RGB"), (x + inset, y + inset))


@cache
def _font(face: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FILES / f"{face}.ttf"), size)
