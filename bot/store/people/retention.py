"""What is left of visits some time after them: figures, and nobody's name, number or account.

The consent that people give says so (handlers/texts/booking.py, CONSENT).
"""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Transaction
from bot.store.values import stamp

FORGET = (
    # The row stays for the figures; `holder` must stay unique, so it becomes the row's own id.
    """
    UPDATE bookings SET name = '', phone = '', phone_mark = '', vouched = '', person = '',
                        holder = id
    WHERE starts_at < :before AND person <> '' AND state NOT IN ('held', 'booked', 'arrived')
    """,
    # Nobody has agreed to a hold that ended: it is as old as its end, not as its hour.
    """
    UPDATE bookings SET person = '', holder = id
    WHERE changed_at < :before AND person <> ''
      AND (state = 'expired' OR state = 'cancelled' AND before = 'held')
    """,
    "DELETE FROM origins WHERE at < :before",
    """
    UPDATE waiting SET person = '', holder = id
    WHERE person <> '' AND (state = 'booked' AND until < :before
                            OR state IN ('left', 'expired') AND at < :before)
    """,
    "DELETE FROM calls WHERE at < :before",
    # A consent is kept for as long as there is somebody whom it is about.
    """
    DELETE FROM consents WHERE at < :before AND NOT EXISTS (
        SELECT 1 FROM people AS p WHERE p.channel = consents.channel AND p.person = consents.person)
    """,
)


def forget_before(tx: Transaction, before: datetime) -> None:
    """Take everything personal out of visits before *before*. Safe to do again."""
    for sql in FORGET:
        tx.rows(sql, before=stamp(before))
