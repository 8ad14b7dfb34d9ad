"""What people do about a campaign's message: tap a button of it, or say stop."""

from __future__ import annotations

from datetime import datetime

from bot.core.messages import Address
from bot.store.campaigns.frequency_cap import LEFT_WITHIN
from bot.store.database import Transaction
from bot.store.values import stamp

KILL = """
    UPDATE outbox SET state = 'missed', error = 'opted out'
    WHERE channel = :channel AND person = :person AND kind = 'campaign' AND state = 'due'
"""
LEFT = """
    UPDATE campaigns SET left_after = left_after + 1
    WHERE id = (SELECT r.campaign FROM proactive AS r
                WHERE r.channel = :channel AND r.person = :person AND r.at > :since
                ORDER BY r.at DESC LIMIT 1)
"""


def leave(tx: Transaction, person: Address, now: datetime) -> None:
    """*person* wants no more of it: what waits is not sent, and the campaign that they got last is
    told so."""
    who = {"channel": person.channel, "person": person.user}
    tx.rows(KILL, **who)
    tx.rows(LEFT, since=stamp(now - LEFT_WITHIN), **who)


TAP = """
    INSERT INTO campaign_taps (campaign, channel, person, at)
    SELECT id, :channel, :person, :now FROM campaigns WHERE id = :id
    ON CONFLICT DO NOTHING RETURNING campaign
"""
TAPPED = "UPDATE campaigns SET tapped = tapped + 1 WHERE id = :id"


def tap(tx: Transaction, id: str, person: Address, now: datetime) -> None:
    """Count that *person* pressed a button of it, once."""
    values = {"channel": person.channel, "person": person.user, "now": stamp(now)}
    if tx.rows(TAP, id=id, **values):
        tx.rows(TAPPED, id=id)


FORGET = "DELETE FROM campaign_taps WHERE at < :before"


def forget_before(tx: Transaction, before: datetime) -> None:
    """Who tapped; how many stays."""
    tx.rows(FORGET, before=stamp(before))
