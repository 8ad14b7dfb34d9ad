"""What becomes of a visit: one tap marks it, another takes it back; and who came unannounced."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import urlencode

from aiohttp import web

from bot.core import privacy
from bot.desk import days
from bot.desk.context import desk_of, new_id, note, officer, redirect, run
from bot.desk.views import day
from bot.store.booking import bookings, day_list
from bot.store.booking.bookings import Booking, State
from bot.store.database import Transaction
from handlers.booking import attendance, names
from handlers.booking.attendance import NotMarked, TooEarly

KEY = re.compile(r"[0-9a-f]{28}")  # an id as `Ids` makes them


async def mark(request: web.Request) -> web.StreamResponse:
    """Compare and set: only if the visit is still what the officer saw."""
    form = {key: str(value) for key, value in (await request.post()).items()}
    try:
        seen, to = State(form.get("seen", "")), State(form.get("to", ""))
        version = int(form.get("version", ""))
    except ValueError as error:
        raise web.HTTPUnprocessableEntity from error
    code = form.get("code", "")
    said = await run(request, lambda tx: _mark(tx, request, code, version, seen, to))
    kept = {key: form[key] for key in ("only", "page") if form.get(key)}
    query = urlencode({**kept, "said": said, "code": code})
    return redirect(f"{_list(request)}?{query}#v-{code}")


def _mark(
    tx: Transaction, request: web.Request, code: str, version: int, seen: State, to: State
) -> str:
    """What to say of it: as `set_state`, or `moved` to another day or office."""
    office = day.office_of(tx, request)
    booking = bookings.by_code(tx, code)
    if booking is None or booking.office != office.id:
        raise web.HTTPNotFound
    if booking.version != version:
        return "moved"
    return set_state(tx, request, booking, seen, to)


def set_state(
    tx: Transaction, request: web.Request, booking: Booking, seen: State, to: State
) -> str:
    """`marked`, `late` when somebody else was first, `early` before its hour, `ahead` before its day."""
    desk, account = desk_of(request), officer(request).account
    marked = partial(attendance.mark, tx, desk.settings, booking.code, to, desk.clock())
    try:
        marked(days.actor(account.id), new_id(request), seen=seen)
    except NotMarked:
        return "late"
    except TooEarly as error:
        return "early" if error.on_the_day else "ahead"
    note(tx, request, "ghi " + days.STATES[to].lower(), booking.code)
    return "marked"


def _list(request: web.Request) -> str:
    return f"/desk/day/{request.match_info['office']}/{request.match_info['date']}"


async def walk_in(request: web.Request) -> web.StreamResponse:
    """Somebody who came without an appointment, today."""
    form = {key: str(value) for key, value in (await request.post()).items()}
    given = {key: form.get(key, "").strip() for key in ("name", "service", "key")}
    if fault := _fault(request, given):
        shown = await run(request, lambda tx: _first_page(tx, request))
        again = {**given, "key": new_id(request)()}
        return day.render(request, shown, walk_in=again, fault=fault, status=422)
    booking = await run(request, lambda tx: _come(tx, request, given))
    return redirect(f"{_list(request)}?said=walk-in&code={booking.code}#v-{booking.code}")


def _first_page(tx: Transaction, request: web.Request) -> day.Shown:
    office = day.office_of(tx, request)
    span = days.span(office.id, days.day_of(request))
    return day.lines(tx, office, span, day_list.listed(tx, span, count=day.PAGE))


def _fault(request: web.Request, given: dict[str, str]) -> str:
    services = {s.id for s in desk_of(request).settings.booking.services if not s.instead}
    if days.day_of(request) != days.today(request):
        return "Chỉ thêm người không hẹn trước vào danh sách hôm nay."
    if not KEY.fullmatch(given["key"]):
        return "Trang đã cũ. Bạn bấm “Thêm” lần nữa."
    if given["service"] not in services:
        return "Bạn chọn việc cần làm."
    name = given["name"]
    good = (
        len(name) <= names.LONGEST and names.NAME.fullmatch(name) and not privacy.mask(name).found
    )
    return "" if good else f"Tên chỉ gồm chữ, nhiều nhất {names.LONGEST} chữ cái."


def _come(tx: Transaction, request: web.Request, given: dict[str, str]) -> Booking:
    """Once for each form, however often it is sent."""
    office = day.office_of(tx, request)
    if (sent := bookings.get(tx, given["key"])) is not None:
        return sent
    booking = bookings.walk_in(
        tx,
        id=given["key"],
        service=given["service"],
        office=office.id,
        name=given["name"],
        now=desk_of(request).clock(),
        actor=days.actor(officer(request).account.id),
    )
    note(tx, request, "thêm người không hẹn trước", booking.code)
    return booking
