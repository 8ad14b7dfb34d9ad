"""What is drawn on a poster that is no type: QR codes and a few signs, all as shapes."""

from __future__ import annotations

from reportlab.lib.colors import Color, black, white
from reportlab.pdfgen.canvas import Canvas

from bot.core.qr import QUIET, modules


def qr(canvas: Canvas, text: str, x: float, y: float, side: float) -> None:
    """*text* as a QR code of the *side*, quiet zone included. A quarter of it may be scratched or
    covered."""
    code = modules(text, "Q")
    module = side / (len(code) + 2 * QUIET)
    canvas.setFillColor(white)
    canvas.rect(x, y, side, side, fill=1, stroke=0)
    path = canvas.beginPath()  # one path: no hair lines between the modules
    for number, row in enumerate(code.tolist()):
        top = y + side - (number + QUIET + 1) * module
        for start, length in _runs(row):
            path.rect(x + (start + QUIET) * module, top, length * module, module)
    canvas.setFillColor(black)
    canvas.drawPath(path, fill=1, stroke=0)


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Where dark modules stand side by side: first and how many."""
    runs: list[tuple[int, int]] = []
    for number, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == number:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((number, 1))
    return runs


def tick(canvas: Canvas, x: float, y: float, side: float, color: Color) -> None:
    """A check mark in a disc."""
    canvas.setFillColor(color)
    canvas.circle(x + side / 2, y + side / 2, side / 2, fill=1, stroke=0)
    _stroke(canvas, [(0.27, 0.52), (0.44, 0.34), (0.74, 0.67)], x, y, side, white, side * 0.12)


def logo(canvas: Canvas, x: float, y: float, side: float, ring: Color, hook: Color) -> None:
    """The sign of the web page's icon: an o with the mark of a question on it."""
    unit = side / 80  # as the icon has it, without its margins
    left, top = x - 33.5 * unit, y + side + 19 * unit

    def at(across: float, down: float) -> tuple[float, float]:
        return left + across * unit, top - down * unit

    canvas.setStrokeColor(ring)
    canvas.setLineWidth(13 * unit)
    canvas.circle(*at(64, 81), 24 * unit, fill=0, stroke=1)
    path = canvas.beginPath()
    path.moveTo(*at(51, 31))
    path.curveTo(*at(51, 25), *at(57, 20), *at(64, 20))
    path.curveTo(*at(71, 20), *at(77, 25), *at(77, 31))
    path.curveTo(*at(77, 36), *at(73, 40), *at(68, 41.5))
    path.curveTo(*at(65.3, 42.5), *at(64, 44.7), *at(64, 48))
    canvas.setStrokeColor(hook)
    canvas.setLineWidth(9 * unit)
    canvas.setLineCap(1)
    canvas.drawPath(path, fill=0, stroke=1)


def shield(canvas: Canvas, x: float, y: float, side: float, color: Color) -> None:
    """A shield with an exclamation mark."""
    path = canvas.beginPath()
    path.moveTo(x + side * 0.5, y + side)
    path.lineTo(x + side * 0.92, y + side * 0.84)
    path.lineTo(x + side * 0.92, y + side * 0.5)
    path.curveTo(x + side * 0.92, y + side * 0.25, x + side * 0.7, y + side * 0.08,
                 x + side * 0.5, y)  # fmt: skip
    path.curveTo(x + side * 0.3, y + side * 0.08, x + side * 0.08, y + side * 0.25,
                 x + side * 0.08, y + side * 0.5)  # fmt: skip
    path.lineTo(x + side * 0.08, y + side * 0.84)
    path.close()
    canvas.setFillColor(color)
    canvas.drawPath(path, fill=1, stroke=0)
    _stroke(canvas, [(0.5, 0.76), (0.5, 0.46)], x, y, side, white, side * 0.12)
    canvas.setFillColor(white)
    canvas.circle(x + side * 0.5, y + side * 0.27, side * 0.07, fill=1, stroke=0)


def _stroke(
    canvas: Canvas,
    points: list[tuple[float, float]],
    x: float,
    y: float,
    side: float,
    color: Color,
    thick: float,
) -> None:
    path = canvas.beginPath()
    path.moveTo(x + side * points[0][0], y + side * points[0][1])
    for across, up in points[1:]:
        path.lineTo(x + side * across, y + side * up)
    canvas.setStrokeColor(color)
    canvas.setLineWidth(thick)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    canvas.drawPath(path, fill=0, stroke=1)
