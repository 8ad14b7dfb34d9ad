"""A sheet of offices saved as CSV: Vietnamese headings or ours, comma or semicolon, dates and
decimal commas as spreadsheets write them -> the same plain data that YAML gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.documents.file import Fault
from bot.core.documents.tables import Line, fault, table
from bot.core.likeness import closest, plain

LABELS = {
    "id": "Mã", "name": "Tên", "address": "Địa chỉ", "ward": "Phường xã", "latitude": "Vĩ độ",
    "longitude": "Kinh độ", "services": "Việc", "open": "Nhận hẹn", "weekly": "Giờ làm",
    "capacity": "Số người", "priority": "Ưu tiên", "walk_in": "Không hẹn",
    "slot_minutes": "Số phút", "holidays": "Nghỉ lễ", "closed": "Ngày nghỉ", "extra": "Ngày riêng",
}  # fmt: skip
HEADINGS = {plain(label): name for name, label in LABELS.items()}
NEEDED = ("id", "name", "address", "ward", "services")
OF_HOURS = frozenset({
    "weekly", "capacity", "priority", "walk_in", "slot_minutes", "holidays", "closed", "extra",
})  # fmt: skip
# 05/12/2026, as spreadsheets of Vietnam show a date.
DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")


@dataclass(frozen=True, slots=True)
class Cells:
    """One line of the sheet: its values under our names, and for each name the number of its
    column (from 0) and the heading as it stands there."""

    line: int
    values: Mapping[str, Any]
    columns: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines below the headings, and what is wrong with the headings."""

    rows: tuple[Cells, ...]
    faults: tuple[Fault, ...]


def read_rows(file: Path) -> Sheet:
    """Read *file*; raises `Faults` when it is no sheet at all."""
    lines = _lines(file)
    head, *rest = lines
    columns = {name: (at, cell) for at, (name, cell) in enumerate(_names(head[1]))}
    faults = tuple(_wrong_headings(file.name, head[0], head[1]))
    if faults:
        return Sheet((), faults)
    return Sheet(tuple(Cells(line, _values(cells, columns), columns) for line, cells in rest), ())


def _lines(file: Path) -> list[Line]:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise fault(file.name, f"không đọc được tệp: {error.strerror}") from error
    return table(raw, file.name)


def _names(headings: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Our name for each heading, and the heading."""
    for cell in headings:
        yield HEADINGS.get(plain(cell), cell.strip()), cell.strip()


def _wrong_headings(file: str, line: int, headings: Sequence[str]) -> Iterator[Fault]:
    names = [name for name, _ in _names(headings)]
    for at, (name, cell) in enumerate(_names(headings)):
        if name not in LABELS:
            near = closest(plain(cell), HEADINGS, 60)
            hint = (
                f"có phải cột {LABELS[HEADINGS[near]]!r}? Không thì xóa" if near else "xóa cột này"
            )
            yield Fault(file, line, at + 1, f"không có cột {cell!r}", hint)
        elif name in names[:at]:
            yield Fault(file, line, at + 1, f"cột {cell!r} có hai lần", "giữ lại một")
    for name in NEEDED:
        if name not in names:
            yield Fault(file, line, 1, f"thiếu cột {LABELS[name]!r}", "thêm cột này ở dòng đầu")


def _values(cells: Sequence[str], columns: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    """What stands in the cells that are filled."""
    given: dict[str, Any] = {}
    hours: dict[str, Any] = {}
    for name, (at, _) in columns.items():
        cell = cells[at].strip() if at < len(cells) else ""
        if cell:
            (hours if name in OF_HOURS else given)[name] = READ.get(name, str)(cell)
    return {**given, "hours": hours}


def _ids(cell: str) -> tuple[str, ...]:
    return tuple(cell.replace(",", " ").replace(";", " ").split())


def _decimal(cell: str) -> str:
    return cell.replace(",", ".")


def _yes(cell: str) -> str:
    """ "có" and "không" as true and false; anything else is left for the check to refuse."""
    return {"co": "true", "x": "true", "khong": "false"}.get(plain(cell), cell)


def _dates(cell: str) -> list[str]:
    """ "05/12/2026; 01/03/2027..05/03/2027": days, or from one day to another."""
    return [part.strip() for part in _iso(cell).split(";") if part.strip()]


def _days(cell: str) -> dict[str, str]:
    """ "05/12/2026 18:30-20:30; 06/12/2026 07:30-11:30": a day and its hours."""
    parts = (part.strip().partition(" ") for part in _iso(cell).split(";") if part.strip())
    return {day: hours.strip() for day, _, hours in parts}


def _iso(cell: str) -> str:
    return DATE.sub(lambda day: f"{day[3]}-{day[2]:0>2}-{day[1]:0>2}", cell)


READ: Mapping[str, Callable[[str], Any]] = {
    "services": _ids,
    "latitude": _decimal,
    "longitude": _decimal,
    "open": _yes,
    "holidays": _yes,
    "closed": _dates,
    "extra": _days,
}
