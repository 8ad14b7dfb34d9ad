"""Work that one process at a time does, and places that one transaction at a time passes."""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Transaction
from bot.store.values import stamp

TAKE = """
    INSERT INTO leases (name, owner, until) VALUES (:name, :owner, :until)
    ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
    WHERE leases.owner = excluded.owner OR leases.until <= :now
    RETURNING name
"""


def take(tx: Transaction, name: str, owner: str, now: datetime, until: datetime) -> bool:
    """Whether *owner* may do the work *name* until *until*; who has it may take it again. What is
    done in this very transaction, nobody else does at the same time."""
    return bool(tx.rows(TAKE, name=name, owner=owner, now=stamp(now), until=stamp(until)))


DROP = "DELETE FROM leases WHERE name = :name AND owner = :owner"
CLEAR = "DELETE FROM leases"


def drop(tx: Transaction, name: str, owner: str) -> None:
    """Let the next one have it at once."""
    tx.rows(DROP, name=name, owner=owner)


def clear(tx: Transaction) -> None:
    """Nobody has anything: for a process that knows that it is alone."""
    tx.rows(CLEAR)


SHORTEN = "UPDATE leases SET until = :end WHERE until > :end"


def bring_near(tx: Transaction, end: datetime) -> None:
    """After the clock was set back: nobody has anything for longer than to *end*."""
    tx.rows(SHORTEN, end=stamp(end))


ENTER = """
    INSERT INTO leases (name, owner, until) VALUES (:name, '', '')
    ON CONFLICT (name) DO UPDATE SET until = '' RETURNING name
"""


def one_at_a_time(tx: Transaction, name: str) -> None:
    """Nobody else passes here until this transaction has ended; what they did is seen."""
    tx.rows(ENTER, name=name)
