"""Tables as files for a spreadsheet, none of whose cells does anything when it is opened."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from aiohttp import web
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

# OWASP, "CSV Injection": a cell that begins so is a formula to some spreadsheet; the wide forms of
# the signs too, once a Vietnamese or Chinese Excel has normalised them.
FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]|[\t\r\n]")
# What XML 1.0 has no way to write, and a spreadsheet would call a damaged file.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
WIDEST = 40  # characters

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its ending, and what a browser is told that it is."""

    ending: str
    media_type: str


EXCEL = Kind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
CSV = Kind("csv", "text/csv")
KINDS: Mapping[str, Kind] = MappingProxyType({kind.ending: kind for kind in (EXCEL, CSV)})


def file(kind: Kind, headings: Row, rows: Iterable[Row]) -> bytes:
    """The table as a file; every cell is text."""
    safe = [[harmless(cell) for cell in row] for row in rows]
    return _excel(headings, safe) if kind is EXCEL else _csv(headings, safe)


def answer(kind: Kind, name: str, body: bytes) -> web.Response:
    """The file, to be kept under *name* (plain letters) with its ending."""
    return web.Response(
        body=body,
        content_type=kind.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind.ending}"'},
    )


def harmless(text: str) -> str:
    """*text*, with an apostrophe before what a spreadsheet would run."""
    clean = UNWRITABLE.sub("", text)
    return f"'{clean}" if FORMULA.match(clean) else clean


def _csv(headings: Row, rows: Sequence[Row]) -> bytes:
    """UTF-8 with a byte-order mark: without it Excel shows Vietnamese as rubbish."""
    lines = io.StringIO(newline="")
    csv.writer(lines, quoting=csv.QUOTE_ALL).writerows([headings, *rows])
    return lines.getvalue().encode("utf-8-sig")


def _excel(headings: Row, rows: Sequence[Row]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Danh sách")
    sheet.freeze_panes = "A2"
    for number, heading in enumerate(headings):
        widest = max((len(row[number]) for row in rows), default=0)
        width = min(max(widest, len(heading)), WIDEST) + 2
        sheet.column_dimensions[get_column_letter(number + 1)].width = width
    sheet.append([_cell(sheet, heading, bold=True) for heading in headings])
    for row in rows:
        sheet.append([_cell(sheet, text) for text in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _cell(sheet: object, text: str, *, bold: bool = False) -> WriteOnlyCell:
    """Text, whatever it looks like: openpyxl would guess a formula or an error."""
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
