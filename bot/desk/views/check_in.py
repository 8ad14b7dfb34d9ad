"""Checking in by the citizen's QR code: scanned with any phone's camera, it leads here."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.desk import days
from bot.desk.context import allowed, desk_of, note, officer, page, redirect, run
from bot.desk.roles import Right
from bot.desk.views.visit import set_state
from bot.store.booking import bookings, offices
from bot.store.booking.bookings import Booking, State
from bot.store.booking.offices import Office
from bot.store.database import Row, Transaction
from handlers.booking.ticket import check_in_mark


@dataclass(frozen=True, slots=True)
class Party:
    """Who was booked together with the code that was scanned, and how each came into their state;
    `now` tells who may be marked by now."""

    code: str
    office: Office
    members: Sequence[tuple[Booking, Row | None]]
    now: datetime

    @property
    def expected(self) -> list[Booking]:
        """Those who can be marked as come: nobody before the day of their visit."""
        return [one for one in self.missing if not _is_ahead(one, self.now)]

    @property
    def missing(self) -> list[Booking]:
        return [one for one, _ in self.members if one.state in (State.BOOKED, State.NO_SHOW)]


def _is_ahead(booking: Booking, now: datetime) -> bool:
    first = bookings.said_from(booking.starts_at, State.ARRIVED)
    return first is not None and now < first


class Elsewhere(Exception):
    """The visit is at an office that is not the officer's."""

    def __init__(self, office: Office, at: datetime) -> None:
        super().__init__(office.id)
        self.office, self.at = office, at


async def show(request: web.Request) -> web.Response:
    code = _code(request)
    try:
        party = await run(request, lambda tx: _look(tx, request, code))
    except Elsewhere as other:  # whoever stands there with the code is to know where to go
        values = {"office": other.office, "at": other.at, "code": code}
        return page(request, "check_in_elsewhere.html", values, 403)
    services = desk_of(request).settings.booking.services
    values = {
        "party": party,
        "today": days.today(request),
        "states": days.STATES,
        "who": days.who,
        "titles": days.titles(services),
        "ticket": request.match_info["ticket"],
    }
    return page(request, "check_in.html", values)


def _code(request: web.Request) -> str:
    """The code that the QR code speaks of; raises 404 for one that we did not write."""
    code, _, mark = request.match_info["ticket"].partition("-")
    ours = check_in_mark(desk_of(request).vault, code)
    if not hmac.compare_digest(mark.encode(), ours.encode()):
        raise web.HTTPNotFound
    return code


def _look(tx: Transaction, request: web.Request, code: str) -> Party:
    party = _party(tx, request, code)
    note(tx, request, "xem lượt hẹn", code)
    return party


def _party(tx: Transaction, request: web.Request, code: str) -> Party:
    """Raises 404 for a booking that is no more, `Elsewhere` for one of another office."""
    scanned = bookings.by_code(tx, code)
    office = offices.get(tx, scanned.office) if scanned else None
    if scanned is None or office is None:
        raise web.HTTPNotFound
    if not allowed(officer(request), Right.SEE_VISITS, office.id):
        raise Elsewhere(office, scanned.starts_at)
    together = [one for one in bookings.of_party(tx, scanned.party) if one.office == office.id]
    first = sorted(together or [scanned], key=lambda one: one.code != code)
    members = [(one, bookings.last_event(tx, one.code)) for one in first]
    return Party(code, office, members, desk_of(request).clock())


async def arrived(request: web.Request) -> web.StreamResponse:
    """Mark those whose boxes are ticked; whoever was marked meanwhile stays as they are."""
    code, ticked = _code(request), {str(one) for one in (await request.post()).getall("who", [])}
    try:
        said = await run(request, lambda tx: _arrive(tx, request, code, ticked))
    except Elsewhere as other:
        raise web.HTTPForbidden from other
    return redirect(f"/desk/hen/{request.match_info['ticket']}?said={said}")


def _arrive(tx: Transaction, request: web.Request, code: str, ticked: set[str]) -> str:
    """What to say of it: `arrived`, `ahead` of the day of the visit, or `nobody`."""
    party = _party(tx, request, code)
    chosen = [booking for booking in party.missing if booking.code in ticked]
    said = {set_state(tx, request, one, one.state, State.ARRIVED) for one in chosen}
    if "marked" in said:
        return "arrived"
    return "ahead" if "ahead" in said else "nobody"
