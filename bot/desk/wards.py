"""What stands in a line of the progress by ward, and in which order the lines may stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bot.booking.ward_figures import Figures
from bot.desk import small_counts
from bot.desk.small_counts import Count


@dataclass(frozen=True, slots=True)
class Line:
    """One ward. `free`: places of its offices in the weeks to come; `asked`, `waiting`, `needing`:
    people as `store.progress.Demand` counts them."""

    ward: str
    name: str
    figures: Figures
    free: Count
    asked: Count
    waiting: Count
    needing: Count

    @property
    def missing(self) -> int:
        """Files still to collect."""
        return max(self.figures.target - self.figures.collected, 0)

    @property
    def idle(self) -> int:
        """Files whose account is not activated."""
        return self.figures.collected - self.figures.activated

    @property
    def short(self) -> int:
        """Files still to collect for which there is no place at an office in the weeks to come."""
        return max(self.missing - self.free.least, 0)

    @property
    def share(self) -> float | None:
        """Collected of the target, in hundredths."""
        return _share(self.figures.collected, self.figures.target)

    @property
    def active(self) -> float | None:
        """Activated of the collected, in hundredths."""
        return _share(self.figures.activated, self.figures.collected)


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _low(share: float | None) -> float:
    """Low shares first, unknown ones last."""
    return 1e9 if share is None else share


Key = Callable[[Line], Any]
# Hidden numbers must not show in the order either: it is made of what the table shows.
SORTS: Mapping[str, tuple[str, Key]] = MappingProxyType({
    "thieu-cho": ("Thiếu chỗ nhiều nhất", lambda line: -line.short),
    "con-thu": ("Còn phải thu nhiều nhất", lambda line: -line.missing),
    "ty-le-thu": ("Tỷ lệ thu thấp nhất", lambda line: _low(line.share)),
    "chua-kich-hoat": ("Chưa kích hoạt nhiều nhất", lambda line: -line.idle),
    "ty-le-kich-hoat": ("Tỷ lệ kích hoạt thấp nhất", lambda line: _low(line.active)),
    "dang-cho": ("Đang chờ chỗ nhiều nhất", lambda line: -line.waiting.least),
    "nguoi-hoi": ("Hỏi nhiều nhất", lambda line: -line.asked.least),
    "can-giup": ("Tự báo chưa xong nhiều nhất", lambda line: -line.needing.least),
    "ten": ("Tên phường", lambda line: line.name),
})  # fmt: skip
FIRST = "thieu-cho"


def ranked(lines: Iterable[Line], sort: str) -> list[Line]:
    """In the order *sort*; equal ones by what is still to collect, then by name."""
    key = SORTS[sort][1]
    return sorted(lines, key=lambda line: (key(line), -line.missing, line.name))


NAMES = ("target", "collected", "activated")


def total(lines: Sequence[Line], people: Mapping[str, Iterable[int]]) -> Line:
    """The sum of *lines*; *people* are the numbers behind `asked`, `waiting` and `needing`."""
    sums = {name: sum(getattr(one.figures, name) for one in lines) for name in NAMES}
    counted = {name: small_counts.together(values) for name, values in people.items()}
    return Line(
        "", "Cộng", Figures(**sums), free=small_counts.total(one.free for one in lines), **counted
    )
