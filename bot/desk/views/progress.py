"""Progress by ward: official figures beside what people want and what is free, to see where a mobile
team is needed most."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from bot.booking.ward_figures import Figures
from bot.core.clock import local
from bot.core.likeness import plain
from bot.desk import charts, excel, small_counts, wards
from bot.desk.context import desk_of, note, page, run
from bot.desk.filters import counted
from bot.desk.forms import one_line
from bot.desk.small_counts import Count
from bot.desk.views import weekly
from bot.desk.wards import FIRST, SORTS, Line
from bot.store.booking import offices
from bot.store.booking import ward_figures as store
from bot.store.booking.ward_figures import Demand, Import
from bot.store.database import Transaction
from bot.store.staff.figures import FEWEST

ASKED_FOR = timedelta(days=30)  # how far back questions are counted
DRAWN = 10  # wards in the picture
NOTHING = Demand()
HEADINGS = ("Hạng", "Phường xã", "Chỉ tiêu", "Đã thu", "Đạt %", "Còn phải thu", "Đã kích hoạt",
            "Kích hoạt / thu %", "Chưa kích hoạt", "Đang chờ chỗ", "Người hỏi 30 ngày",
            "Tự báo chưa xong", "Chỗ trống 3 tuần tới", "Thiếu chỗ")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that is known of the wards, in no order yet."""

    lines: Sequence[Line]
    demand: Mapping[str, Demand]
    last: Import | None

    @property
    def total(self) -> Line:
        people = {
            part: [getattr(self.demand.get(line.ward, NOTHING), part) for line in self.lines]
            for part in ("asked", "waiting", "needing")
        }
        return wards.total(self.lines, people)


async def show(request: web.Request) -> web.Response:
    found = await find(request)
    sort, query = _sort(request), _query(request)
    values = {
        "lines": _chosen(request, found.lines, sort, query),
        "total": found.total,
        "sort": sort,
        "sorts": {name: title for name, (title, _) in SORTS.items()},
        "query": query,
        "last": found.last,
        "fewest": FEWEST,
        "weeks": weekly.AFTER,
        "days": ASKED_FOR.days,
    }
    return page(request, "progress.html", values)


async def find(request: web.Request) -> Found:
    free = await _free(request)
    since = desk_of(request).clock() - ASKED_FOR
    known, demand, last = await run(
        request, lambda tx: (store.figures(tx), store.demand(tx, since), store.last(tx))
    )
    lines = [
        _line(ward.code, ward.name, known, demand, free)
        for ward in desk_of(request).wards
        if ward.code in known or ward.code in demand or ward.code in free
    ]
    return Found(lines, demand, last)


async def _free(request: web.Request) -> dict[str, Count]:
    """Free places by ward in the weeks to come: made of the numbers that the figures show."""
    of = await run(request, _wards_of_offices)
    weeks = await weekly.find(request, of, dict.fromkeys(of, weekly.COMING))
    free: dict[str, list[Count]] = defaultdict(list)
    for office, ward in of.items():
        free[ward] += [weeks.line(office, week).free for week in weekly.COMING]
    return {ward: small_counts.total(counts) for ward, counts in free.items()}


def _wards_of_offices(tx: Transaction) -> dict[str, str]:
    return {office.id: office.ward for office in offices.all_known(tx)}


def _line(
    code: str,
    name: str,
    known: Mapping[str, Figures],
    demand: Mapping[str, Demand],
    free: Mapping[str, Count],
) -> Line:
    wanted = demand.get(code, NOTHING)
    return Line(
        ward=code,
        name=name,
        figures=known.get(code, Figures()),
        free=free.get(code, Count(0)),
        asked=small_counts.count(wanted.asked),
        waiting=small_counts.count(wanted.waiting),
        needing=small_counts.count(wanted.needing),
    )


def _sort(request: web.Request) -> str:
    sort = request.query.get("sort", "")
    return sort if sort in SORTS else FIRST


def _query(request: web.Request) -> str:
    return one_line(request.query.get("q", ""))[:100]


def _chosen(
    request: web.Request, lines: Iterable[Line], sort: str, query: str
) -> list[tuple[int, Line]]:
    """Each line with its rank among all; of a search those that are meant: by today's names, or by a
    former one."""
    whole = list(enumerate(wards.ranked(lines, sort), 1))
    if not query:
        return whole
    words = plain(query)
    found = [(rank, line) for rank, line in whole if words and words in plain(line.name)]
    meant = {ward.code for ward in desk_of(request).wards.find(query)}
    return found or [(rank, line) for rank, line in whole if line.ward in meant]


# --- picture and file ----------------------------------------------------------------------------


async def chart(request: web.Request) -> web.Response:
    """The first wards of the ranking."""
    found = await find(request)
    lines = wards.ranked(found.lines, _sort(request))[:DRAWN]
    series = {
        "còn phải thu": [line.missing for line in lines],
        "chưa kích hoạt": [line.idle for line in lines],
        "chỗ trống 3 tuần tới": [line.free.least for line in lines],
    }
    names = [line.name for line in lines]
    title = f"Tiến độ: {SORTS[_sort(request)][0].lower()}"
    return charts.picture(await asyncio.to_thread(charts.bars, title, names, series))


async def export(request: web.Request) -> web.Response:
    """The table as a file, in the order that is chosen."""
    form = {key: str(value) for key, value in (await request.post()).items()}
    kind = excel.KINDS.get(form.get("kind", ""), excel.EXCEL)
    sort = form.get("sort", "")
    found = await find(request)
    lines = wards.ranked(found.lines, sort if sort in SORTS else FIRST)
    await run(
        request, lambda tx: note(tx, request, "xuất tiến độ phường", detail=f"{len(lines)} dòng")
    )
    rows = [_row(rank, line) for rank, line in enumerate(lines, 1)]
    body = await asyncio.to_thread(excel.file, kind, HEADINGS, rows)
    day = local(desk_of(request).clock()).date()
    return excel.answer(kind, f"tien-do-phuong-{day}", body)


def _row(rank: int, line: Line) -> tuple[str, ...]:
    numbers = line.figures
    return (
        str(rank), line.name, str(numbers.target), str(numbers.collected), _percent(line.share),
        str(line.missing), str(numbers.activated), _percent(line.active), str(line.idle),
        *map(counted, (line.waiting, line.asked, line.needing, line.free)), str(line.short),
    )  # fmt: skip


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1f}".replace(".", ",")
