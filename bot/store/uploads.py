"""Pictures that a platform keeps for us, by the hash of what is in them."""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Transaction
from bot.store.values import stamp

KEEP = """
    INSERT INTO uploads (channel, digest, receipt, at) VALUES (:channel, :digest, :receipt, :at)
    ON CONFLICT (channel, digest) DO UPDATE SET receipt = excluded.receipt, at = excluded.at
"""


def keep(tx: Transaction, channel: str, digest: str, receipt: str, at: datetime) -> None:
    """The platform calls the picture *receipt* from now on."""
    tx.rows(KEEP, channel=channel, digest=digest, receipt=receipt, at=stamp(at))


FIND = """
    SELECT receipt FROM uploads
    WHERE channel = :channel AND digest = :digest AND at > :after
"""


def find(tx: Transaction, channel: str, digest: str, after: datetime) -> str | None:
    """What the platform calls the picture, if it was uploaded later than *after*."""
    rows = tx.rows(FIND, channel=channel, digest=digest, after=stamp(after))
    return rows[0]["receipt"] if rows else None


FORGET = "DELETE FROM uploads WHERE at < :before"


def forget_before(tx: Transaction, before: datetime) -> None:
    tx.rows(FORGET, before=stamp(before))
