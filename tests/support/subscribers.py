"""Made-up people who agreed to news, and campaigns to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.clock import VIETNAM
from bot.core.messages import Address, Priority
from bot.outreach.message import Choice, Message, reply
from bot.store.campaigns import campaigns
from bot.store.campaigns.campaigns import KIND, Plan
from bot.store.database import Database, Row, Transaction
from bot.store.outbox import outbox
from bot.store.people import consents, conversations, interactions, profiles
from bot.store.values import Ids, stamp

IDS = Ids()
MESSAGE = Message(
    "Xã Mẫu mở điểm kích hoạt VNeID tối nay ở nhà văn hóa, mời bạn ghé.",
    "https://vneid.gov.vn/huong-dan",
    (Choice("Cách kích hoạt", "ask:quen-mat-khau"), Choice("Đặt lịch hẹn", "book")),
)
LINK = "INSERT INTO links (channel, person, owner, at) VALUES (:channel, :person, :owner, :at)"


def subscribe(
    tx: Transaction,
    person: Address,
    now: datetime,
    *,
    audience: str = "cong-nhan",
    status: str = "enrolled",
    ward: str = "",
    spoke: datetime | None = None,
) -> None:
    """*person* agrees to news, tells this, and last said something at *spoke*."""
    conversations.take(tx, person, now)
    consents.give(tx, IDS.new(now), person, "news", "test", now)
    profiles.set_audience(tx, person, audience, now)
    profiles.set_status(tx, person, status, now)
    profiles.set_ward(tx, person, ward, now)
    interactions.note(tx, person, spoke or now)


def link(tx: Transaction, owner: str, *people: Address) -> None:
    for person in people:
        values = {"channel": person.channel, "person": person.user}
        tx.rows(LINK, owner=owner, at=stamp(datetime(2026, 11, 1, tzinfo=VIETNAM)), **values)


def of_one(database: Database, now: datetime) -> tuple[Address, Address]:
    """Two accounts of one person, who agreed to news on both."""
    two = Address("telegram", "an"), Address("zalo-oa", "an-z")
    with database.transaction() as tx:
        for account in two:
            subscribe(tx, account, now)
        link(tx, "one", *two)
    return two


def plan(
    now: datetime,
    *,
    rule: str = "",
    hours: str = "",
    days: float = 3,
    starts: datetime | None = None,
    message: Message = MESSAGE,
) -> Plan:
    start = starts or now
    return Plan("Đợt thử", rule, message.packed(), hours, start, start + timedelta(days=days))


def launch(tx: Transaction, id_: str, wanted: Plan, now: datetime, people: int = 100) -> None:
    """A campaign under way, as if counted; to at most 200 people without a second officer."""
    campaigns.add(tx, id_, wanted, "an.officer", now)
    campaigns.keep_count(tx, id_, campaigns.as_of(tx, id_), "", people, now)
    if campaigns.launch(tx, id_, 200, now) == "waiting":
        campaigns.approve(tx, id_, "binh.officer", now)


def put(
    tx: Transaction,
    campaign: str,
    person: Address,
    now: datetime,
    until: datetime,
    message: Message = MESSAGE,
) -> None:
    """A row of it, as the feeder writes it."""
    outbox.put(
        tx,
        id=IDS.new(now),
        key=f"{KIND}:{campaign}:{person.channel}:{person.user}",
        to=person,
        reply=reply(message, campaign, "Đợt thử"),
        content=KIND,
        now=now,
        useful_until=until,
        priority=Priority.BROADCAST,
        code=campaign,
        kind=KIND,
    )


def rows(database: Database, sql: str, **values: object) -> list[Row]:
    with database.transaction() as tx:
        return tx.rows(sql, **values)
