"""A list of places to hang posters at, from a CSV file: every faulty line is named at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.documents.file import Fault, Faults
from bot.core.documents.tables import table
from bot.core.likeness import closest, plain
from bot.faq.greetings import Greetings, Place
from bot.outreach.posters import BadPlace, place_name
from bot.outreach.print_text import unprintable

MOST = 500  # posters of one list
PLACE, KIND = "Nơi dán", "Loại nơi"
HEADINGS = {
    "noi dan": PLACE, "noi": PLACE, "place": PLACE, "dia diem": PLACE, "ten noi": PLACE,
    "loai noi": KIND, "loai": KIND, "kind": KIND,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line: `kind` is a place's id in loi-chao.yaml."""

    line: int
    kind: str
    place: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What can be made, and what is wrong with the other lines."""

    wanted: tuple[Wanted, ...]
    faults: tuple[Fault, ...]


def kind_of(greetings: Greetings, text: str) -> Place | None:
    """The kind that *text* names, with or without marks: "xăng", "thang-máy", "quán ăn"."""
    return _names(greetings).get(plain(text))


def kinds_hint(greetings: Greetings, text: str) -> str:
    names = _names(greetings)
    near = closest(plain(text), names, 60)
    if near:
        return f"có phải {names[near].name!r}?"
    return "chọn một trong: " + "; ".join(place.name for place in greetings.places.values())


def _names(greetings: Greetings) -> Mapping[str, Place]:
    names: dict[str, Place] = {}
    for place in greetings.places.values():
        for name in (place.id, place.name, *place.name.split(",")):
            names.setdefault(plain(name), place)
    return names


def read(raw: bytes, file: str, greetings: Greetings) -> Listed:
    """Read the list; raises `Faults` when it is no list at all."""
    first = raw.split(b"\n", 1)[0]
    # Names of places have commas in them, so that any other sign that divides says more.
    lines = table(raw, file, next((sign for sign in "\t;" if sign.encode() in first), ","))
    columns = _columns(lines[0][1])
    if columns is None:
        columns = {PLACE: 0, KIND: 1}  # no headings: the place, then its kind
    else:
        lines = lines[1:]
    if missing := [name for name in (PLACE, KIND) if name not in columns]:
        message = f"thiếu cột {missing[0]!r}"
        raise Faults([Fault(file, 1, 1, message, f"dòng đầu viết: {PLACE},{KIND}")])
    if len(lines) > MOST:
        raise Faults([Fault(file, 1, 1, f"quá {MOST} dòng", "tách thành nhiều tệp")])
    wanted: list[Wanted] = []
    faults: list[Fault] = []
    for line, cells in lines:
        found = list(_line(file, line, cells, columns, greetings, wanted))
        faults += [one for one in found if isinstance(one, Fault)]
        if all(isinstance(one, Wanted) for one in found):
            wanted += [one for one in found if isinstance(one, Wanted)]
    return Listed(tuple(wanted), tuple(faults))


def _columns(cells: Sequence[str]) -> dict[str, int] | None:
    """Where place and kind stand; None when the first line is no line of headings."""
    names = [HEADINGS.get(plain(cell)) for cell in cells]
    return {name: at for at, name in enumerate(names) if name} if any(names) else None


def _line(
    file: str,
    line: int,
    cells: Sequence[str],
    columns: Mapping[str, int],
    greetings: Greetings,
    before: Sequence[Wanted],
) -> Iterator[Wanted | Fault]:
    """What is wanted in a line, or all that is wrong with it."""
    place, kind = (_cell(cells, columns[name]) for name in (PLACE, KIND))
    known = kind_of(greetings, kind)
    if known is None:
        told = f"không có loại nơi {kind!r}" if kind else "chưa ghi loại nơi"
        yield Fault(file, line, columns[KIND] + 1, told, kinds_hint(greetings, kind))
    try:
        place = checked_place(place)
    except BadPlace as error:
        yield Fault(file, line, columns[PLACE] + 1, str(error))
        return
    same = (one for one in before if known and (one.kind, one.place) == (known.id, place))
    if (twin := next(same, None)) is not None:
        yield Fault(file, line, columns[PLACE] + 1, f"trùng với dòng {twin.line}", "xóa một dòng")
    elif known is not None:
        yield Wanted(line, known.id, place)


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def checked_place(text: str) -> str:
    """The place's name as it is printed. Raises `BadPlace`."""
    name = place_name(text)
    if missing := unprintable(name):
        raise BadPlace(f"không in được: {' '.join(missing)}")
    return name
