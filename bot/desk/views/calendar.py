"""An office's hours: seen, tried out, and changed. Bookings are never touched: who is booked at an
hour that goes is told, and asked to choose another; when it comes back, they are told that too."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aiohttp import web
from pydantic import ValidationError

from bot.booking.opening_hours import Hours, slots
from bot.core.clock import local
from bot.core.documents.reasons import reason_of
from bot.desk.context import desk_of, new_id, note, page, redirect, run
from bot.jobs.change_hours import Turned, refill
from bot.store.booking import offices
from bot.store.booking import slots as slot_store
from bot.store.booking.offices import Office
from bot.store.database import Transaction
from bot.store.outbox import calls
from bot.store.outbox.still_valid import About

SHOWN_DAYS = 14
FIELDS = (
    "weekly", "closed", "extra", "holidays", "capacity", "priority", "walk_in", "slot_minutes",
)  # fmt: skip
KEEP = ("keep", "call")  # the buttons that write: people are written to, or officers call them
OWN_CALL = "officers call"
NUMBERS = ("capacity", "priority", "walk_in", "slot_minutes")
CHANGED = "Chưa ghi: bạn đã sửa thêm sau khi xem trước, hoặc vừa có người đặt, hủy. Xem lại dưới đây rồi ghi."


class Unreadable(Exception):
    """The form cannot be used; the message says why, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Affected:
    """Bookings whose hour a change takes away or brings back. `seal` stands for the change and for just
    these."""

    turned: Turned
    seal: str


class _NotSeen(Exception):
    """What was found is not what was shown; carries it out of the savepoint that undoes it."""

    def __init__(self, found: Affected) -> None:
        super().__init__()
        self.found = found


async def show(request: web.Request) -> web.Response:
    office = await _office(request)
    return _page(request, office, _fields(office.hours))


