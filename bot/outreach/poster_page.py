"""A poster as one page of PDF: read from three metres away, scanned from one.

Everything is laid out for A3 in points, from the bottom left; A5 is the same page at half the size.
The sheet's edge stays white, as most printers leave it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from reportlab.lib.colors import Color, HexColor, white
from reportlab.pdfgen.canvas import Canvas

from bot.outreach import print_shapes as marks
from bot.outreach.links import Link
from bot.outreach.print_text import BLACK, BOLD, MEDIUM, REGULAR, Block, fit, width

WIDTH, HEIGHT = 841.89, 1190.55  # A3
SIZES: Mapping[str, float] = MappingProxyType({"A3": 1.0, "A5": 0.5})
EDGE = 34.0  # white at the sheet's edge
LEFT, RIGHT = 62.0, WIDTH - 62.0  # where text begins and ends
INNER = RIGHT - LEFT

INK, SOFT, GREEN = HexColor("#14211f"), HexColor("#4a5855"), HexColor("#0b4f4b")
AMBER, PALE, RED, ROSE = (
    HexColor("#ffc845"), HexColor("#e8f2f0"), HexColor("#a11f27"), HexColor("#fdeceb"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on a poster. `check` is the address of the page that tells genuine posters, "" for
    none; `since` is the day it was made."""

    code: str
    name: str
    audience: str
    headline: str
    lines: Sequence[str]
    links: Sequence[Link]
    place: str
    check: str
    hotline: str
    since: str


def pdf(sheets: Sequence[Sheet], size: str) -> bytes:
    """One page for each of *sheets*. The same posters give the same bytes."""
    scale = SIZES[size]
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(WIDTH * scale, HEIGHT * scale), invariant=True)
    canvas.setTitle(f"Áp phích {', '.join(sheet.code for sheet in sheets[:3])}")
    canvas.setAuthor(sheets[0].name)
    for sheet in sheets:
        canvas.scale(scale, scale)
        draw(canvas, sheet)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def draw(canvas: Canvas, sheet: Sheet) -> None:
    _head(canvas, sheet)
    _benefits(canvas, sheet, top=816, bottom=642)
    _codes(canvas, sheet, top=632, bottom=338)
    _typed(canvas, sheet, top=326, bottom=238)
    _scam(canvas, top=227, bottom=143)
    _foot(canvas, sheet, top=133, bottom=EDGE)


def _head(canvas: Canvas, sheet: Sheet) -> None:
    """The band: who speaks, to whom, and the one sentence that makes somebody stop."""
    top, bottom = HEIGHT - EDGE, 830.0
    _box(canvas, EDGE, bottom, WIDTH - EDGE, top, GREEN, radius=22)
    marks.logo(canvas, LEFT, top - 84, 62, white, AMBER)
    name = fit(sheet.name, BOLD, INNER * 0.42, 40, 32)
    _lines(canvas, name, LEFT + 58, top - 66, white)
    chip = fit(f"Dành cho {sheet.audience}", BOLD, INNER * 0.42, 32, 25)
    wide = width(chip.lines[0], BOLD, chip.size) + 36
    _box(canvas, RIGHT - wide, top - 78, RIGHT, top - 32, AMBER, radius=23)
    _lines(canvas, chip, RIGHT - wide + 18, top - 55 - chip.size * 0.35, INK)
    room = top - 104 - bottom - 18
    headline = fit(sheet.headline, BLACK, INNER, room, 112)
    start = bottom + 18 + (room + headline.height) / 2 - headline.size * 0.98
    _lines(canvas, headline, LEFT, start, white)


def _benefits(canvas: Canvas, sheet: Sheet, top: float, bottom: float) -> None:
    room = (top - bottom) / len(sheet.lines)
    blocks = [fit(line, MEDIUM, INNER - 58, room - 5, 36) for line in sheet.lines]
    size = min(block.size for block in blocks)
    for number, line in enumerate(sheet.lines):
        block = fit(line, MEDIUM, INNER - 58, room - 6, size)
        middle = top - room * (number + 0.5)
        marks.tick(canvas, LEFT, middle - 19, 38, GREEN)
        _lines(canvas, block, LEFT + 58, middle + block.height / 2 - block.size * 0.94, INK)


def _codes(canvas: Canvas, sheet: Sheet, top: float, bottom: float) -> None:
    """A card for each channel; one alone gets the whole width and says how."""
    gap, count = 20.0, len(sheet.links)
    which = "một mã" if count > 1 else "mã này"
    _centred(canvas, f"Mở máy ảnh điện thoại, quét {which} để hỏi", BOLD, 29, top - 24, GREEN)
    wide = (INNER - gap * (count - 1)) / count
    for number, link in enumerate(sheet.links):
        x = LEFT + number * (wide + gap)
        _box(canvas, x, bottom, x + wide, top - 40, white, radius=16, edge=GREEN)
        draw_card = _card if count > 1 else _wide_card
        draw_card(canvas, sheet, link, x, bottom, wide, top - 40)


