"""Files of offices that officers hand in: YAML, or CSV from a spreadsheet -> values, or all faults."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bot.booking.offices_csv import Cells, read_rows
from bot.booking.opening_hours import Hours
from bot.booking.wards import Wards
from bot.core.documents import file as yaml_file
from bot.core.documents.file import Fault, Faults
from bot.core.documents.reasons import reason_of

OFFICE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")  # stands in slots' ids, and so in buttons

SAMPLE = "(mẫu)"


class OfficeRow(BaseModel):
    """An office as a file describes it. `ward` is a name or a code; it becomes the code. `open`
    False: it takes no new bookings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: Annotated[str, Field(min_length=1, max_length=60)]
    address: Annotated[str, Field(min_length=1, max_length=200)]
    ward: Annotated[str, Field(min_length=1)]
    latitude: Annotated[float, Field(ge=8, le=24)] | None = None  # Vietnam's own span
    longitude: Annotated[float, Field(ge=102, le=118)] | None = None
    services: Annotated[tuple[str, ...], Field(min_length=1)]
    hours: Hours
    open: bool = True

    @field_validator("id")
    @classmethod
    def _short_and_plain(cls, value: str) -> str:
        if not OFFICE_ID.fullmatch(value):
            raise ValueError("mã chỉ gồm chữ thường không dấu, số, gạch nối, tối đa 20 ký tự")
        return value

    @model_validator(mode="after")
    def _both_or_none(self) -> OfficeRow:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude và longitude phải có cả hai, hoặc để trống cả hai")
        return self


class OfficeFile(BaseModel):
    """The rows are checked one by one, so that the faults of all are told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    offices: Annotated[tuple[Any, ...], Field(min_length=1)]


@dataclass
class Reading:
    """What is known of a file so far: its rows with their lines, and what is wrong."""

    rows: list[tuple[int, OfficeRow]]
    faults: list[Fault]


def is_sample(text: str) -> bool:
    """Whether *text* (an office's name, or a whole file) is of the sample that comes along."""
    return SAMPLE in text


def read(file: Path, wards: Wards, services: Iterable[str]) -> tuple[OfficeRow, ...]:
    """The offices of *file*, by its ending; raises `Faults` with every fault and its line."""
    found = _read_csv(file) if file.suffix.lower() == ".csv" else _read_yaml(file)
    known, seen, checked = set(services), set[str](), []
    for line, row in found.rows:
        found.faults += _misfits(file.name, line, row, seen, known)
        seen.add(row.id)
        code = _ward_code(row.ward, wards)
        if code is None:
            hint = "viết tên phường, xã hiện nay, đủ chữ Phường hoặc Xã"
            found.faults.append(
                Fault(file.name, line, 1, f"không rõ phường, xã {row.ward!r}", hint)
            )
        else:
            checked.append(_located(row.model_copy(update={"ward": code}), wards))
    if found.faults:
        raise Faults(found.faults)
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


def _read_yaml(file: Path) -> Reading:
    document = yaml_file.read(file, file.name)
    try:
        items = OfficeFile.model_validate(document.data).offices
    except ValidationError as error:
        raise Faults(document.explain(error)) from error
    found = Reading([], [])
    for number, item in enumerate(items):
        place = ("offices", number)
        try:
            row = OfficeRow.model_validate(item)
            found.rows.append((document.fault(place, "").line, row))
        except ValidationError as error:
            found.faults += document.explain(error, place)
    return found


def _read_csv(file: Path) -> Reading:
    sheet = read_rows(file)
    found = Reading([], list(sheet.faults))
    for cells in sheet.rows:
        try:
            found.rows.append((cells.line, OfficeRow.model_validate(cells.values)))
        except ValidationError as error:
            found.faults += _explain(file.name, cells, error)
    return found


def _explain(file: str, cells: Cells, error: ValidationError) -> Iterator[Fault]:
    """pydantic's errors, each at its column, in the words of the sheet's own headings."""
    for problem in error.errors(include_url=False):
        reason, hint = reason_of(problem)
        key = next((str(part) for part in reversed(problem["loc"]) if part in cells.columns), "")
        column, heading = cells.columns.get(key, (0, yaml_file.dotted(problem["loc"])))
        given = problem["input"] if isinstance(problem["input"], str) else ""
        shown = f" (đang là {given!r})"[:60] if given else ""
        message = f"{heading}: {reason}{shown}" if heading else f"{reason}{shown}"
        yield Fault(file, cells.line, column + 1, message, hint)
