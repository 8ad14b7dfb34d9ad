"""A dry run: whom a campaign would be written to, who is left out and why, what it costs, and when it
would be done. Counted in steps, so that a million people keep nobody's reply waiting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

from bot.booking.wards import Wards
from bot.core import quiet_hours
from bot.core.config import Settings
from bot.core.messages import Address
from bot.outreach import segment_language
from bot.outreach.batches import silent, windows
from bot.store.campaigns import frequency_cap
from bot.store.campaigns import segments as chosen
from bot.store.campaigns.campaigns import Plan
from bot.store.campaigns.segments import Condition, Member
from bot.store.database import Transaction
from bot.store.people import linked_accounts
from bot.store.values import moment, pack, stamp, unpack

STEP = 2000  # people of one transaction
LATE = (  # what bot.outreach.batches does, told with every dry run
    "Nhóm được đọc dần trong lúc gửi, mỗi người một lần: ai rời nhóm hay nhắn DỪNG trước lượt mình thì không "
    "nhận; ai vào nhóm khi đợt đã bắt đầu thì có thể không nhận đợt này."
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one channel. `people` will be written to, `by_form` of them by a form that costs money. Left
    out: `opted_out`, `unreachable`, `enough` (had their month's share), `silent` (the platform takes
    nothing any more), `twice` (another account of theirs gets it)."""

    people: int = 0
    by_form: int = 0
    opted_out: int = 0
    unreachable: int = 0
    enough: int = 0
    silent: int = 0
    twice: int = 0


@dataclass(frozen=True, slots=True)
class Counting:
    """A dry run under way: `after` is the last person that was looked at on `channels[0]`."""

    rule: Condition
    channels: tuple[str, ...]
    until: datetime
    silent_after: Mapping[str, timedelta]
    form_after: Mapping[str, timedelta]
    after: str = ""
    counts: Mapping[str, Counts] = field(default_factory=dict)
    owners: frozenset[str] = frozenset()
    few: bool = True

    @property
    def done(self) -> bool:
        return not self.channels


def begin(plan: Plan, settings: Settings, wards: Wards, channels: Iterable[str]) -> Counting:
    oa = timedelta(days=settings.zalo_oa.window_days)
    return Counting(
        rule=chosen.compiled(segment_language.parse(plan.rule, wards)),
        channels=tuple(channels),
        until=plan.ends_at,
        silent_after=windows(settings),
        form_after={"zalo-oa": oa} if settings.zalo_oa.templates.news else {},
    )


def step(tx: Transaction, counting: Counting, now: datetime, size: int = STEP) -> Counting:
    """Look at *size* more people."""
    channel, *others = counting.channels
    if channel not in counting.counts:
        return _begin(tx, counting, channel)
    since = now - frequency_cap.MONTH
    found = chosen.members(
        tx, counting.rule, channel, counting.after, size, since, few=counting.few
    )
    counts = counting.counts[channel]
    owners = set(counting.owners)
    for member in found:
        counts = _count(tx, counting, counts, member, channel, owners, now)
    counting = replace(
        counting,
        counts={**counting.counts, channel: counts},
        owners=frozenset(owners),
        after=found[-1].person if found else "",
    )
    return counting if len(found) == size else replace(counting, channels=tuple(others), after="")


def _begin(tx: Transaction, counting: Counting, channel: str) -> Counting:
    left = chosen.count(tx, counting.rule, channel, agreed=False)
    counts = {**counting.counts, channel: Counts(opted_out=left)}
    return replace(counting, counts=counts, few=chosen.are_few(tx, counting.rule, channel))


def _count(
    tx: Transaction,
    counting: Counting,
    counts: Counts,
    member: Member,
    channel: str,
    owners: set[str],
    now: datetime,
) -> Counts:
    if not member.reachable:
        return replace(counts, unreachable=counts.unreachable + 1)
    if silent(member, counting.silent_after.get(channel), now):
        return replace(counts, silent=counts.silent + 1)
    if member.owner in owners:
        return replace(counts, twice=counts.twice + 1)
    if member.owner is not None:
        owners.add(member.owner)
    if _has_enough(tx, member, Address(channel, member.person), counting.until, now):
        return replace(counts, enough=counts.enough + 1)
    form = silent(member, counting.form_after.get(channel), now)
    return replace(counts, people=counts.people + 1, by_form=counts.by_form + form)


def _has_enough(
    tx: Transaction, member: Member, person: Address, until: datetime, now: datetime
) -> bool:
    """Whether they have had their month's share and will have until the campaign ends."""
    if member.owner is None and member.lately < frequency_cap.MOST:
        return False
    accounts = linked_accounts.addresses(tx, person)
    return frequency_cap.received(tx, accounts, max(until, now)) >= frequency_cap.MOST


# --- what is told of it ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A dry run as it is kept and shown. `done_at` None: not all can be reached in the time given."""

    counts: Mapping[str, Counts]
    cost: int
    done_at: datetime | None

    @property
    def people(self) -> int:
        return sum(counts.people for counts in self.counts.values())

    def packed(self) -> str:
        return pack({
            "counts": {channel: asdict(one) for channel, one in self.counts.items()},
            "cost": self.cost,
            "done_at": stamp(self.done_at) if self.done_at else None,
        })  # fmt: skip

    @classmethod
    def unpacked(cls, text: str) -> Told:
        data = unpack(text)
        counts = {channel: Counts(**one) for channel, one in data["counts"].items()}
        done = data["done_at"]
        return cls(counts, data["cost"], moment(done) if done else None)


def told(
    counting: Counting,
    plan: Plan,
    settings: Settings,
    rates: Mapping[str, float],
    now: datetime,
) -> Told:
    price = settings.outreach.zalo_template_price
    quiet = settings.booking.reminders
    hours = quiet_hours.awake(quiet_hours.parse(plan.hours), quiet.quiet_from, quiet.quiet_to)
    ends = [
        done_at(one.people, rates[channel], max(now, plan.starts_at), plan.ends_at, hours)
        for channel, one in counting.counts.items()
        if one.people
    ]
    finished = [end for end in ends if end is not None]
    in_time = len(finished) == len(ends)
    return Told(
        counts=counting.counts,
        cost=price * sum(one.by_form for one in counting.counts.values()),
        done_at=max(finished, default=max(now, plan.starts_at)) if in_time else None,
    )


def done_at(
    people: int,
    rate: float,
    start: datetime,
    end: datetime,
    hours: Sequence[tuple[timedelta, timedelta]],
) -> datetime | None:
    """When the last of *people* is written to, *rate* a second in the *hours* of each day; None when
    that is not before *end*."""
    left = timedelta(seconds=people / rate)
    day = quiet_hours.next_day(start) - quiet_hours.DAY
    while day < end:
        for opens, shuts in hours:
            begin, until = max(day + opens, start), min(day + shuts, end)
            if begin + left <= until:
                return begin + left
            left -= max(until - begin, timedelta())
        day += quiet_hours.DAY
    return None
