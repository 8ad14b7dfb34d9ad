"""Official figures by ward, from a table as the authorities send it -> numbers for today's wards, and
every fault by its line. Pure.

The headings may stand below a title; a column for the district helps with names of before the merges;
lines of one ward of today (its former parts) are added up; lines of totals are passed over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.booking.wards import Ward, Wards
from bot.core.documents.file import Fault, Faults
from bot.core.documents.tables import Line, lines
from bot.core.likeness import plain

WARD, DISTRICT, CODE, NUMBERS = "ward", "district", "code", ("target", "collected", "activated")
LABELS = {"target": "Chỉ tiêu", "collected": "Đã thu", "activated": "Đã kích hoạt"}
HEADINGS = {
    "phuong xa": WARD, "phuong": WARD, "xa phuong": WARD, "ten phuong": WARD, "ten phuong xa": WARD,
    "phuong xa dac khu": WARD, "xa phuong dac khu": WARD, "dia ban": WARD, "don vi": WARD,
    "ma": CODE, "ma phuong": CODE, "ma phuong xa": CODE, "ma so": CODE,
    "quan huyen": DISTRICT, "quan": DISTRICT, "huyen": DISTRICT,
    "chi tieu": "target", "chi tieu duoc giao": "target", "chi tieu thu nhan": "target",
    "da thu": "collected", "da thu nhan": "collected", "thu nhan": "collected",
    "ho so thu nhan": "collected", "ho so da thu nhan": "collected", "so da thu": "collected",
    "da kich hoat": "activated", "kich hoat": "activated", "tai khoan kich hoat": "activated",
    "tai khoan da kich hoat": "activated",
}  # fmt: skip
ENOUGH = 2  # headings that are known make a line of headings
TITLES = 12  # lines that may stand above it
TOTAL = re.compile(r"tong|cong$|toan thanh pho|toan tp")
GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
MOST = 99_999_999


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one ward: files to collect, files collected, accounts activated."""

    target: int = 0
    collected: int = 0
    activated: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """What a table says of one ward; None where it says nothing. `lines` are those it comes from,
    `names` what they call the ward when that is not its name."""

    ward: str
    lines: tuple[int, ...]
    names: tuple[str, ...]
    target: int | None
    collected: int | None
    activated: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What can be used of a table, what is wrong with it, and what was passed over."""

    given: tuple[Given, ...]
    faults: tuple[Fault, ...]
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one ward; `before` None when nothing was known of it."""

    ward: str
    before: Figures | None
    after: Figures
    given: Given

    @property
    def same(self) -> bool:
        return self.before == self.after


def read(name: str, raw: bytes, wards: Wards) -> Reading:
    """The figures of a file; one that is no table is a reading with that fault only."""
    try:
        table = lines(name, raw)
    except Faults as faults:
        return Reading((), faults.faults)
    at = next((n for n, line in enumerate(table[:TITLES]) if _known(line) >= ENOUGH), None)
    if at is None:
        wanted = "Phường xã, Chỉ tiêu, Đã thu, Đã kích hoạt"
        return Reading(
            (), (Fault(name, 1, 1, "không thấy dòng tên cột", f"cần các cột: {wanted}"),)
        )
    return _Table(name, wards, table[at], table[at + 1 :]).read()


def _known(line: Line) -> int:
    return len({HEADINGS[plain(cell)] for cell in line[1] if plain(cell) in HEADINGS})


