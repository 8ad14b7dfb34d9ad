"""How pages write times and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from bot.core.clock import local
from bot.desk.small_counts import Count, Kind
from bot.store.staff.figures import FEWEST
from handlers.texts.dates import day_name


def clock(at: datetime) -> str:
    """08:00"""
    return f"{local(at):%H:%M}"


def date_time(at: datetime | str) -> str:
    """08:00 27/11/2026"""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{local(moment):%H:%M %d/%m/%Y}"


def day(at: date) -> str:
    """Thứ Sáu 27/11"""
    return day_name(at)


def iso_day(at: datetime) -> str:
    """2026-11-27, as addresses have it"""
    return local(at).date().isoformat()


def number(value: int | float) -> str:
    """12.345,6"""
    text = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
    return text.translate(str.maketrans(",.", ".,"))


CHANNELS = {"web": "trang web", "telegram": "Telegram", "zalo-oa": "Zalo", "zalo-bot": "Zalo Bot"}


def channel(name: str) -> str:
    """A channel as people call it."""
    return CHANNELS.get(name, name)


def waited(since: str, now: datetime) -> str:
    """12 phút, 3 giờ, 2 ngày"""
    minutes = max(int((now - datetime.fromisoformat(since)).total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} phút"
    return f"{minutes // 60} giờ" if minutes < 48 * 60 else f"{minutes // (24 * 60)} ngày"


def counted(count: Count) -> str:
    """12.345, dưới 5, ít nhất 180"""
    if count.kind is Kind.FEW:
        return f"dưới {FEWEST}"
    return number(count.least) if count.exact else f"ít nhất {number(count.least)}"


def people(count: int) -> str:
    """12.345, dưới 5"""
    return number(count) if count == 0 or count >= FEWEST else f"dưới {FEWEST}"


def date_of(at: datetime) -> str:
    """27/11/2026"""
    return f"{local(at):%d/%m/%Y}"


FILTERS: Mapping[str, Callable[..., str]] = {
    "clock": clock,
    "date": date_of,
    "date_time": date_time,
    "day": day,
    "iso_day": iso_day,
    "number": number,
    "people": people,
    "counted": counted,
    "channel": channel,
    "waited": waited,
}
