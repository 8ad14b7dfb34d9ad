"""Whom a campaign is written to next: one batch for one channel, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.booking.wards import Wards
from bot.core import quiet_hours
from bot.core.config import Settings
from bot.core.messages import Address, Priority, Reply
from bot.outreach import segment_language
from bot.outreach.message import Message, reply
from bot.store.campaigns import campaigns, progress
from bot.store.campaigns import segments as chosen
from bot.store.campaigns.campaigns import KIND, Campaign
from bot.store.campaigns.progress import Part
from bot.store.campaigns.segments import Condition, Member
from bot.store.database import Transaction
from bot.store.outbox import outbox
from bot.store.staff import inbox
from bot.store.values import moment, pack

BATCH = 300  # rows of one transaction: replies are written between two of them
GROWN = (
    "Đợt tin “{name}” đã gửi cho {written} người và còn người trong nhóm: nhiều hơn số một người được "
    "tự chạy. Đợt tạm dừng, chờ người thứ hai duyệt."
)


@dataclass(frozen=True, slots=True)
class Feed:
    """A running campaign, ready to be written out. `opens`: the first moment from `now` on that it
    may be sent at; None when there is none any more. `silent_after`: for channels that may not write
    to whom they have not heard of for longer."""

    campaign: Campaign
    rule: Condition
    reply: Reply
    channels: tuple[str, ...]
    silent_after: Mapping[str, timedelta]
    approve_above: int
    now: datetime
    soon: datetime
    opens: datetime | None
    new_id: Callable[[], str]


def prepare(
    campaign: Campaign,
    settings: Settings,
    wards: Wards,
    channels: tuple[str, ...],
    now: datetime,
    *,
    soon: datetime,
    calm: quiet_hours.Calm,
    new_id: Callable[[], str],
) -> Feed:
    plan = campaign.plan
    spans = quiet_hours.parse(plan.hours)
    return Feed(
        campaign=campaign,
        rule=chosen.compiled(segment_language.parse(plan.rule, wards)),
        reply=reply(Message.unpacked(plan.message), campaign.id, plan.name),
        channels=channels,
        silent_after=windows(settings),
        approve_above=settings.outreach.approve_above,
        now=now,
        soon=soon,
        opens=quiet_hours.allowed(max(now, plan.starts_at), spans, calm, plan.ends_at),
        new_id=new_id,
    )


def windows(settings: Settings) -> dict[str, timedelta]:
    """Channels that write to silent people by an approved form only, where there is none."""
    oa = settings.zalo_oa
    return {} if oa.templates.news else {"zalo-oa": timedelta(days=oa.window_days)}


def top_up(tx: Transaction, feed: Feed, channel: str, room: int, *, few: bool) -> int:
    """Write so many people that *room* rows wait on *channel*; returns how many were new. *few*: see
    `segments.are_few`."""
    part = _part(tx, feed, channel)
    room -= progress.waiting(tx, channel, Priority.BROADCAST, feed.soon)
    if part is None or feed.opens is None or feed.opens > feed.soon or room <= 0:
        return 0
    room = min(room, BATCH, _agreed(tx, feed))
    if room <= 0:
        _ask_a_second(tx, feed)
        return 0
    found = chosen.members(tx, feed.rule, channel, part.after, room, feed.now, few=few)
    after = _write(tx, feed, part, found)
    progress.advance(tx, feed.campaign.id, part, replace(after, done=len(found) < room))
    return after.written - part.written


def _part(tx: Transaction, feed: Feed, channel: str) -> Part | None:
    """How far the campaign is on *channel*, unless it has been through or rests since it was read."""
    current = campaigns.get(tx, feed.campaign.id)
    if current is None or current.state != "running":
        return None
    found = progress.opened(tx, feed.campaign.id, feed.channels)
    return next((part for part in found if part.channel == channel and not part.done), None)


def _agreed(tx: Transaction, feed: Feed) -> int:
    """To how many more it may go: a segment can grow after it was counted."""
    current = campaigns.get(tx, feed.campaign.id)
    if current is None or current.approved_by:
        return BATCH
    written = sum(part.written for part in progress.of(tx, feed.campaign.id))
    return max(feed.approve_above, current.people) - written


def _ask_a_second(tx: Transaction, feed: Feed) -> None:
    if campaigns.more_than_agreed(tx, feed.campaign.id, feed.now):
        written = sum(part.written for part in progress.of(tx, feed.campaign.id))
        text = GROWN.format(name=feed.campaign.plan.name, written=written)
        inbox.alert(tx, feed.new_id(), feed.now, "campaign", text)


def _write(tx: Transaction, feed: Feed, part: Part, found: Iterable[Member]) -> Part:
    """Rows for *found*; returns the part as it stands then."""
    for member in found:
        part = replace(part, after=member.person)
        if not member.reachable:
            part = replace(part, unreachable=part.unreachable + 1)
        elif silent(member, feed.silent_after.get(part.channel), feed.now):
            part = replace(part, silent=part.silent + 1)
        elif _put(tx, feed, Address(part.channel, member.person), member.owner):
            part = replace(part, written=part.written + 1)
    return part


def silent(member: Member, window: timedelta | None, now: datetime) -> bool:
    """Whether the channel may not write to the person any more."""
    if window is None:
        return False
    return member.last_word is None or now - moment(member.last_word) >= window


def _put(tx: Transaction, feed: Feed, to: Address, owner: str | None) -> bool:
    """One row for each person, whichever of their accounts is met first."""
    who = owner or f"{to.channel}:{to.user}"
    return outbox.put(
        tx,
        id=feed.new_id(),
        key=f"{KIND}:{feed.campaign.id}:{who}",
        to=to,
        reply=feed.reply,
        content=KIND,
        now=feed.now,
        due_at=feed.opens,
        useful_until=feed.campaign.plan.ends_at,
        priority=Priority.BROADCAST,
        code=feed.campaign.id,
        kind=KIND,
    )


# --- the end ---------------------------------------------------------------------------------------


def finish(tx: Transaction, feed: Feed) -> bool:
    """End the campaign when its time is over, or everybody was written to and nothing waits."""
    campaign = feed.campaign
    found = progress.of(tx, campaign.id)
    through = len(found) >= len(feed.channels) and all(part.done for part in found)
    if feed.opens is not None and not (through and progress.is_sent(tx, campaign.id)):
        return False
    if not campaigns.finish(tx, campaign.id, feed.now):
        return False
    campaigns.keep_result(tx, campaign.id, pack(result(tx, campaign.id)))
    return True


def stop(tx: Transaction, campaign: str, now: datetime) -> bool:
    """End it at an officer's word, and keep what had come of it by then."""
    done = campaigns.stop(tx, campaign, now)
    if done:
        campaigns.keep_result(tx, campaign, pack(result(tx, campaign)))
    return done


def counts(tx: Transaction, campaign: str) -> dict[str, int]:
    """How many rows are in which state."""
    found: dict[str, int] = {}
    for row in progress.states(tx, campaign):
        found[row["state"]] = found.get(row["state"], 0) + int(row["n"])
    return found


def result(tx: Transaction, campaign: str) -> dict[str, object]:
    """What has come of it so far: by state and channel, why some did not arrive, and whom the rows
    left out. Stays when the rows are forgotten."""
    states = progress.states(tx, campaign)
    return {
        "states": [
            {"state": row["state"], "channel": row["channel"], "n": int(row["n"])} for row in states
        ],
        "uncertain": sum(int(row["uncertain"] or 0) for row in states),
        "reasons": [
            {"error": row["error"] or "", "n": row["n"]} for row in progress.reasons(tx, campaign)
        ],
        "parts": [
            {
                "channel": part.channel,
                "unreachable": part.unreachable,
                "silent": part.silent,
                "done": part.done,
            }
            for part in progress.of(tx, campaign)
        ],
    }
