"""Whether a campaign's row may go out now: asked in the transaction that claims it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bot.core import quiet_hours
from bot.core.messages import Address
from bot.store.campaigns import campaigns, frequency_cap
from bot.store.campaigns.campaigns import HELD_UNTIL, Campaign
from bot.store.database import Transaction
from bot.store.people import consents, conversations

Calm: TypeAlias = Callable[[datetime], datetime]
ENDED, OPTED_OUT, GONE, CAP = "campaign ended", "opted out", "unreachable", "had enough news"


@dataclass(frozen=True, slots=True)
class Later:
    """Not before `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Never:
    reason: str


Verdict: TypeAlias = Later | Never | None


def of_campaign(
    tx: Transaction, letter: str, campaign_id: str, person: Address, now: datetime, calm: Calm
) -> Verdict:
    """None: it may go out, and it is noted that *person* has had it."""
    campaign = campaigns.get(tx, campaign_id)
    if campaign is None or campaign.state in ("stopped", "done") or now >= campaign.plan.ends_at:
        return Never(ENDED)
    if not consents.has(tx, person, consents.NEWS):
        return Never(OPTED_OUT)
    if not conversations.reachable(tx, person):
        return Never(GONE)
    if campaign.state != "running":
        return Later(HELD_UNTIL)
    at = _next(campaign, now, calm)
    if at != now:
        return Later(at) if at else Never(ENDED)
    if frequency_cap.take(tx, letter, campaign_id, person, now):
        return None
    tomorrow = _next(campaign, quiet_hours.next_day(now), calm)
    return Later(tomorrow) if tomorrow else Never(CAP)


def _next(campaign: Campaign, at: datetime, calm: Calm) -> datetime | None:
    plan = campaign.plan
    spans = quiet_hours.parse(plan.hours)
    return quiet_hours.allowed(max(at, plan.starts_at), spans, calm, plan.ends_at)