async def save(request: web.Request) -> web.Response:
    """`step` "try" shows who would be affected; "keep" writes just what was shown."""
    office = await _office(request)
    given = {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    form = {**dict.fromkeys(FIELDS, ""), **given}
    try:
        hours = _hours(form)
    except Unreadable as error:
        return _page(request, office, form, fault=str(error), status=422)
    step = form.get("step")
    tried, call = form.get("tried", "") if step in KEEP else "", step == "call"
    found, kept = await run(
        request, lambda tx: _keep_or_try(tx, request, office, hours, tried, call=call)
    )
    if kept:
        said = "called" if call else "saved"
        gone, back = len(found.turned.gone), len(found.turned.back)
        return redirect(
            f"/desk/calendar/{office.id}?said={said}-{gone}{f'&back={back}' * bool(back)}"
        )
    fault = CHANGED if step in KEEP else ""
    return _page(request, office, form, hours=hours, affected=found, fault=fault)


async def _office(request: web.Request) -> Office:
    id_ = request.match_info["office"]
    office = await run(request, lambda tx: offices.get(tx, id_))
    if office is None:
        raise web.HTTPNotFound
    return office


def _page(
    request: web.Request,
    office: Office,
    form: Mapping[str, str],
    *,
    hours: Hours | None = None,
    affected: Affected | None = None,
    fault: str = "",
    status: int = 200,
) -> web.Response:
    values = {
        "office": office,
        "form": form,
        "affected": affected and affected.turned,
        "seal": affected.seal if affected else "",
        "back": back if (back := request.query.get("back", "0")).isdecimal() else "0",
        "fault": fault,
        "days": _days(request, office, hours or office.hours),
    }
    return page(request, "calendar.html", values, status)


def _days(request: web.Request, office: Office, hours: Hours) -> list[tuple[date, str, int]]:
    """The next days: when it is open, and for how many people."""
    first = local(desk_of(request).clock()).date()
    last = first + timedelta(days=SHOWN_DAYS - 1)
    found: dict[date, tuple[list[datetime], int]] = {
        first + timedelta(days=n): ([], 0) for n in range(SHOWN_DAYS)
    }
    for slot in slots(office.id, hours, first, last):
        times, places = found[slot.day]
        found[slot.day] = ([*times, slot.starts_at, slot.ends_at], places + slot.capacity)
    return [(day, _span(times), places) for day, (times, places) in found.items()]


def _span(times: list[datetime]) -> str:
    return f"{local(min(times)):%H:%M}–{local(max(times)):%H:%M}" if times else "nghỉ"


# --- the form ------------------------------------------------------------------------------------


def _fields(hours: Hours) -> dict[str, str]:
    """The form that gives these hours."""
    extra = (f"{day:%d/%m/%Y} {text}" for day, text in sorted(hours.extra.items()))
    return {
        "weekly": hours.weekly,
        "closed": "\n".join(f"{day:%d/%m/%Y}" for day in sorted(hours.closed)),
        "extra": "\n".join(extra),
        "holidays": "1" if hours.holidays else "",
        **{name: str(getattr(hours, name)) for name in NUMBERS},
    }


def _hours(form: Mapping[str, str]) -> Hours:
    """The hours of a form; raises `Unreadable`."""
    try:
        return Hours(
            weekly=form.get("weekly", "").strip(),
            closed=tuple(_day(line) for line in _lines(form, "closed")),
            extra=dict(_extra(line) for line in _lines(form, "extra")),
            holidays=bool(form.get("holidays")),
            **{name: _number(form, name) for name in NUMBERS},
        )
    except ValidationError as error:
        raise Unreadable("; ".join(reason_of(item)[0] for item in error.errors())) from error


def _lines(form: Mapping[str, str], name: str) -> list[str]:
    return [line.strip() for line in form.get(name, "").splitlines() if line.strip()]


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise Unreadable(f"ngày {text!r}: viết ngày/tháng/năm, ví dụ 27/11/2026") from error


def _extra(line: str) -> tuple[date, str]:
    day, _, hours = line.partition(" ")
    if not hours.strip():
        raise Unreadable(
            f"ngày làm riêng {line!r}: viết ngày rồi giờ, ví dụ 28/11/2026 08:00-11:00"
        )
    return _day(day), hours.strip()


def _number(form: Mapping[str, str], name: str) -> int:
    text = form.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise Unreadable(f"số chỗ, số phút phải là số: {text[:20]!r}")
    return int(text)


# --- trying and keeping --------------------------------------------------------------------------


def _keep_or_try(
    tx: Transaction, request: web.Request, office: Office, hours: Hours, seen: str, *, call: bool
) -> tuple[Affected, bool]:
    """Everything is done and looked at; it is kept if the officer has *seen* just that, else undone.
    *call*: officers call those who are affected, who else are written to."""
    try:
        with tx.atomic():
            found = _change(tx, request, office, hours)
            if found.seal != seen:
                raise _NotSeen(found)
            if call:
                _to_be_called(tx, found, desk_of(request).clock())
    except _NotSeen as undone:
        return undone.found, False
    gone, back = len(found.turned.gone), len(found.turned.back)
    told = f"{gone} lịch bị ảnh hưởng" + f", {back} lịch làm lại đúng giờ" * bool(back)
    note(tx, request, "đổi giờ làm", office.id, told)
    return found, True


def _to_be_called(tx: Transaction, found: Affected, now: datetime) -> None:
    for booking in found.turned.gone:
        about = About(booking.code, booking.version, slot_store.CHANGED)
        calls.add(tx, about, OWN_CALL, now)


def _change(tx: Transaction, request: web.Request, office: Office, hours: Hours) -> Affected:
    desk = desk_of(request)
    now = desk.clock()
    offices.set_hours(tx, office.id, hours, now)
    changed = offices.get(tx, office.id) or office
    turned = refill(tx, changed, desk.settings.booking.horizon_days, now, new_id(request))
    codes = [[booking.code for booking in some] for some in (turned.gone, turned.back)]
    seal = hashlib.sha256(f"{hours.model_dump_json()} {codes}".encode()).hexdigest()[:16]
    return Affected(turned, seal)
