"""Opens the calendar: fills the places of every office up to the horizon, at the start and then
each night. The first start of a deployment also takes in its file of offices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from bot import calendar, offices
from bot.config import Settings
from bot.offices import OfficeRow
from bot.places import Wards
from bot.store import offices as office_store
from bot.store import slots
from bot.store.database import Database, Transaction
from bot.store.offices import Office
from bot.vietnam import VIETNAM

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
        file = Path(self._settings.booking.offices)
        known = await self._database.run(office_store.all_known)
        if known or not self._settings.booking.offices:
            return  # those that were closed stay so
        services = (service.id for service in self._settings.booking.services)
        rows = await asyncio.to_thread(offices.read, file, self._wards, tuple(services))
        await self._database.run(partial(put_all, rows=rows, now=self._clock()))
        log.info("offices taken in", file=file.name, offices=len(rows))


def put_all(tx: Transaction, rows: Iterable[OfficeRow], now: datetime) -> None:
    for row in rows:
        office_store.put(tx, row, now)


def fill(tx: Transaction, office: Office, first: date, last: date) -> None:
    """Write the places of *office* from *first* to *last*, both included; none when it is not
    open."""
    start = datetime.combine(first, datetime.min.time(), VIETNAM)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), VIETNAM)
    wanted = calendar.slots(office.id, office.hours, first, last) if office.open else ()
    slots.sync(tx, office.id, wanted, start, end)


def fill_by_id(tx: Transaction, id: str, first: date, last: date) -> None:  # noqa: A002 - the column's name
    """`fill` by the hours that the office has now: an officer may have changed them since, and
    waits if it is just now."""
    if office := office_store.hold(tx, id):
        fill(tx, office, first, last)
