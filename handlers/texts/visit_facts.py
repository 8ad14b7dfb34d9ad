"""A visit in named parts: what its service asks for, and the form of it for channels that may send
only what their platform has approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.clock import local
from bot.core.config.booking import Service
from bot.core.messages import REMINDER, Facts
from bot.faq.entries import Entry, Faq
from bot.store.booking.bookings import Booking
from bot.store.booking.offices import Office

UNNAMED = "bạn"


@dataclass(frozen=True, slots=True)
class Advice:
    """FAQ entries as they read on the day of a visit: what to `bring`, and the `fee`."""

    bring: Entry | None = None
    fee: Entry | None = None


def advice(faq: Faq, service: Service, starts_at: datetime) -> Advice:
    """What the FAQ says of the day of the visit, whenever it is asked: papers and fees change with
    the law, and the visit may lie beyond such a day."""
    day = local(starts_at).date()
    bring, fee = (faq.entries.get(id_) for id_ in (service.bring, service.fee))
    return Advice(bring.on(day) if bring else None, fee.on(day) if fee else None)


def reminder(
    booking: Booking, office: Office, service: Service, papers: str = "", fee: str = ""
) -> Facts:
    """What `zalo_oa.templates.reminder` in config.yaml may use, and *papers*, what to bring, and the
    *fee*."""
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
        "fee": fee,
    }
    return Facts(REMINDER, values, booking.sure_phone)
