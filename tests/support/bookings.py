"""Booking without a chat: what people do with the store, and what must hold whatever they do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.core.messages import Address
from bot.store.booking import bookings, slot_seats
from bot.store.booking.bookings import Booking, State
from bot.store.database import Row, Transaction
from bot.store.values import Ids
from tests.support.town import FRIDAY, slot_id

HOLD = timedelta(minutes=10)
DELAY = timedelta(minutes=30)  # before a place given back is free for all


def hour(number: int, day: date = FRIDAY, office: str = "mau-a") -> str:
    """The id of a slot of the made-up town."""
    return slot_id(office, day, number)


def account(name: str) -> Address:
    return Address("web", name)


def holders(name: str, people: int = 1) -> list[str]:
    return [f"web:{name}" + (f"/{n}" if n > 1 else "") for n in range(1, people + 1)]


@dataclass
class Desk:
    """People who book, by name, in one open transaction."""

    tx: Transaction
    clock: Callable[[], datetime]
    ids: Ids = field(default_factory=Ids)

    def new_id(self) -> str:
        return self.ids.new(self.clock())

    def hold(
        self, who: str, slot: str, people: int = 1, service: str = "the"
    ) -> tuple[Booking, ...]:
        now = self.clock()
        return bookings.hold(
            self.tx,
            slot=slot,
            service=service,
            person=account(who),
            holders=holders(who, people),
            now=now,
            held_until=now + HOLD,
            new_id=self.new_id,
        )

    def confirm(self, who: str, *, party: str = "", vouched: str = "") -> tuple[Booking, ...]:
        """Book what *who* holds; *vouched* is the mark of their account's own number."""
        now = self.clock()
        held = bookings.held(self.tx, account(who), now)
        return bookings.confirm(
            self.tx,
            party or (held[0].party if held else ""),
            account(who),
            now,
            vouched=vouched,
        )

    def book(self, who: str, slot: str, people: int = 1, service: str = "the") -> Booking:
        """Hold and confirm; the first place of the party."""
        self.hold(who, slot, people, service)
        return self.confirm(who)[0]

    def cancel(self, code: str) -> Booking | None:
        now = self.clock()
        return bookings.cancel(self.tx, code, now, now + DELAY, "person")

    def take_back(self, code: str) -> Booking:
        return bookings.take_back(self.tx, code, self.clock(), "person", self.new_id)

    def move(self, code: str, slot: str) -> Booking:
        now = self.clock()
        return bookings.move(self.tx, code, slot, now, now + DELAY, "person", self.new_id)

    def mark(self, code: str, expected: State, state: State) -> Booking | None:
        """At the hour of the visit: before its day nothing can be said of it."""
        visit = bookings.by_code(self.tx, code)
        now = max(self.clock(), visit.starts_at) if visit else self.clock()
        return bookings.mark(self.tx, code, expected, state, now, "officer")

    def expire(self) -> int:
        return bookings.expire(self.tx, self.clock())

    def release(self) -> int:
        return slot_seats.release(self.tx, self.clock())

    def taken(self, slot: str) -> int:
        rows = self.tx.rows("SELECT booked FROM slots WHERE id = :slot", slot=slot)
        return int(rows[0]["booked"])

    def events(self, code: str) -> list[str]:
        """What happened to a booking and by whom, in order."""
        sql = "SELECT what, actor FROM booking_events WHERE code = :code ORDER BY at, booking, id"
        return [f"{row['what']} {row['actor']}" for row in self.tx.rows(sql, code=code)]


