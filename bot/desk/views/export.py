"""The list as a file: a day or a range, with the filters of the page it was asked from."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from bot.core.clock import VIETNAM
from bot.desk import days, excel
from bot.desk.context import Desk as Context
from bot.desk.context import allowed, desk_of, note, officer, page, run
from bot.desk.excel import Kind
from bot.desk.roles import Right
from bot.desk.views.day import office_of
from bot.store.booking import day_list
from bot.store.booking.day_list import Visit
from bot.store.booking.offices import Office
from bot.store.database import Transaction

LONGEST = timedelta(days=92)  # a quarter
HEADINGS = ("Nơi", "Ngày", "Giờ", "Số", "Mã hẹn", "Họ tên", "Việc", "Tình trạng", "Báo sẽ đến",
            "Số điện thoại")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; *only* is one of the filters, "" for all."""

    first: date
    last: date
    kind: Kind
    only: str
    query: str
    phones: bool


class BadRange(Exception):
    """What is wrong with the days, in Vietnamese."""


async def export(request: web.Request) -> web.Response:
    form = {key: str(value) for key, value in (await request.post()).items()}
    try:
        wanted = _wanted(form)
    except BadRange as fault:
        return await _again(request, form, str(fault))
    if wanted.phones and not allowed(officer(request), Right.SEE_PHONES):
        raise web.HTTPForbidden
    desk = desk_of(request)
    office, found = await run(request, lambda tx: _take(tx, request, wanted))
    body = await asyncio.to_thread(_file, desk, office, found, wanted)
    return excel.answer(wanted.kind, _name(office, wanted), body)


def _wanted(form: dict[str, str]) -> Wanted:
    """Raises `BadRange`."""
    try:
        first, last = (days.parse(form.get(name, "")) for name in ("first", "last"))
    except ValueError as error:
        raise BadRange("Bạn chọn ngày đầu và ngày cuối.") from error
    if not first <= last <= first + LONGEST:
        raise BadRange(f"Ngày cuối không được trước ngày đầu, và nhiều nhất {LONGEST.days} ngày.")
    only = form.get("only", "")
    return Wanted(
        first=first,
        last=last,
        kind=excel.KINDS.get(form.get("kind", ""), excel.EXCEL),
        only=only if only in day_list.FILTERS else "",
        query=form.get("q", "").strip()[:100],
        phones="phones" in form,
    )


async def _again(request: web.Request, form: dict[str, str], fault: str) -> web.Response:
    office = await run(request, lambda tx: office_of(tx, request))
    names = ("first", "last", "kind", "only", "q", "phones")
    kept = {name: form.get(name, "") for name in names}
    return page(request, "export.html", {"office": office, "export": kept, "fault": fault}, 422)


def _take(tx: Transaction, request: web.Request, wanted: Wanted) -> tuple[Office, list[Visit]]:
    """The lines; that they leave the house is written down, not whom they name."""
    office = office_of(tx, request)
    span = days.span(office.id, wanted.first, wanted.last)
    if wanted.query:
        matches = days.matching(wanted.query, desk_of(request).vault)
        found = day_list.found(tx, span, matches, only=wanted.only)
    else:
        found = day_list.listed(tx, span, only=wanted.only)
    detail = [f"{wanted.first} đến {wanted.last}", wanted.kind.ending, f"{len(found)} dòng"]
    detail += [f"lọc {wanted.only}"] * bool(wanted.only) + ["có tìm kiếm"] * bool(wanted.query)
    detail += ["có số điện thoại"] * wanted.phones
    note(tx, request, "xuất danh sách", office.id, ", ".join(detail))
    return office, found


def _file(desk: Context, office: Office, found: Iterable[Visit], wanted: Wanted) -> bytes:
    titles = days.titles(desk.settings.booking.services)
    phone = days.phone if wanted.phones else days.masked
    rows = (_row(visit, office, titles, phone(desk.vault, visit.phone)) for visit in found)
    return excel.file(wanted.kind, HEADINGS, rows)


def _row(visit: Visit, office: Office, titles: dict[str, str], phone: str) -> tuple[str, ...]:
    at = visit.starts_at.astimezone(VIETNAM)
    return (
        office.name,
        f"{at:%d/%m/%Y}",
        f"{at:%H:%M}",
        f"V{visit.number}" if visit.walk_in else str(visit.number),
        visit.code,
        visit.name,
        titles.get(visit.service, visit.service),
        days.STATES[visit.state],
        "có" if visit.coming else "",
        phone,
    )


def _name(office: Office, wanted: Wanted) -> str:
    """A file's name that every system takes, without its ending."""
    span = f"{wanted.first}" + (f"-den-{wanted.last}" if wanted.last != wanted.first else "")
    plain = re.sub(r"[^A-Za-z0-9-]", "-", office.id)
    return f"danh-sach-{plain}-{span}"
