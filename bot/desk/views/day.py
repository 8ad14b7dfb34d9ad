"""The list of a day: looking, searching, printing, asking for a phone number."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.core.crypto import phone_number
from bot.desk import days
from bot.desk.access import in_background
from bot.desk.context import allowed, desk_of, new_id, note, officer, page, redirect, run
from bot.desk.filters import clock
from bot.desk.roles import Right
from bot.store.booking import bookings, offices, slots
from bot.store.booking import day_list as visits
from bot.store.booking.bookings import Booking
from bot.store.booking.day_list import Span, Visit
from bot.store.booking.offices import Office
from bot.store.database import Row, Transaction
from bot.store.values import moment

PAGE = 200  # lines


@dataclass(frozen=True, slots=True)
class Shown:
    """What one page of the list is made of. `shut` are codes whose hour has left the calendar; `event`
    is the last of the code that it speaks of; `same_number` counts by code other accounts' visits."""

    office: Office
    counts: Mapping[str, int]
    visits: Sequence[Visit]
    shut: Collection[str] = ()
    same_number: Mapping[str, int] = field(default_factory=dict)
    signature: str = ""
    event: Row | None = None
    elsewhere: Booking | None = None


async def today(request: web.Request) -> web.StreamResponse:
    """To the day asked for, or to today."""
    try:
        on = days.parse(request.query.get("on", ""))
    except ValueError:
        on = days.today(request)
    return redirect(f"/desk/day/{request.match_info['office']}/{on}")


