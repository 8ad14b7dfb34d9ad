"""Pairs of tokens whose second half is good for one use: whoever renews a pair holds its lease.

Texts are sealed before they get here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Row, Transaction
from bot.store.values import moment, stamp


@dataclass(frozen=True, slots=True)
class Pair:
    """The tokens of an account, sealed. `generation` grows by one with each renewal; from
    `renew_at` on they should be renewed, from `expires_at` on `access` is refused."""

    access: str
    refresh: str
    generation: int
    renew_at: datetime
    expires_at: datetime

    @classmethod
    def from_row(cls, row: Row) -> Pair:
        return cls(
            access=row["access"],
            refresh=row["refresh"],
            generation=row["generation"],
            renew_at=moment(row["renew_at"]),
            expires_at=moment(row["expires_at"]),
        )


GET = "SELECT * FROM tokens WHERE account = :account"


def get(tx: Transaction, account: str) -> Pair | None:
    rows = tx.rows(GET, account=account)
    return Pair.from_row(rows[0]) if rows else None


LEASE = """
    UPDATE tokens SET owner = :owner, lease_until = :until
    WHERE account = :account AND generation = :generation
      AND (lease_until IS NULL OR lease_until <= :now)
    RETURNING *
"""


def lease(
    tx: Transaction, account: str, generation: int, owner: str, now: datetime, until: datetime
) -> Pair | None:
    """The pair, for *owner* alone to renew until *until*; None when somebody else does or did."""
    rows = tx.rows(
        LEASE,
        account=account,
        generation=generation,
        owner=owner,
        now=stamp(now),
        until=stamp(until),
    )
    return Pair.from_row(rows[0]) if rows else None


RELEASE = """
    UPDATE tokens SET owner = NULL, lease_until = NULL WHERE account = :account AND owner = :owner
"""


def release(tx: Transaction, account: str, owner: str) -> None:
    """Give the lease back: the pair was not renewed."""
    tx.rows(RELEASE, account=account, owner=owner)


SHORTEN = "UPDATE tokens SET lease_until = :end WHERE lease_until > :end"


def bring_near(tx: Transaction, end: datetime) -> None:
    """After the clock was set back: nobody renews a pair for longer than to *end*."""
    tx.rows(SHORTEN, end=stamp(end))


PUT = """
    INSERT INTO tokens (account, access, refresh, generation, renew_at, expires_at)
    VALUES (:account, :access, :refresh, 1, :renew_at, :expires_at)
    ON CONFLICT (account) DO UPDATE
    SET access = excluded.access, refresh = excluded.refresh, generation = tokens.generation + 1,
        renew_at = excluded.renew_at, expires_at = excluded.expires_at,
        owner = NULL, lease_until = NULL
    RETURNING *
"""


def put(
    tx: Transaction,
    account: str,
    *,
    access: str,
    refresh: str,
    renew_at: datetime,
    expires_at: datetime,
) -> Pair:
    """Keep a new pair, whoever holds the lease: the platform gave it out last, so the older one is
    worthless."""
    rows = tx.rows(
        PUT,
        account=account,
        access=access,
        refresh=refresh,
        renew_at=stamp(renew_at),
        expires_at=stamp(expires_at),
    )
    return Pair.from_row(rows[0])
