"""Opens the calendar: fills the places of every office up to the horizon, at the start and then
each night. The first start of a deployment also takes in its file of offices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from bot.booking import offices, opening_hours
from bot.booking.offices import OfficeRow
from bot.booking.wards import Wards
from bot.core.clock import VIETNAM
from bot.core.config import Settings
from bot.store.booking import offices as office_store
from bot.store.booking import slots
from bot.store.booking.offices import Office
from bot.store.database import Database, Transaction

LOOK_EVERY = 60.0  # seconds between looks at the date

log = structlog.get_logger()


class Opening:
    """Keeps the calendar open as days go by."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        wards: Wards,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._settings = settings
        self._wards = wards
        self._clock = clock
        self._filled: date | None = None  # the day up to which all is filled

    async def run(self) -> None:
        """Until cancelled; no fault ends it."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("opening the calendar failed")
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Fill what is not filled yet: one office at a time, so that nobody waits for long."""
        today = self._clock().astimezone(VIETNAM).date()
        last = today + timedelta(days=self._settings.booking.horizon_days)
        if self._filled == last:
            return
        first = max(today, self._filled) if self._filled else today
        if self._filled is None:
            await self._seed()
        for office in await self._all():
            await self._database.run(partial(fill_by_id, id=office.id, first=first, last=last))
        self._filled = last

    async def _all(self) -> list[Office]:
        return await self._database.run(lambda tx: office_store.all_open(tx))

    async def _seed(self) -> None:
        """Take in the deployment's file when there are no offices at all."""
        if await self._database.run(office_store.all_known):
            return  # those that were closed stay so
        rows = await asyncio.to_thread(listed, self._settings, self._wards)
        if not rows:
            return
        await self._database.run(partial(put_all, rows=rows, now=self._clock()))
        log.info("offices taken in", file=self._settings.booking.offices, offices=len(rows))


def listed(settings: Settings, wards: Wards) -> tuple[OfficeRow, ...]:
    """The offices of the deployment's own file, none without one; raises `Faults`."""
    if not settings.booking.offices:
        return ()
    services = tuple(service.id for service in settings.booking.services)
    return offices.read(Path(settings.booking.offices), wards, services)


def put_all(tx: Transaction, rows: Iterable[OfficeRow], now: datetime) -> None:
    for row in rows:
        office_store.put(tx, row, now)


def fill(tx: Transaction, office: Office, first: date, last: date) -> None:
    """Write the places of *office* from *first* to *last*, both included; none when it is not
    open."""
    start = datetime.combine(first, datetime.min.time(), VIETNAM)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), VIETNAM)
    wanted = opening_hours.slots(office.id, office.hours, first, last) if office.open else ()
    slots.sync(tx, office.id, wanted, start, end)


def fill_by_id(tx: Transaction, id: str, first: date, last: date) -> None:
    """`fill` by the hours that the office has now: an officer may have changed them since, and
    waits if it is just now."""
    if office := office_store.hold(tx, id):
        fill(tx, office, first, last)
