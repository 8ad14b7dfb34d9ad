"""What was asked (masked), how it was answered, and what people thought of the answer."""

from __future__ import annotations

from datetime import datetime

from bot.core.messages import Address
from bot.store.database import Transaction
from bot.store.values import stamp

RECORD = """
    INSERT INTO questions (id, channel, person, at, text, outcome, entry, confidence, content)
    VALUES (:id, :channel, :person, :at, :text, :outcome, :entry, :confidence, :content)
"""


def record(
    tx: Transaction,
    *,
    id: str,
    person: Address,
    at: datetime,
    text: str,
    outcome: str,
    entry: str | None,
    confidence: float,
    content: str,
) -> None:
    """Keep a question; *text* is masked already, *content* is the FAQ's version."""
    tx.rows(
        RECORD,
        id=id,
        channel=person.channel,
        person=person.user,
        at=stamp(at),
        text=text,
        outcome=outcome,
        entry=entry,
        confidence=confidence,
        content=content,
    )


VOTE = """
    UPDATE questions SET vote = :vote
    WHERE id = :id AND channel = :channel AND person = :person RETURNING id
"""


def vote(tx: Transaction, id: str, person: Address, value: str) -> bool:
    """Note 'up' or 'down'; only the person who asked may. False when it is not theirs or gone."""
    return bool(tx.rows(VOTE, id=id, channel=person.channel, person=person.user, vote=value))


REASON = """
    UPDATE questions SET reason = :reason
    WHERE id = :id AND channel = :channel AND person = :person RETURNING id
"""


def explain_vote(tx: Transaction, id: str, person: Address, reason: str) -> bool:
    return bool(tx.rows(REASON, id=id, channel=person.channel, person=person.user, reason=reason))


FORGET = "DELETE FROM questions WHERE at < :before"


def forget_before(tx: Transaction, before: datetime) -> None:
    tx.rows(FORGET, before=stamp(before))
