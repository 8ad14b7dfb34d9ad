"""What people agreed to, purpose by purpose: one row each time it is given or taken back, never
changed, so that it can be shown what was agreed to and when (Luật 91/2025/QH15). The newest counts.
"""

from __future__ import annotations

from datetime import datetime

from bot.messages import Address
from bot.store.database import Transaction
from bot.store.values import stamp

WRITE = """
    INSERT INTO consents (id, channel, person, purpose, given, version, at)
    VALUES (:id, :channel, :person, :purpose, :given, :version, :at)
"""


def give(
    tx: Transaction,
    id: str,  # noqa: A002 - the column's name
    person: Address,
    purpose: str,
    version: str,
    now: datetime,
) -> None:
    """Note a consent; *version* names the text that was shown. *purpose* is 'booking',
    'reminders' or 'news'."""
    _write(tx, id, person, purpose, version, now, given=True)


def take(
    tx: Transaction,
    id: str,  # noqa: A002
    person: Address,
    purpose: str,
    version: str,
    now: datetime,
) -> None:
    """Note that a consent was taken back; what was written for it before goes out no more."""
    _write(tx, id, person, purpose, version, now, given=False)


def _write(
    tx: Transaction,
    id_: str,
    person: Address,
    purpose: str,
    version: str,
    now: datetime,
    *,
    given: bool,
) -> None:
    tx.rows(
        WRITE,
        id=id_,
        channel=person.channel,
        person=person.user,
        purpose=purpose,
        given=int(given),
        version=version,
        at=stamp(now),
    )


NEWEST = """
    SELECT given FROM consents
    WHERE channel = :channel AND person = :person AND purpose = :purpose
    ORDER BY at DESC, id DESC LIMIT 1
"""


def has(tx: Transaction, person: Address, purpose: str) -> bool:
    """Whether the person agrees to *purpose*; who was never asked does not."""
    rows = tx.rows(NEWEST, channel=person.channel, person=person.user, purpose=purpose)
    return bool(rows and rows[0]["given"])
