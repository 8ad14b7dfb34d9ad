"""A booking as a row tells it: its states, its code, and the ways in which one is refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.messages import Address
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
    """One person's place. `holder` is who it is for: the account, with "/2" and so on for its relatives.
    `phone` is sealed, `phone_mark` its keyed hash, and `vouched` that of the number which the platform
    names as the account's own ("" where there is none); `version` counts the moves of `code` from 1;
    `slot` is "" for who came without an appointment."""

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
    phone_mark: str
    vouched: str
    state: State
    held_until: datetime | None
    answer: str | None
    activated_at: datetime | None

    @property
    def sure_phone(self) -> str:
        """`phone`, if it is surely the account's own; else "": it may be anybody's."""
        return self.phone if self.vouched and self.vouched == self.phone_mark else ""

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
            phone_mark=row["phone_mark"],
            vouched=row["vouched"],
            state=State(row["state"]),
            held_until=moment(row["held_until"]) if row["held_until"] else None,
            answer=row["answer"],
            activated_at=moment(row["activated_at"]) if row["activated_at"] else None,
        )


class AlreadyBooked(Exception):
    """This account, or one linked with it, has a live booking of the service."""

    def __init__(self, booking: Booking) -> None:
        super().__init__(booking.code)
        self.booking = booking


class BookedElsewhere(Exception):
    """Another account, whose platform vouches for the same phone number, has booked the service.
    Nothing of that booking comes along: the number may have had another owner then."""


class HoldEnded(Exception):
    """The places are no longer held for this person."""


class NotBooked(Exception):
    """Nothing is booked under this code."""


def code_of(id: str, attempt: int = 0) -> str:
    """A short code that people can read out: told from the row's id, so that nothing is rolled.

    It begins with a letter: six digits would be taken for a secret code sent by a bank."""
    number = int.from_bytes(hashlib.sha256(f"{id} {attempt}".encode()).digest()[:8])
    code = ""
    for alphabet in (LETTERS, *(LETTERS + DIGITS,) * (CODE_LENGTH - 1)):
        number, place = divmod(number, len(alphabet))
        code += alphabet[place]
    return code