async def show(request: web.Request) -> web.Response:
    only = request.query.get("only", "")
    only = only if only in visits.FILTERS else ""
    number = request.query.get("page", "")
    skip = (max(int(number), 1) - 1) * PAGE if number.isdecimal() and len(number) < 6 else 0
    shown = await run(request, lambda tx: _look(tx, request, only, skip))
    return render(request, shown, only=only, number=skip // PAGE + 1)


def _look(tx: Transaction, request: web.Request, only: str, skip: int) -> Shown:
    span = days.span(request.match_info["office"], days.day_of(request))
    office = office_of(tx, request)
    found = visits.listed(tx, span, only=only, skip=skip, count=PAGE)
    code = request.query.get("code", "")
    if not (in_background(request) or code or only or skip):
        note(tx, request, "xem danh sách", office.id, str(days.day_of(request)))
    shown = lines(tx, office, span, found)
    return replace(shown, event=bookings.last_event(tx, code))


def lines(tx: Transaction, office: Office, span: Span, found: Sequence[Visit]) -> Shown:
    """*found* with what stands around it."""
    totals = visits.totals(tx, span)
    shut = slots.shut_out(tx, office.id, span.start)
    same = visits.same_number(tx, span)
    return Shown(office, totals.lines, found, shut, same, totals.signature)


def office_of(tx: Transaction, request: web.Request) -> Office:
    """The office in the path; raises 404."""
    office = offices.get(tx, request.match_info["office"])
    if office is None:
        raise web.HTTPNotFound
    return office


async def search(request: web.Request) -> web.Response:
    """By POST: a name or a phone number stands in no address."""
    query = str((await request.post()).get("q", "")).strip()[:100]
    shown = await run(request, lambda tx: _search(tx, request, query))
    return render(request, shown, query=query)


def _search(tx: Transaction, request: web.Request, query: str) -> Shown:
    office, desk = office_of(tx, request), desk_of(request)
    span = days.span(office.id, days.day_of(request))
    found = visits.found(tx, span, days.matching(query, desk.vault), count=PAGE)
    if phone_number(query) and not in_background(request):
        note(tx, request, "tìm theo số điện thoại", office.id, f"{len(found)} kết quả")
    elsewhere = None if found else bookings.by_code(tx, query.upper())
    if elsewhere and not allowed(officer(request), Right.SEE_VISITS, elsewhere.office):
        elsewhere = None
    return replace(lines(tx, office, span, found), elsewhere=elsewhere)


def render(
    request: web.Request,
    shown: Shown,
    *,
    only: str = "",
    number: int = 1,
    query: str = "",
    walk_in: Mapping[str, str] | None = None,
    fault: str = "",
    status: int = 200,
) -> web.Response:
    """The list, with what was filled in."""
    on = str(days.day_of(request))
    values = {
        "only": only,
        "page": number,
        "pages": 1 if query else -(-shown.counts[only or "all"] // PAGE) or 1,
        "query": query,
        "export": {"first": on, "last": on, "kind": "", "only": only, "q": query, "phones": ""},
        "walk_in": walk_in or {"name": "", "service": "", "key": new_id(request)()},
        "fault": fault,
    }
    return page(request, "day.html", {**_lines(request, shown), **values}, status)


def _lines(request: web.Request, shown: Shown) -> dict[str, Any]:
    """What the template shows of the day itself."""
    on, desk = days.day_of(request), desk_of(request)
    services = desk.settings.booking.services
    return {
        "office": shown.office,
        "here": f"/desk/day/{shown.office.id}/{on}",
        "on": on,
        "today": days.today(request),
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "counts": shown.counts,
        "visits": shown.visits,
        "shut": shown.shut,
        "same_number": shown.same_number,
        "signature": shown.signature,
        "event": shown.event,
        "elsewhere": shown.elsewhere,
        "code": request.query.get("code", ""),
        "states": days.STATES,
        "titles": days.titles(services),
        "services": [service for service in services if not service.instead],
        "phone": lambda sealed: days.masked(desk.vault, sealed),
        "undo": days.UNDO,
        "who": days.who,
    }


async def printed(request: web.Request) -> web.Response:
    """For paper, by the hour; phone numbers stay here."""
    office, rows, same = await run(request, lambda tx: _for_paper(tx, request))
    titles = days.titles(desk_of(request).settings.booking.services)
    values = {"office": office, "on": days.day_of(request), "hours": _by_hour(rows, titles)}
    values["same_number"] = same
    # A long day takes a while to write: other pages are answered meanwhile.
    return await asyncio.to_thread(page, request, "day_print.html", values)


def _for_paper(
    tx: Transaction, request: web.Request
) -> tuple[Office, list[Row], Mapping[str, int]]:
    office = office_of(tx, request)
    span = days.span(office.id, days.day_of(request))
    note(tx, request, "in danh sách", office.id, str(days.day_of(request)))
    return office, visits.for_paper(tx, span), visits.same_number(tx, span)


Line = tuple[str, str, str, str]


def _by_hour(rows: Iterable[Row], titles: Mapping[str, str]) -> list[tuple[str, list[Line]]]:
    """Each hour ("" for who had none) with its lines: number, name, code and service."""
    hours: dict[str, list[Line]] = {}
    for row in rows:
        letter = "V" if row["walk_in"] else ""
        title = titles.get(row["service"], row["service"])
        line = (f"{letter}{row['number']}", row["name"], row["code"], title)
        hours.setdefault("" if letter else row["starts_at"], []).append(line)
    return [(clock(moment(at)) if at else "", lines) for at, lines in hours.items()]


async def phone(request: web.Request) -> web.Response:
    """The number itself, once, written down."""
    code = str((await request.post()).get("code", ""))
    booking = await run(request, lambda tx: _asked_for(tx, request, code))
    desk = desk_of(request)
    values = {
        "booking": booking,
        "phone": days.phone(desk.vault, booking.phone),
        "titles": days.titles(desk.settings.booking.services),
        "back": f"/desk/day/{booking.office}/{request.match_info['date']}",
    }
    return page(request, "phone.html", values)


def _asked_for(tx: Transaction, request: web.Request, code: str) -> Booking:
    booking = bookings.by_code(tx, code)
    if booking is None or booking.office != request.match_info["office"]:
        raise web.HTTPNotFound
    note(tx, request, "xem số điện thoại", booking.code)
    return booking
