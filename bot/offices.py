"""Files of offices that officers hand in: YAML, or CSV from a spreadsheet -> values, or all faults."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot import yaml_file
from bot.calendar import Hours
from bot.matching.likeness import plain
from bot.places import Wards
from bot.yaml_file import Fault, Faults
from bot.yaml_reasons import reason_of

HEADINGS = {
    "ma": "id", "ten": "name", "dia chi": "address", "phuong xa": "ward", "vi do": "latitude",
    "kinh do": "longitude", "viec": "services", "gio lam": "weekly", "so nguoi": "capacity",
    "uu tien": "priority", "khong hen": "walk_in", "so phut": "slot_minutes",
}  # fmt: skip
OF_HOURS = ("weekly", "capacity", "priority", "walk_in", "slot_minutes")


class OfficeRow(BaseModel):
    """An office as a file describes it. `ward` is a name or a code; it becomes the code."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,19}$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    address: Annotated[str, Field(min_length=1, max_length=200)]
    ward: Annotated[str, Field(min_length=1)]
    latitude: Annotated[float, Field(ge=8, le=24)] | None = None  # Vietnam's own span
    longitude: Annotated[float, Field(ge=102, le=118)] | None = None
    services: Annotated[tuple[str, ...], Field(min_length=1)]
    hours: Hours


class OfficeFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    offices: tuple[OfficeRow, ...]


def read(file: Path, wards: Wards, services: Iterable[str]) -> tuple[OfficeRow, ...]:
    """The offices of *file*, by its ending; raises `Faults` with every fault and its line."""
    rows = _read_csv(file) if file.suffix.lower() == ".csv" else _read_yaml(file)
    known = set(services)
    faults: list[Fault] = []
    seen: set[str] = set()
    checked = []
    for line, row in rows:
        faults += _misfits(file.name, line, row, seen, known)
        seen.add(row.id)
        found = _ward_code(row.ward, wards)
        if found is None:
            hint = "viết tên phường, xã hiện nay, đủ chữ Phường hoặc Xã"
            faults.append(Fault(file.name, line, 1, f"không rõ phường, xã {row.ward!r}", hint))
        else:
            checked.append(_located(row.model_copy(update={"ward": found}), wards))
    if faults:
        raise Faults(faults)
    return tuple(checked)


def _misfits(
    file: str, line: int, row: OfficeRow, seen: set[str], known: set[str]
) -> Iterator[Fault]:
    if row.id in seen:
        yield Fault(file, line, 1, f"mã {row.id!r} có hai lần", "mỗi nơi một mã riêng")
    for service in sorted(set(row.services) - known):
        hint = f"dùng một trong: {', '.join(sorted(known))}"
        yield Fault(file, line, 1, f"không có việc {service!r} trong config.yaml", hint)


def _ward_code(text: str, wards: Wards) -> str | None:
    if wards.get(text):
        return text
    found = wards.find(text)
    return found[0].code if len(found) == 1 or (found and found[0].name == text) else None


def _located(row: OfficeRow, wards: Wards) -> OfficeRow:
    """Without coordinates of its own, an office is about where its ward is."""
    ward = wards.get(row.ward)
    if row.latitude is not None or ward is None:
        return row
    return row.model_copy(update={"latitude": ward.latitude, "longitude": ward.longitude})


def _read_yaml(file: Path) -> list[tuple[int, OfficeRow]]:
    document = yaml_file.read(file, file.name)
    try:
        parsed = OfficeFile.model_validate(document.data)
    except ValidationError as error:
        raise Faults(document.explain(error)) from error
    places = (document.fault(("offices", n), "").line for n in range(len(parsed.offices)))
    return list(zip(places, parsed.offices, strict=True))


def _read_csv(file: Path) -> list[tuple[int, OfficeRow]]:
    """Comma or semicolon, with or without Excel's byte order mark, Vietnamese headings or ours."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Fault(file.name, 1, 1, "tệp không phải UTF-8", "lưu lại kiểu 'CSV UTF-8'")
        raise Faults([fault]) from error
    separator = (
        ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    )
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    lines = [(reader.line_num, line) for line in reader if any(cell.strip() for cell in line)]
    if not lines:
        raise Faults([Fault(file.name, 1, 1, "tệp trống", "dòng đầu là tên cột")])
    names = [_heading(cell) for cell in lines[0][1]]
    found: list[tuple[int, OfficeRow]] = []
    faults: list[Fault] = []
    for line, cells in lines[1:]:
        try:
            found.append((line, OfficeRow.model_validate(_from_cells(dict(zip(names, cells))))))  # noqa: B905 - a short line has empty cells
        except ValidationError as error:
            faults += _explain(file.name, line, error)
    if faults:
        raise Faults(faults)
    return found


def _heading(cell: str) -> str:
    return HEADINGS.get(plain(cell), cell.strip())


def _from_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {name: cell.strip() for name, cell in cells.items() if cell.strip()}
    hours = {name: given.pop(name) for name in OF_HOURS if name in given}
    services = tuple(given.pop("services", "").replace(",", " ").split())
    numbers: dict[str, Any] = {
        name: given.pop(name).replace(",", ".")
        for name in ("latitude", "longitude")
        if name in given
    }
    return {**given, **numbers, "services": services, "hours": hours}


def _explain(file: str, line: int, error: ValidationError) -> Iterator[Fault]:
    for problem in error.errors():
        reason, hint = reason_of(problem)
        yield Fault(file, line, 1, f"{yaml_file.dotted(problem['loc'])}: {reason}", hint)