def _wide_card(
    canvas: Canvas, sheet: Sheet, link: Link, x: float, bottom: float, wide: float, top: float
) -> None:
    """The code on the left, as high as the card; beside it what it opens."""
    side = min(top - bottom - 8, wide * 0.62)
    marks.qr(canvas, link.url, x + 4, (top + bottom - side) / 2, side)
    left, room = x + side + 4, wide - side - 16
    title = fit(link.title, BOLD, room, 84, 46)
    name = fit(_said(sheet, link), MEDIUM, room, 64, 25)
    y = (top + bottom + title.height + name.height + 8) / 2 - title.size * 0.94
    _lines(canvas, title, left, y, INK)
    _lines(canvas, name, left, y - title.height + title.size * 0.94 - name.size - 6, SOFT)


def _said(sheet: Sheet, link: Link) -> str:
    return link.name if link.carries else f"rồi gửi {sheet.code}"


def _card(
    canvas: Canvas, sheet: Sheet, link: Link, x: float, bottom: float, wide: float, top: float
) -> None:
    title = fit(link.title, BOLD, wide - 20, 30, 25)
    name = fit(_said(sheet, link), MEDIUM if link.carries else BOLD, wide - 16, 24, 19)
    _centred(canvas, title.lines[0], BOLD, title.size, top - 28, INK, x + wide / 2)
    _centred(canvas, name.lines[0], name.face, name.size, bottom + 9, SOFT, x + wide / 2)
    side = min(wide - 8, top - 36 - bottom - 27)
    marks.qr(canvas, link.url, x + (wide - side) / 2, bottom + 28, side)


def _typed(canvas: Canvas, sheet: Sheet, top: float, bottom: float) -> None:
    _box(canvas, EDGE, bottom, WIDTH - EDGE, top, AMBER, radius=16)
    code = fit(sheet.code, BLACK, 340, top - bottom, 78)
    ask = fit("Không quét được? Vào khung chat, gõ mã này:", BOLD, INNER - 360, 74, 30)
    middle = (top + bottom) / 2
    _lines(canvas, ask, LEFT, middle + ask.height / 2 - ask.size * 0.94, INK)
    canvas.setFillColor(INK)
    canvas.setFont(BLACK, code.size)
    canvas.drawRightString(RIGHT, middle - code.size * 0.355, sheet.code)


def _scam(canvas: Canvas, top: float, bottom: float) -> None:
    _box(canvas, EDGE, bottom, WIDTH - EDGE, top, ROSE, radius=16, edge=RED)
    middle = (top + bottom) / 2
    marks.shield(canvas, LEFT, middle - 29, 58, RED)
    words = (
        "Bot không bao giờ hỏi mã OTP, mật khẩu, số căn cước, không thu tiền. Ai đòi những thứ đó "
        "là lừa đảo."
    )
    block = fit(words, BOLD, INNER - 76, top - bottom - 12, 29)
    _lines(canvas, block, LEFT + 76, middle + block.height / 2 - block.size * 0.94, RED)


def _foot(canvas: Canvas, sheet: Sheet, top: float, bottom: float) -> None:
    """How to tell that this is the poster that belongs here."""
    how = f"vào {sheet.check.removeprefix('https://')}" if sheet.check else "vào khung chat"
    check = (
        f"Áp phích thật? Bạn {how}, gõ {sheet.code}: phải hiện đúng nơi này. "
        "Thấy tem dán đè lên mã thì đừng quét."
    )
    block = fit(check, REGULAR, INNER, 42, 17.5)
    y = top - block.size * 0.9
    _lines(canvas, block, LEFT, y, INK)
    place = fit(f"Dán tại: {sheet.place}", BOLD, INNER, 42, 20)
    y -= block.height + 5
    _lines(canvas, place, LEFT, y, GREEN)
    last = (
        f"{sheet.name} là trợ lý tự động, không phải cổng của công an. "
        f"Tổng đài VNeID {sheet.hotline} (có thể tính cước). Làm ngày {sheet.since}."
    )
    note = fit(last, REGULAR, INNER, 18, 15)
    _lines(canvas, note, LEFT, bottom + 3, SOFT)


# --- shapes --------------------------------------------------------------------------------------


def _box(
    canvas: Canvas,
    left: float,
    bottom: float,
    right: float,
    top: float,
    fill: Color,
    *,
    radius: float,
    edge: Color | None = None,
) -> None:
    canvas.setFillColor(fill)
    canvas.setStrokeColor(edge or fill)
    canvas.setLineWidth(2.2)
    canvas.roundRect(
        left, bottom, right - left, top - bottom, radius, fill=1, stroke=edge is not None
    )


def _lines(canvas: Canvas, block: Block, x: float, first: float, color: Color) -> None:
    """*first* is the baseline of the first line."""
    canvas.setFillColor(color)
    canvas.setFont(block.face, block.size)
    for number, line in enumerate(block.lines):
        canvas.drawString(x, first - number * block.leading, line)


def _centred(
    canvas: Canvas, text: str, face: str, size: float, y: float, color: Color, x: float = WIDTH / 2
) -> None:
    canvas.setFillColor(color)
    canvas.setFont(face, size)
    canvas.drawCentredString(x, y, text)
