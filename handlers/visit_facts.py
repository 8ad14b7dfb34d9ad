"""A visit in named parts, for channels that may send only forms their platform has approved."""

from __future__ import annotations

from bot.config.booking import Service
from bot.messages import REMINDER, Facts
from bot.store.bookings import Booking
from bot.store.offices import Office
from handlers.turn import local


def reminder(booking: Booking, office: Office, service: Service) -> Facts:
    """What `zalo_oa.templates.reminder` in config.yaml may use."""
    at = local(booking.starts_at)
    values = {
        "name": booking.name or "bạn",
        "code": booking.code,
        "service": service.title,
        "date": f"{at:%d/%m/%Y}",
        "time": f"{at:%H:%M}",
        "office": office.name,
        "address": office.address,
    }
    return Facts(REMINDER, values, booking.phone)
