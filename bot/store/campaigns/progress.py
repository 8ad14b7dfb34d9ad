"""How far a campaign has got on each channel: what is written for the courier, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Row, Transaction
from bot.store.values import stamp


@dataclass(frozen=True, slots=True)
class Part:
    """A campaign on one channel; `after` is the last person that was looked at."""

    channel: str
    after: str
    written: int
    unreachable: int
    silent: int
    done: bool

    @classmethod
    def from_row(cls, row: Row) -> Part:
        return cls(
            channel=row["channel"],
            after=row["after_person"],
            written=row["written"],
            unreachable=row["unreachable"],
            silent=row["silent"],
            done=bool(row["done"]),
        )


OPEN = """
    INSERT INTO campaign_parts (campaign, channel) VALUES (:campaign, :channel)
    ON CONFLICT (campaign, channel) DO NOTHING
"""
ALL = "SELECT * FROM campaign_parts WHERE campaign = :campaign ORDER BY channel"


def opened(tx: Transaction, campaign: str, channels: tuple[str, ...]) -> list[Part]:
    """The parts of *campaign*, begun where they were not."""
    for channel in channels:
        tx.rows(OPEN, campaign=campaign, channel=channel)
    return of(tx, campaign)


def of(tx: Transaction, campaign: str) -> list[Part]:
    return [Part.from_row(row) for row in tx.rows(ALL, campaign=campaign)]


ADVANCE = """
    UPDATE campaign_parts SET after_person = CASE WHEN :done = 1 THEN '' ELSE :after END,
                              written = written + :written, done = :done,
                              unreachable = unreachable + :unreachable, silent = silent + :silent
    WHERE campaign = :campaign AND channel = :channel AND after_person = :before AND done = 0
    RETURNING channel
"""


class FedMeanwhile(Exception):
    """Another process has written the same people: what was written here is undone."""


def advance(tx: Transaction, campaign: str, before: Part, after: Part) -> None:
    """From *before* to *after*; raises `FedMeanwhile`."""
    moved = tx.rows(
        ADVANCE,
        campaign=campaign,
        channel=before.channel,
        before=before.after,
        after=after.after,
        written=after.written - before.written,
        unreachable=after.unreachable - before.unreachable,
        silent=after.silent - before.silent,
        done=int(after.done),
    )
    if not moved:
        raise FedMeanwhile(campaign)


WAITING = """
    SELECT COUNT(*) AS n FROM outbox
    WHERE channel = :channel AND state = 'due' AND priority = :priority AND due_at <= :soon
"""


def waiting(tx: Transaction, channel: str, priority: int, soon: datetime) -> int:
    """How many rows of this priority are due by *soon*."""
    rows = tx.rows(WAITING, channel=channel, priority=priority, soon=stamp(soon))
    return int(rows[0]["n"])


STATES = """
    SELECT state, channel, COUNT(*) AS n, SUM(uncertain) AS uncertain FROM outbox
    WHERE code = :campaign AND kind = 'campaign' GROUP BY state, channel
"""
REASONS = """
    SELECT error, COUNT(*) AS n FROM outbox
    WHERE code = :campaign AND kind = 'campaign' AND state IN ('missed', 'failed')
    GROUP BY error ORDER BY n DESC, error LIMIT 20
"""


def states(tx: Transaction, campaign: str) -> list[Row]:
    """How many rows are in which state on which channel."""
    return tx.rows(STATES, campaign=campaign)


def reasons(tx: Transaction, campaign: str) -> list[Row]:
    """Why rows did not arrive, most frequent first."""
    return tx.rows(REASONS, campaign=campaign)


OPEN_ROWS = """
    SELECT id FROM outbox
    WHERE code = :campaign AND kind = 'campaign' AND state IN ('due', 'sending') LIMIT 1
"""


def is_sent(tx: Transaction, campaign: str) -> bool:
    """Whether nothing of it is waiting or on its way."""
    return not tx.rows(OPEN_ROWS, campaign=campaign)
