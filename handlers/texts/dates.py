"""How days and hours are written, and the buttons that choose a free one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from bot.core.actions import Action, button
from bot.core.clock import local
from bot.core.messages import Button
from bot.store.booking.slots import Free

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")


def day_name(day: date) -> str:
    """Thứ Sáu 27/11"""
    return f"{WEEKDAYS[day.weekday()]} {day:%d/%m}"


def hours(start: datetime, end: datetime) -> str:
    return f"{local(start):%H:%M}–{local(end):%H:%M}"


def moment(at: datetime) -> str:
    """08:00, Thứ Sáu 27/11/2026"""
    there = local(at)
    return f"{there:%H:%M}, {WEEKDAYS[there.weekday()]} {there:%d/%m/%Y}"


def day_buttons(
    found: Iterable[tuple[date, int]], action: Callable[[date], Action]
) -> list[Button]:
    """Days with free places, and what pressing one does."""
    return [button(f"{day_name(day)} – còn {left} chỗ", action(day)) for day, left in found]


def hour_buttons(found: Iterable[Free], action: Callable[[Free], Action]) -> list[Button]:
    """The same for hours."""
    return [
        button(f"{hours(slot.starts_at, slot.ends_at)} (còn {slot.left} chỗ)", action(slot))
        for slot in found
    ]