# Statements that find what must not be: each returns no rows, at any moment, whatever was killed.
MUST_BE_EMPTY = {
    "a slot counts other places than those that are used or on their way back": """
        SELECT s.id, s.booked FROM slots AS s
        WHERE s.booked <> (
            SELECT count(*) FROM bookings AS b WHERE b.slot = s.id
            AND b.state IN ('held', 'booked', 'arrived', 'served', 'no_show')
        ) + (
            SELECT count(*) FROM returned AS r WHERE r.slot = s.id
            AND r.state IN ('back', 'offered'))
    """,
    "a slot has more people than places": """
        SELECT id, booked, capacity FROM slots WHERE booked < 0 OR booked > capacity
    """,
    "a place beyond a lowered capacity is free": """
        SELECT id, booked, capacity, lowered_to FROM slots
        WHERE capacity > lowered_to AND booked < capacity
    """,
    "somebody has two live bookings of one service": """
        SELECT holder, service FROM bookings WHERE state IN ('held', 'booked', 'arrived')
        GROUP BY holder, service HAVING count(*) > 1
    """,
    "somebody has two live bookings of one service under a number that is surely theirs": """
        SELECT vouched, service FROM bookings
        WHERE vouched <> '' AND holder NOT LIKE '%/%' AND state IN ('booked', 'arrived')
        GROUP BY vouched, service HAVING count(*) > 1
    """,
    "a booking came into its state by no legal way": """
        SELECT id, before, state FROM bookings AS b
        WHERE NOT EXISTS (
            SELECT 1 FROM legal_moves AS m WHERE m.before = b.before AND m.after = b.state)
    """,
    "the versions of a code have a gap": """
        SELECT code FROM bookings GROUP BY code
        HAVING min(version) <> 1 OR max(version) <> count(*)
    """,
    "a booking has moved away and arrived nowhere, or is in two places": """
        SELECT b.code, b.version, b.state FROM bookings AS b
        WHERE (b.state = 'moved') <> EXISTS (
            SELECT 1 FROM bookings AS n WHERE n.code = b.code AND n.version = b.version + 1)
    """,
    "a booking that was given back has not given its place back": """
        SELECT b.code, b.version FROM bookings AS b
        WHERE b.before = 'booked' AND b.state IN ('cancelled', 'moved')
          AND NOT EXISTS (SELECT 1 FROM returned AS r WHERE r.id = b.id AND r.slot = b.slot)
    """,
    "a state was reached without an event that tells of it": """
        SELECT b.code, b.state FROM bookings AS b
        WHERE NOT EXISTS (
            SELECT 1 FROM booking_events AS e WHERE e.booking = b.id AND e.what = b.state)
    """,
    "the members of a party are not there one by one": """
        SELECT party FROM bookings WHERE version = 1 GROUP BY party
        HAVING min(member) <> 1 OR max(member) <> count(*)
    """,
    "a place is offered and there is not one open offer of it": """
        SELECT r.id, r.state FROM returned AS r
        WHERE (r.state = 'offered') <> (
            (SELECT count(*) FROM offers AS o WHERE o.returned = r.id AND o.state = 'open') = 1)
    """,
    "somebody was offered a place and there is not one open offer to them": """
        SELECT w.id, w.state FROM waiting AS w
        WHERE (w.state = 'offered') <> (
            (SELECT count(*) FROM offers AS o WHERE o.waiting = w.id AND o.state = 'open') = 1)
    """,
    "an offer was accepted and nobody sits there, or the other way round": """
        SELECT r.id, r.state FROM returned AS r
        WHERE (r.state = 'taken') <> EXISTS (
            SELECT 1 FROM offers AS o
            JOIN waiting AS w ON w.id = o.waiting AND w.state = 'booked'
            JOIN bookings AS b ON b.slot = o.slot AND b.service = w.service AND b.party = b.id
                              AND b.channel = w.channel AND b.person = w.person
            WHERE o.returned = r.id AND o.state = 'accepted')
    """,
    "the same place was offered twice to somebody": """
        SELECT waiting, returned FROM offers GROUP BY waiting, returned HAVING count(*) > 1
    """,
}


def wrong(tx: Transaction) -> dict[str, list[Row]]:
    """The rules that are broken, with the rows that break them."""
    found = {rule: tx.rows(sql) for rule, sql in MUST_BE_EMPTY.items()}
    return {rule: rows for rule, rows in found.items() if rows}
