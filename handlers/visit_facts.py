"""A visit in named parts, for channels that may send only forms their platform has approved."""

from __future__ import annotations

from bot.config.booking import Service
from bot.messages import REMINDER, Facts
from bot.store.bookings import Booking
from bot.store.offices import Office
from bot.vietnam import local

UNNAMED = "bạn"


def reminder(booking: Booking, office: Office, service: Service, papers: str = "") -> Facts:
    """What `zalo_oa.templates.reminder` in config.yaml may use, and *papers*, what to bring."""
    at = local(booking.starts_at)
    values = {
        "name": booking.name or UNNAMED,
        "code": booking.code,
        "service": service.title,
        "date": f"{at:%d/%m/%Y}",
        "time": f"{at:%H:%M}",
        "office": office.name,
        "address": office.address,
        "papers": papers,
    }
    return Facts(REMINDER, values, booking.phone)
