"""What officers turn on and off for everybody, with an end that comes by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.values import moment, stamp

BOOKING_CLOSED = "booking closed"
NOTICE = "notice"

SET = """
    INSERT INTO switches (name, value, until) VALUES (:name, :value, :until)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, until = excluded.until
"""
CLEAR = "DELETE FROM switches WHERE name = :name RETURNING name"
GET = "SELECT value, until FROM switches WHERE name = :name AND (until IS NULL OR until > :now)"


def turn_on(tx: Transaction, name: str, value: str, until: datetime | None) -> None:
    tx.rows(SET, name=name, value=value, until=stamp(until) if until else None)


def turn_off(tx: Transaction, name: str) -> bool:
    """False when it was off."""
    return bool(tx.rows(CLEAR, name=name))


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch that is on; `until` None: for as long as nobody turns it off."""

    value: str
    until: datetime | None


def state(tx: Transaction, name: str, now: datetime) -> Switch | None:
    """How *name* is set now; None when it is off or has ended."""
    rows = tx.rows(GET, name=name, now=stamp(now))
    if not rows:
        return None
    until = rows[0]["until"]
    return Switch(rows[0]["value"], moment(until) if until else None)


def value(tx: Transaction, name: str, now: datetime) -> str | None:
    """What *name* is set to now; None when it is off or has ended."""
    found = state(tx, name, now)
    return found.value if found else None
