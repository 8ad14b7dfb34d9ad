"""Who was written to unasked, so that nobody is too often: the schema itself refuses a second one
on a day, and linked accounts are one person."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.clock import VIETNAM
from bot.core.messages import Address
from bot.store.database import Transaction
from bot.store.values import stamp

MOST = 4  # in any MONTH, over all campaigns
MONTH = timedelta(days=31)  # no calendar month is longer
LEFT_WITHIN = timedelta(days=7)  # after a campaign's message, saying stop is taken for its doing

TAKE_BACK = "DELETE FROM proactive WHERE letter = :letter"
OWNER = "SELECT owner FROM links WHERE channel = :channel AND person = :person"
TAKE = """
    WITH mine AS (
        SELECT CAST(:channel AS TEXT) AS channel, CAST(:person AS TEXT) AS person
        UNION
        SELECT other.channel, other.person FROM links AS own
        JOIN links AS other ON other.owner = own.owner
        WHERE own.channel = :channel AND own.person = :person)
    INSERT INTO proactive (letter, owner, day, campaign, channel, person, at)
    SELECT :letter, :owner, :day, :campaign, :channel, :person, :now
    WHERE NOT EXISTS (
        SELECT 1 FROM mine JOIN proactive AS r ON r.channel = mine.channel AND r.person = mine.person
        WHERE r.at > :since AND (r.day = :day OR r.campaign = :campaign))
      AND (SELECT COUNT(*) FROM mine
           JOIN proactive AS r ON r.channel = mine.channel AND r.person = mine.person
           WHERE r.at > :since) < :most
    ON CONFLICT DO NOTHING RETURNING letter
"""


def take(tx: Transaction, letter: str, campaign: str, person: Address, now: datetime) -> bool:
    """Note that the row *letter* goes to *person* now; False when they had one today, this very
    campaign, or their month's share."""
    who = {"channel": person.channel, "person": person.user}
    tx.rows(TAKE_BACK, letter=letter)  # an earlier try of the same row
    owners = tx.rows(OWNER, **who)
    values = {
        "letter": letter,
        "owner": owners[0]["owner"] if owners else f"{person.channel}:{person.user}",
        "day": str(now.astimezone(VIETNAM).date()),
        "campaign": campaign,
        "now": stamp(now),
        "since": stamp(now - MONTH),
    }
    return bool(tx.rows(TAKE, most=MOST, **values, **who))


GIVE_BACK = """
    DELETE FROM proactive WHERE letter = :letter
      AND EXISTS (SELECT 1 FROM outbox AS o WHERE o.id = :letter AND o.uncertain = 0)
"""


def give_back(tx: Transaction, letter: str) -> None:
    """The row was not taken by the platform, for sure: it does not count."""
    tx.rows(GIVE_BACK, letter=letter)


RECEIVED = """
    SELECT COUNT(*) AS n FROM proactive
    WHERE channel = :channel AND person = :person AND at > :since
"""


def received(tx: Transaction, people: tuple[Address, ...], now: datetime) -> int:
    """How many the accounts of one person have got within a month."""
    since = stamp(now - MONTH)
    found = (
        tx.rows(RECEIVED, channel=one.channel, person=one.user, since=since)[0]["n"]
        for one in people
    )
    return sum(found)


FORGET = "DELETE FROM proactive WHERE at < :before"


def forget_old(tx: Transaction, now: datetime) -> None:
    """What no rule asks for any more. Not by `keep_days`: a month's share needs a month."""
    tx.rows(FORGET, before=stamp(now - MONTH - timedelta(days=1)))
