"""A day at an office, as the pages name it: its span, its states, and phones that are not shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType

from aiohttp import web

from bot.core.clock import VIETNAM
from bot.core.config.booking import Service
from bot.core.crypto import BadKey, Vault, as_dialled, phone_number
from bot.core.vietnamese import clean, strip
from bot.desk.context import desk_of
from bot.store.booking.bookings import State
from bot.store.booking.day_list import WALK_IN, Span
from bot.store.database import Row

STATES: Mapping[str, str] = MappingProxyType({
    State.BOOKED: "Chờ đến",
    State.ARRIVED: "Đã đến",
    State.SERVED: "Làm xong",
    State.NO_SHOW: "Không đến",
    State.CANCELLED: "Đã hủy",
    WALK_IN: "Không hẹn trước",
})  # fmt: skip
# What one mark is taken back to.
UNDO: Mapping[State, State] = MappingProxyType({
    State.ARRIVED: State.BOOKED,
    State.SERVED: State.ARRIVED,
    State.NO_SHOW: State.BOOKED,
})  # fmt: skip
ACTORS: Mapping[str, str] = MappingProxyType({
    "person": "người dân",
    "service": "hệ thống",
    "officer": "cán bộ (dòng lệnh)",
})  # fmt: skip
YEARS = range(2020, 2100)
OFFICER = "officer "  # how an account stands in `booking_events.actor`


def actor(account: str) -> str:
    return OFFICER + account


def who(written: str) -> str:
    """The actor of an event, for reading."""
    return ACTORS.get(written) or written.removeprefix(OFFICER)


def parse(text: str) -> date:
    """The day that *text* is, as 2026-11-27; raises ValueError for one that no calendar of ours
    has: the first and the last days of Python's own have no midnight in UTC."""
    day = date.fromisoformat(text)
    if day.year not in YEARS or str(day) != text:
        raise ValueError(text)
    return day


def day_of(request: web.Request) -> date:
    """The day in the path; raises 404."""
    try:
        return parse(request.match_info["date"])
    except ValueError as error:
        raise web.HTTPNotFound from error


def span(office: str, first: date, last: date | None = None) -> Span:
    """From midnight to midnight on Vietnam's clocks, *last* included."""
    start = datetime.combine(first, datetime.min.time(), VIETNAM)
    end = datetime.combine(last or first, datetime.min.time(), VIETNAM) + timedelta(days=1)
    return Span(office, start, end)


def today(request: web.Request) -> date:
    return desk_of(request).clock().astimezone(VIETNAM).date()


def titles(services: Iterable[Service]) -> dict[str, str]:
    return {service.id: service.title for service in services}


# --- phones --------------------------------------------------------------------------------------


def phone(vault: Vault, sealed: str) -> str:
    """0900000001; "" without one."""
    try:
        return as_dialled(vault.open(sealed))
    except BadKey:
        return "(ghi bằng khóa khác)"


def masked(vault: Vault, sealed: str) -> str:
    """090…001: enough to tell two people apart, not to call one."""
    number = phone(vault, sealed)
    return f"{number[:3]}…{number[-3:]}" if number.isdigit() else number


# --- looking for somebody ------------------------------------------------------------------------


def matching(query: str, vault: Vault) -> Callable[[Row], bool]:
    """Whether a line has this phone number, or all these words in its code or name, with or without
    marks."""
    if number := phone_number(query):
        mark = vault.mark(number)
        return lambda row: bool(row["phone_mark"] == mark)
    words = strip(clean(query)).split()
    return lambda row: bool(words) and _has(f"{row['code']} {row['name']}", words)


def _has(text: str, words: Iterable[str]) -> bool:
    plain = strip(text.lower())
    return all(word in plain for word in words)
