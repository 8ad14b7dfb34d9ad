"""What officers have to look at: people who asked for one, and alerts of the service."""

from __future__ import annotations

from datetime import datetime

from bot.core.messages import Address
from bot.store.database import Row, Transaction
from bot.store.values import stamp

HAND_OVER = """
    INSERT INTO handoffs (id, channel, person, at, text, state)
    VALUES (:id, :channel, :person, :at, :text, 'open')
    ON CONFLICT DO NOTHING RETURNING id
"""


def hand_over(tx: Transaction, id: str, person: Address, at: datetime, text: str) -> bool:
    """Queue a person for an officer; False when they are waiting already."""
    rows = tx.rows(
        HAND_OVER, id=id, channel=person.channel, person=person.user, at=stamp(at), text=text
    )
    return bool(rows)


ADD_TO_HANDOFF = """
    UPDATE handoffs SET text = text || :line
    WHERE channel = :channel AND person = :person AND state = 'open' AND length(text) < 4000
    RETURNING id
"""


def add_to_handoff(tx: Transaction, person: Address, text: str) -> bool:
    """Append a masked line to what the waiting person asked; False when nobody waits."""
    values = {"channel": person.channel, "person": person.user, "line": f"\n{text}"}
    return bool(tx.rows(ADD_TO_HANDOFF, **values))


OPEN = "SELECT * FROM handoffs WHERE state = 'open' ORDER BY at, id"


def waiting(tx: Transaction) -> list[Row]:
    return tx.rows(OPEN)


HANDOFF = "SELECT * FROM handoffs WHERE id = :id"


def handoff(tx: Transaction, id: str) -> Row | None:
    """A wait, ended or not; None when there is none or it is forgotten."""
    rows = tx.rows(HANDOFF, id=id)
    return rows[0] if rows else None


CLOSE = """
    UPDATE handoffs SET state = 'closed', closed_at = :now, closed_by = :by, answered = :answered
    WHERE id = :id AND state = 'open' AND length(text) = COALESCE(:read, length(text)) RETURNING *
"""


def close_handoff(
    tx: Transaction,
    id: str,
    now: datetime,
    by: str,
    *,
    answered: bool,
    read: int | None = None,
) -> Row | None:
    """End a wait in the name of the account *by* ("" for the terminal); None when it had ended or
    there was none, so that of two officers only the first one answers; or when the person has
    added to what was *read*, so many characters (None: whatever it is)."""
    values = {"now": stamp(now), "by": by, "answered": int(answered), "read": read}
    rows = tx.rows(CLOSE, id=id, **values)
    return rows[0] if rows else None


ALERT = "INSERT INTO alerts (id, at, kind, text) VALUES (:id, :at, :kind, :text)"


def alert(tx: Transaction, id: str, at: datetime, kind: str, text: str) -> None:
    """Leave a line for the officer on duty; *text* holds no personal data."""
    tx.rows(ALERT, id=id, at=stamp(at), kind=kind, text=text)


ALERT_ONCE = """
    INSERT INTO alerts (id, at, kind, text)
    SELECT :id, :at, :kind, :text
    WHERE NOT EXISTS (SELECT 1 FROM alerts WHERE kind = :kind AND seen_at IS NULL)
"""


def alert_once(tx: Transaction, id: str, at: datetime, kind: str, text: str) -> None:
    """The same, unless an alert of this kind is still to be looked at."""
    tx.rows(ALERT_ONCE, id=id, at=stamp(at), kind=kind, text=text)


ALERTS = "SELECT * FROM alerts WHERE seen_at IS NULL ORDER BY at, id"


def alerts(tx: Transaction) -> list[Row]:
    return tx.rows(ALERTS)


SEEN = "UPDATE alerts SET seen_at = :now WHERE id = :id AND seen_at IS NULL RETURNING kind"


def see_alert(tx: Transaction, id: str, now: datetime) -> str | None:
    """Take an alert off the list; its kind, or None when somebody did so before."""
    rows = tx.rows(SEEN, id=id, now=stamp(now))
    return rows[0]["kind"] if rows else None


FORGET = (
    "DELETE FROM handoffs WHERE at < :before",
    "DELETE FROM alerts WHERE at < :before AND seen_at IS NOT NULL",
)


def forget_before(tx: Transaction, before: datetime) -> None:
    """Delete what people asked officers before *before*, answered or not, and alerts seen."""
    for sql in FORGET:
        tx.rows(sql, before=stamp(before))
