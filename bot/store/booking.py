"""A booking as a row tells it: its states, its code, and the ways in which one is refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.messages import Address
from bot.store.database import Row
from bot.store.values import moment

# No look-alikes (0/O, 1/I/J, 2/Z, 5/S, 7, 9/g, W/V), and no vowels, so that no word comes out.
LETTERS = "BCDFGHKLMNPQRTVX"
DIGITS = "3468"
CODE_LENGTH = 6


class State(StrEnum):
    HELD = "held"
    BOOKED = "booked"
    ARRIVED = "arrived"
    SERVED = "served"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    MOVED = "moved"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Booking:
    """One person's place. `phone` is sealed; `version` counts the moves of `code` from 1; `slot` is
    "" for who came without an appointment."""

    id: str
    code: str
    version: int
    party: str
    member: int
    service: str
    office: str
    slot: str
    starts_at: datetime
    address: Address
    holder: str
    name: str
    phone: str
    state: State
    held_until: datetime | None
    answer: str | None
    activated_at: datetime | None

    @classmethod
    def from_row(cls, row: Row) -> Booking:
        return cls(
            id=row["id"],
            code=row["code"],
            version=row["version"],
            party=row["party"],
            member=row["member"],
            service=row["service"],
            office=row["office"],
            slot=row["slot"] or "",
            starts_at=moment(row["starts_at"]),
            address=Address(row["channel"], row["person"]),
            holder=row["holder"],
            name=row["name"],
            phone=row["phone"],
            state=State(row["state"]),
            held_until=moment(row["held_until"]) if row["held_until"] else None,
            answer=row["answer"],
            activated_at=moment(row["activated_at"]) if row["activated_at"] else None,
        )


class AlreadyBooked(Exception):
    """This holder has a live booking of the service."""

    def __init__(self, booking: Booking) -> None:
        super().__init__(booking.code)
        self.booking = booking


class HoldEnded(Exception):
    """The places are no longer held for this person."""


class NotBooked(Exception):
    """Nothing is booked under this code."""


def code_of(id: str, attempt: int = 0) -> str:  # noqa: A002 - the column's name
    """A short code that people can read out: told from the row's id, so that nothing is rolled.

    It begins with a letter: six digits would be taken for a secret code sent by a bank."""
    number = int.from_bytes(hashlib.sha256(f"{id} {attempt}".encode()).digest()[:8])
    code = ""
    for alphabet in (LETTERS, *(LETTERS + DIGITS,) * (CODE_LENGTH - 1)):
        number, place = divmod(number, len(alphabet))
        code += alphabet[place]
    return code
