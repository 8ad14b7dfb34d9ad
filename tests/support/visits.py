"""Bookings written straight into the database, for tests of what is said about them."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.clock import VIETNAM
from bot.core.messages import Address, Priority, Reply, Tone
from bot.store.database import Database, Row, Transaction
from bot.store.outbox import outbox
from bot.store.people import consents, conversations
from bot.store.values import Ids, stamp

AN = Address("telegram", "1001")
OFFICE_ID = "mau-a"
IDS = Ids()  # one counter, so that rows of the same moment keep their order

OFFICE = """
    INSERT INTO offices (id, name, address, ward, latitude, longitude, services, hours, changed_at)
    VALUES (:id, 'Công an phường Mẫu A', 'Số 1 đường Mẫu', '00001', 10.77, 106.70, '["the"]', '{}',
            :now)
    ON CONFLICT DO NOTHING
"""
BOOKING = """
    INSERT INTO bookings (id, code, version, party, member, service, office, starts_at, channel,
                          person, holder, name, phone, phone_mark, vouched, before, state, created_at,
                          changed_at)
    VALUES (:id, :code, :version, :code, 1, :service, :office, :starts_at, :channel, :person,
            :holder, :name, :phone, :phone_mark, :vouched, :before, :state, :now, :now)
"""
BEFORE = {"booked": "held", "served": "arrived", "moved": "booked", "cancelled": "booked"}


def book(
    tx: Transaction,
    code: str,
    starts_at: datetime,
    now: datetime,
    *,
    person: Address = AN,
    version: int = 1,
    state: str = "booked",
    holder: str = "",
    service: str = "the",
    name: str = "cô Ba",
    phone: str = "",
    phone_mark: str = "",
    vouched: str = "",
    consent: bool = True,
) -> None:
    """A booking of *person*, who exists, and has agreed to be reminded if *consent*. *phone_mark* is of the
    number that was given with it, *vouched* of the account's own."""
    tx.rows(OFFICE, id=OFFICE_ID, now=stamp(now))
    conversations.take(tx, person, now)
    if consent:
        consents.give(tx, IDS.new(now), person, "reminders", "test", now)
    tx.rows(
        BOOKING,
        id=f"{code}-{version}",
        code=code,
        version=version,
        service=service,
        office=OFFICE_ID,
        starts_at=stamp(starts_at),
        channel=person.channel,
        person=person.user,
        holder=holder or f"{person.channel}:{person.user}/{code}",
        name=name,
        phone=phone,
        phone_mark=phone_mark,
        vouched=vouched,
        before=BEFORE[state],
        state=state,
        now=stamp(now),
    )


def become(tx: Transaction, code: str, state: str) -> None:
    tx.rows(
        "UPDATE bookings SET before = state, state = :state WHERE code = :code",
        code=code, state=state,
    )  # fmt: skip


def remind(
    tx: Transaction,
    code: str,
    due_at: datetime,
    useful_until: datetime,
    *,
    to: Address = AN,
    version: int = 1,
    kind: str = "hours",
    now: datetime | None = None,
) -> None:
    """A row about a booking, as the handlers write it."""
    outbox.put(
        tx,
        id=IDS.new(now or due_at),
        key=f"remind:{code}:{version}:{kind}",
        to=to,
        reply=Reply(Tone.NOTICE, f"{kind} {code}"),
        content="test",
        now=now or due_at,
        due_at=due_at,
        useful_until=useful_until,
        priority=Priority.REMINDER,
        code=code,
        version=version,
        kind=kind,
    )


def rows(database: Database, sql: str, **values: object) -> list[Row]:
    with database.transaction() as tx:
        return tx.rows(sql, **values)


def states(database: Database) -> dict[str, str]:
    """The state of each row of the outbox, by what its key ends with: `<code>:<version>:<kind>`."""
    found = rows(database, "SELECT key, state FROM outbox ORDER BY key")
    return {row["key"].removeprefix("remind:"): row["state"] for row in found}


def called(database: Database) -> list[tuple[str, str]]:
    """Code and kind of each line of the call list."""
    found = rows(database, "SELECT code, kind FROM calls ORDER BY code, kind")
    return [(row["code"], row["kind"]) for row in found]


def local_time(text: str) -> datetime:
    """`2026-11-27 08:00`, on Vietnam's clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