class _Table:
    """One table while it is read."""

    def __init__(self, name: str, wards: Wards, head: Line, rows: Sequence[Line]) -> None:
        self._name = name
        self._wards = wards
        self._head = head
        self._rows = rows
        self._columns = {HEADINGS.get(plain(cell), ""): at for at, cell in enumerate(head[1])}
        self._faults: list[Fault] = []
        self._passed: list[str] = []
        self._empty = 0

    def read(self) -> Reading:
        if not self._good_headings():
            return Reading((), tuple(self._faults))
        unused = [cell for cell in self._head[1] if cell.strip() and plain(cell) not in HEADINGS]
        if unused:
            self._passed.append(f"Không dùng cột: {', '.join(unused)[:200]}")
        found: dict[str, list[Given]] = defaultdict(list)
        for line in self._rows:
            one = self._line(line)
            if one is not None:
                self._add(found[one.ward], one)
        if self._empty:
            self._passed.append(f"Bỏ qua {self._empty} dòng chưa điền số")
        given = tuple(_sum(parts) for parts in found.values() if parts)
        return Reading(given, tuple(sorted(self._faults)), tuple(self._passed))

    def _good_headings(self) -> bool:
        names = [HEADINGS[plain(cell)] for cell in self._head[1] if plain(cell) in HEADINGS]
        for name in {name for name in names if names.count(name) > 1}:
            self._fault(self._head[0], name, f"có hai cột {LABELS.get(name, 'phường xã')}")
        if WARD not in names:
            self._fault(self._head[0], "", "thiếu cột 'Phường xã'", "thêm cột này")
        if not set(names) & set(NUMBERS):
            labels = ", ".join(LABELS.values())
            self._fault(self._head[0], "", "không có cột số liệu nào", f"cần ít nhất một: {labels}")
        return not self._faults

    def _line(self, line: Line) -> Given | None:
        """None for a line that says nothing, or that cannot be used."""
        number, cells = line
        text = self._cell(cells, WARD)
        code = self._cell(cells, CODE)
        if TOTAL.match(plain(text)):
            self._passed.append(f"Dòng {number}: bỏ qua dòng cộng {text!r}")
            return None
        if not any(self._cell(cells, name) for name in NUMBERS):
            self._empty += 1
            return None
        ward = self._wards.get(code) or self._ward(number, text, self._cell(cells, DISTRICT))
        values = {name: self._number(number, cells, name) for name in NUMBERS}
        if ward is None or any(value == BAD for value in values.values()):
            return None
        whole = ", ".join(filter(None, (text, self._cell(cells, DISTRICT))))
        names = () if not text or same(ward, text) else (whole,)
        return Given(ward.code, (number,), names, **values)

    def _cell(self, cells: Sequence[str], name: str) -> str:
        at = self._columns.get(name, len(cells))
        return cells[at].strip() if at < len(cells) else ""

    def _ward(self, number: int, text: str, district: str) -> Ward | None:
        """The ward of today that is meant; a fault when there is none or more than one."""
        if not text:
            self._fault(number, WARD, "thiếu tên phường xã")
            return None
        if ward := self._wards.get(text):
            return ward
        own = [ward for ward in self._wards.find(text) if same(ward, text)] if not district else []
        found = own or self._wards.find(f"{text}, {district}" if district else text)
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(ward.name for ward in found[:4])
            self._fault(number, WARD, f"{text!r} có thể là {names}", "ghi tên phường hiện nay")
        else:
            self._fault(number, WARD, f"không có phường xã nào tên {text!r}", "xem lại chính tả")
        return None

    def _number(self, line: int, cells: Sequence[str], name: str) -> int | None:
        """None where the column is not there; a cell without a number is a fault."""
        if name not in self._columns:
            return None
        text = self._cell(cells, name)
        digits = re.sub(r"[\s\u00a0]", "", text)
        if GROUPED.fullmatch(digits):
            digits = re.sub("[.,]", "", digits)
        if digits.isascii() and digits.isdigit() and int(digits[:12]) <= MOST:
            return int(digits)
        hint = "ghi số nguyên, ví dụ 50000 hoặc 50.000"
        self._fault(line, name, f"{LABELS[name]}: {text!r} không phải số" if text else
                    f"{LABELS[name]}: ô trống", hint)  # fmt: skip
        return BAD

    def _add(self, known: list[Given], given: Given) -> None:
        """A ward may come in parts under its former names, and under one name only once."""
        for one in known:
            if one.names == given.names:
                self._fault(given.lines[0], WARD, f"phường này có hai lần (dòng {one.lines[0]})",
                            "giữ lại một dòng")  # fmt: skip
                return
        known.append(given)

    def _fault(self, line: int, name: str, message: str, hint: str = "") -> None:
        column = self._columns.get(name, 0) + 1
        self._faults.append(Fault(self._name, line, column, message, hint))


BAD = -1  # a cell that is no number


def same(ward: Ward, text: str) -> bool:
    """Whether *text* is the ward's own name or code, with its kind or without."""
    name = plain(ward.name)
    return text == ward.code or plain(text) in (name, name.split(" ", 1)[-1])


def _sum(parts: Sequence[Given]) -> Given:
    """The parts of one ward as one."""
    first, *rest = parts
    for part in rest:
        first = replace(
            first,
            lines=first.lines + part.lines,
            names=first.names + part.names,
            target=_plus(first.target, part.target),
            collected=_plus(first.collected, part.collected),
            activated=_plus(first.activated, part.activated),
        )
    return first


def _plus(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def changes(known: Mapping[str, Figures], given: Iterable[Given]) -> list[Change]:
    """What the table changes, ward by ward; those that stay as they are too."""
    return [
        Change(one.ward, known.get(one.ward), _after(known.get(one.ward, Figures()), one), one)
        for one in given
    ]


def _after(before: Figures, given: Given) -> Figures:
    told = {name: value for name in NUMBERS if (value := getattr(given, name)) is not None}
    return replace(before, **told)


def impossible(name: str, made: Iterable[Change]) -> Iterator[Fault]:
    """Wards of which more is activated than was collected."""
    for change in made:
        after = change.after
        if after.activated > after.collected:
            message = f"đã kích hoạt {after.activated} nhiều hơn đã thu {after.collected}"
            yield Fault(name, change.given.lines[0], 1, message, "xem lại hai cột")
