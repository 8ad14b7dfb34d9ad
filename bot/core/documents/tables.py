"""A table of any kind as lines of text cells: CSV, an Excel file, or what was pasted from one."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any

from bot.core.documents.file import MAX_BYTES, Fault, Faults

Line = tuple[int, list[str]]  # its number, and its cells
MOST_LINES, MOST_CELLS = 5_000, 60  # of a sheet that are read
TOO_MANY_CELLS = 200  # in a line of a CSV file: what has more is no table
TITLES = 12  # lines that are looked at for what stands between the cells
UNPACKED = 50_000_000  # bytes that the parts of an Excel file may have
OLD_EXCEL, PACKED = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # how Excel's "Unicode text" begins


def lines(name: str, raw: bytes) -> list[Line]:
    """The lines of a file that are not empty; raises `Faults` when it is no table at all."""
    if raw.startswith(OLD_EXCEL):
        raise fault(name, "tệp Excel kiểu cũ (.xls)", "lưu lại kiểu .xlsx")
    if raw.startswith(UTF_16):
        raw = raw.decode("utf-16", "replace").encode()
    found = _of_excel(name, raw) if raw.startswith(PACKED) else table(raw, name)
    if len(found) > MOST_LINES:
        raise fault(name, f"tệp quá dài (trên {MOST_LINES} dòng)", "tách thành nhiều tệp")
    return found


def table(raw: bytes, name: str, delimiter: str = "") -> list[Line]:
    """The lines that are not empty, each with its number; raises `Faults` when it is no CSV. Without
    *delimiter* it is the one of which a line has most."""
    if len(raw) > MAX_BYTES:
        raise fault(name, "tệp quá lớn (trên 2 MB)", "tách thành nhiều tệp")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise fault(name, "tệp không phải UTF-8", "lưu lại kiểu 'CSV UTF-8'") from error
    reader = csv.reader(
        io.StringIO(text), delimiter=delimiter or _between(text), skipinitialspace=True
    )
    try:
        found = [(reader.line_num, line) for line in reader if any(map(str.strip, line))]
    except csv.Error as error:
        raise fault(name, f"không phải tệp CSV: {error}", "lưu lại kiểu 'CSV UTF-8'") from error
    if not found:
        raise fault(name, "tệp trống", "dòng đầu là tên cột")
    if max(len(line) for _, line in found) > TOO_MANY_CELLS:
        raise fault(
            name, f"có dòng quá nhiều ô (trên {TOO_MANY_CELLS})", "xem lại dấu ngăn giữa các ô"
        )
    return found


def _between(text: str) -> str:
    """What stands between the cells: the sign of which a single line has most; the first line may be
    a title."""
    head = text.split("\n", TITLES)[:TITLES]
    return max(",;\t", key=lambda sign: max(line.count(sign) for line in head))


def _of_excel(name: str, raw: bytes) -> list[Line]:
    if len(raw) > MAX_BYTES:
        raise fault(name, "tệp quá lớn (trên 2 MB)", "chỉ giữ trang tính có số liệu")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            if sum(part.file_size for part in parts.infolist()) > UNPACKED:
                raise fault(name, "tệp quá lớn", "chỉ giữ trang tính có số liệu")
        found = list(_first_sheet(raw))
    except Faults:
        raise
    except Exception as error:  # whatever a damaged file makes of the library
        raise fault(name, "không đọc được tệp Excel", "lưu lại kiểu 'CSV UTF-8'") from error
    if not found:
        raise fault(name, "tệp trống", "dòng đầu là tên cột")
    return found


def _first_sheet(raw: bytes) -> Iterator[Line]:
    """Of the sheets the first that is not empty; of formulas what they gave when it was kept."""
    from openpyxl import load_workbook  # takes a while to load, and few files need it

    book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            rows = sheet.iter_rows(max_row=MOST_LINES + 1, max_col=MOST_CELLS, values_only=True)
            cells = ((number, list(map(_text, row))) for number, row in enumerate(rows, 1))
            found = [line for line in cells if any(line[1])]
            if found:
                yield from found
                return
    finally:
        book.close()


def _text(cell: Any) -> str:
    """A cell as somebody would type it."""
    match cell:
        case None | False:
            return ""
        case True:
            return "x"
        case float() if cell.is_integer():
            return str(int(cell))
        case date():  # and a time of a day, which is a date too
            return f"{cell:%d/%m/%Y}"
    return str(cell).strip()


def fault(name: str, message: str, hint: str = "") -> Faults:
    """That the file *name* as a whole cannot be read."""
    return Faults([Fault(name, 1, 1, message, hint)])
