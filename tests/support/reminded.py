"""A town whose people book and are reminded."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.booking import reminders
from bot.core.actions import Hold
from bot.core.messages import Address, Incoming, Reply
from bot.dialogue import Delivered, Dialogue
from bot.store.booking import bookings
from bot.store.booking.bookings import Booking, State
from bot.store.database import Database
from bot.store.outbox import claim, outbox
from bot.store.values import Ids
from handlers.booking import after_visit
from tests.support import town
from tests.support.people import Clock, Person
from tests.support.town import EIGHT
from tests.support.visits import local_time, rows

THE = town.SETTINGS.booking.services[0]
IDS = Ids()


@dataclass
class Town:
    """People, their bookings, and the post that brings what has come due."""

    database: Database
    clock: Clock
    dialogue: Dialogue
    loop: asyncio.Runner

    def person(self, name: str = "an") -> Person:
        def handle(incoming: Incoming) -> Delivered:
            return self.loop.run(self.dialogue.handle(incoming))

        return Person(handle, Address("telegram", name), self.clock)

    def book(self, person: Person, slot: str = EIGHT, *, reminded: bool = True) -> str:
        """The code of a new booking."""
        person.presses(Hold("the", slot))
        heard = person.says("cô Ba")
        wanted = "nhắc tôi" if reminded else "không cần nhắc"
        person.presses(next(data for label, data in heard.buttons.items() if wanted in label))
        found = rows(self.database, "SELECT code FROM bookings ORDER BY created_at DESC, id DESC")
        return str(found[0]["code"])

    def post(self, *, calm: bool = False) -> list[tuple[str, Reply]]:
        """Whom the reminders and questions that are due now go to, and what they say; *calm*: with
        quiet hours kept."""
        rules = town.SETTINGS.booking.reminders
        waits = (lambda now: reminders.calm(now, rules)) if calm else (lambda now: now)
        found = []
        with self.database.transaction() as tx:
            now = self.clock()
            while (letter := claim.take(tx, "telegram", "me", now, now, waits)) is not None:
                if isinstance(letter, claim.Skipped):
                    continue
                outbox.sent(tx, letter.id, "me", now, "1")
                if letter.about:
                    found.append((letter.address.user, letter.reply))
        return found

    def served(self, code: str, at: str = "2026-11-27 08:20") -> None:
        """An officer has seen them."""
        self.clock.now = local_time(at)
        with self.database.transaction() as tx:
            bookings.mark(tx, code, State.BOOKED, State.ARRIVED, self.clock(), "officer")
            booking = bookings.mark(tx, code, State.ARRIVED, State.SERVED, self.clock(), "officer")
            assert booking
            after_visit.schedule(tx, booking, THE, town.SETTINGS, self.clock(), self.new_id)

    def new_id(self) -> str:
        return IDS.new(self.clock())

    def booking(self, code: str) -> Booking:
        with self.database.transaction() as tx:
            found = bookings.by_code(tx, code)
        assert found
        return found
