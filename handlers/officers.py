"""Officers' commands in a chat: /danhsach and /hen CODE, for accounts linked from the desk."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from bot.core.clock import VIETNAM, local
from bot.core.messages import Answer, Kind
from bot.store.booking import bookings, offices
from bot.store.booking.bookings import Booking
from bot.store.staff import chat_accounts
from bot.store.staff.accounts import Account
from handlers.texts import officers as say
from handlers.turn import Turn

LINK, LIST, ONE = "/noibo", "/danhsach", "/hen"
SEES = frozenset({"viewer", "officer", "manager", "admin"})  # roles that may see visits


def code_hash(code: str) -> str:
    """What the database knows a linking code by."""
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is not Kind.TEXT or not turn.text.startswith("/"):
        return None
    command, _, rest = turn.text.partition(" ")
    if command == LINK and rest:
        account = chat_accounts.link(turn.tx, turn.incoming.sender, code_hash(rest), turn.now)
        return Answer((say.linked(account) if account else say.bad_code(),), expected=True)
    if command not in (LIST, ONE):
        return None
    officer = chat_accounts.account_of(turn.tx, turn.incoming.sender)
    if officer is None or officer.role not in SEES:
        return Answer((say.not_linked(),))
    return _one(turn, officer, rest) if command == ONE else _today(turn, officer)


def _today(turn: Turn, officer: Account) -> Answer:
    day = local(turn.now).date()
    start = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
    mine = [o for o in offices.all_open(turn.tx) if not officer.offices or o.id in officer.offices]
    found = [
        (office, bookings.of_day(turn.tx, office.id, start, start + timedelta(days=1)))
        for office in mine
    ]
    return Answer((say.day(day, [(office, visits) for office, visits in found if visits]),))


def _one(turn: Turn, officer: Account, code: str) -> Answer:
    booking = bookings.by_code(turn.tx, code.strip().upper())
    if booking is None or not _sees(officer, booking):
        return Answer((say.unknown_code(),))
    office = offices.get(turn.tx, booking.office)
    titles = {service.id: service.title for service in turn.settings.booking.services}
    service = titles.get(booking.service, booking.service)
    return Answer((say.visit(booking, office.name if office else booking.office, service),))


def _sees(officer: Account, booking: Booking) -> bool:
    return not officer.offices or booking.office in officer.offices
