"""People who have booked at the made-up town, and come."""

from __future__ import annotations

from datetime import date

from bot.booking.opening_hours import Hours
from bot.core.crypto import Vault
from bot.store.booking import bookings
from bot.store.booking.bookings import Booking
from bot.store.values import Ids
from tests.support.bookings import HOLD, account
from tests.support.people import Clock
from tests.support.town import FRIDAY, SETTINGS, slot_id
from tests.support.web_service import WebService

VAULT = Vault(SETTINGS.data_key)
IDS = Ids()
NUMBER = "84900000001"  # made up


def book(
    service: WebService,
    clock: Clock,
    *names: str,
    hour: int = 8,
    day: date = FRIDAY,
    office: str = "mau-a",
    phone: str = "",
) -> list[Booking]:
    """One party of these people, each by their name."""
    person = account(IDS.new(clock()))
    base = f"web:{person.user}"
    holders = [base if n == 1 else f"{base}/{n}" for n in range(1, len(names) + 1)]
    mark = VAULT.mark(phone) if phone else ""
    slot = slot_id(office, day, hour)
    now = clock()
    with service.database.transaction() as tx:
        held = bookings.hold(
            tx, slot=slot, service="the", person=person, holders=holders, now=now,
            held_until=now + HOLD, new_id=lambda: IDS.new(now),
        )  # fmt: skip
        for one, name in zip(held, names, strict=True):
            bookings.set_name(tx, one.party, one.member, name, now)
        done = bookings.confirm(
            tx, held[0].party, person, now, phone=VAULT.seal(phone), phone_mark=mark
        )
    return list(done)


def more_places(service: WebService) -> None:
    """Room for everybody of a test module, on every day: the calendar itself says so."""
    hours = Hours(weekly="T2-CN 08:00-11:00", capacity=500, holidays=False)
    with service.database.transaction() as tx:
        tx.rows("UPDATE offices SET hours = :hours", hours=hours.model_dump_json())
        tx.rows("UPDATE slots SET capacity = 500, open = 1")
