"""Consent per purpose: every time it was given or taken back, with the version of the text shown.

Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15: consent is for a purpose, can be shown, can be withdrawn.
The last word counts, also when the clock was set back before it.
"""

from __future__ import annotations

from datetime import datetime

from bot.core.messages import Address
from bot.store.database import Transaction
from bot.store.people import profiles
from bot.store.values import moment, stamp

NEWS = "news"

WRITE = """
    INSERT INTO consents (id, channel, person, purpose, given, version, at, nth)
    SELECT :id, :channel, :person, :purpose, :given, :version, :at, COALESCE(MAX(nth), 0) + 1
    FROM consents WHERE channel = :channel AND person = :person AND purpose = :purpose
"""


def give(
    tx: Transaction,
    id: str,
    person: Address,
    purpose: str,
    version: str,
    now: datetime,
) -> None:
    """*purpose* is 'booking', 'reminders' or 'news'; *version* names the text that was shown."""
    _write(tx, id, person, purpose, version, now, given=1)


def take_back(
    tx: Transaction,
    id: str,
    person: Address,
    purpose: str,
    version: str,
    now: datetime,
) -> None:
    _write(tx, id, person, purpose, version, now, given=0)


def _write(
    tx: Transaction,
    id: str,
    person: Address,
    purpose: str,
    version: str,
    now: datetime,
    *,
    given: int,
) -> None:
    who = {"channel": person.channel, "person": person.user}
    tx.rows(WRITE, id=id, purpose=purpose, given=given, version=version, at=stamp(now), **who)
    if purpose == NEWS:
        profiles.mirror(tx, person, now, news=bool(given))


LAST = """
    SELECT given FROM last_words
    WHERE channel = :channel AND person = :person AND purpose = :purpose
"""


def has(tx: Transaction, person: Address, purpose: str) -> bool:
    """Whether *person* agrees to *purpose* now."""
    rows = tx.rows(LAST, channel=person.channel, person=person.user, purpose=purpose)
    return bool(rows and rows[0]["given"])


SINCE = """
    SELECT at, version FROM consents
    WHERE channel = :channel AND person = :person AND purpose = :purpose AND given = 1
    ORDER BY nth DESC, id DESC LIMIT 1
"""


def given(tx: Transaction, person: Address, purpose: str) -> tuple[datetime, str] | None:
    """When *person* last agreed to *purpose*, and the version of the text that was shown."""
    rows = tx.rows(SINCE, channel=person.channel, person=person.user, purpose=purpose)
    return (moment(rows[0]["at"]), rows[0]["version"]) if rows else None
