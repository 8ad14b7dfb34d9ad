"""Everything that goes out, one row each.

due ──claim──► sending ──► sent
 ▲                │ ├────► due      (retry later; `uncertain` counts sends that may have arrived)
 └──lease ended───┘ └────► failed | missed

A row about a booking says which version of it and why. Whether that still stands is asked in the
transaction that claims the row (bot.store.outbox.claim).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Address, Priority, Reply
from bot.store.database import Row, Transaction
from bot.store.outbox.still_valid import About
from bot.store.values import moment, pack, stamp, unpack

MAILBOX = "mailbox"  # the receipt of a channel that keeps what it is given until it is looked for


@dataclass(frozen=True, slots=True)
class Letter:
    """A row to be sent."""

    id: str
    address: Address
    reply: Reply
    attempts: int
    created_at: datetime
    useful_until: datetime | None
    about: About | None = None
    receipt: str = ""  # of those of its messages that have gone out
    companions: tuple[Letter, ...] = ()  # due to the same person, to be said in the same message
    leased_until: datetime | None = None

    @classmethod
    def from_row(cls, row: Row) -> Letter:
        until = row["useful_until"]
        return cls(
            id=row["id"],
            address=Address(row["channel"], row["person"]),
            reply=Reply.from_json(unpack(row["reply"])),
            attempts=row["attempts"],
            created_at=moment(row["created_at"]),
            useful_until=moment(until) if until else None,
            about=About.from_row(row) if row["code"] else None,
            receipt=row["receipt"] or "",
            leased_until=moment(row["lease_until"]) if row["lease_until"] else None,
        )

    def late(self, now: datetime) -> bool:
        """Whether it is of no use any more."""
        return self.useful_until is not None and now > self.useful_until


PUT = """
    INSERT INTO outbox (id, key, channel, person, reply, content, priority, created_at, due_at,
                        useful_until, state, sent_at, code, version, kind)
    VALUES (:id, :key, :channel, :person, :reply, :content, :priority, :now, :due_at,
            :useful_until, :state, :sent_at, :code, :version, :kind)
    ON CONFLICT (key) DO NOTHING RETURNING id
"""


def put(
    tx: Transaction,
    *,
    id: str,
    key: str,
    to: Address,
    reply: Reply,
    content: str,
    now: datetime,
    due_at: datetime | None = None,
    useful_until: datetime | None = None,
    priority: int = Priority.REPLY,
    delivered: bool = False,
    code: str | None = None,
    version: int | None = None,
    kind: str | None = None,
) -> bool:
    """Write one message; False when *key* was written before.

    `delivered` is for channels whose readers fetch the row themselves. `content` is the version of
    the FAQ that the words came from. `code`, `version` and `kind` say what the row is about (see
    `About`); it then goes out only while that stands.
    """
    rows = tx.rows(
        PUT,
        id=id,
        key=key,
        channel=to.channel,
        person=to.user,
        reply=pack(reply.to_json()),
        content=content,
        priority=priority,
        now=stamp(now),
        due_at=stamp(due_at or now),
        useful_until=stamp(useful_until) if useful_until else None,
        state="sent" if delivered else "due",
        sent_at=stamp(now) if delivered else None,
        code=code,
        version=version,
        kind=kind,
    )
    return bool(rows)


COPY = """
    INSERT INTO outbox (id, key, channel, person, reply, content, priority, created_at, due_at,
                        useful_until, state, code, version, kind)
    SELECT :new_id, key || ':' || :channel || ':' || :person, :channel, :person, :reply, content,
           priority, :now, :now, useful_until, 'due', code, version, kind
    FROM outbox WHERE id = :id
    ON CONFLICT (key) DO NOTHING RETURNING id
"""


def copy(
    tx: Transaction,
    id: str,
    new_id: str,
    to: Address,
    reply: Reply,
    now: datetime,
) -> bool:
    """Send *reply* to another address too, in the place of the row *id*, at once; False when it was
    copied to there before."""
    values = {"channel": to.channel, "person": to.user, "now": stamp(now)}
    return bool(tx.rows(COPY, id=id, new_id=new_id, reply=pack(reply.to_json()), **values))


SENT = """
    UPDATE outbox SET state = 'sent', sent_at = :now, receipt = :receipt, error = NULL
    WHERE id = :id AND owner = :owner AND state = 'sending' RETURNING id
"""


# Nobody else takes it meanwhile: it waits for the older row that is on its way (bot.store.outbox.claim).
SENT_ALONG = """
    UPDATE outbox SET state = 'sent', sent_at = :now, receipt = :receipt
    WHERE id = :id AND state = 'due'
"""


def sent(
    tx: Transaction,
    id: str,
    owner: str,
    now: datetime,
    receipt: str,
    companions: Iterable[str] = (),
) -> bool:
    """Record that the platform took it, and with it what its *companions* say; False when the lease
    was lost meanwhile."""
    if not tx.rows(SENT, id=id, owner=owner, now=stamp(now), receipt=receipt):
        return False
    for other in companions:
        tx.rows(SENT_ALONG, id=other, now=stamp(now), receipt=receipt)
    return True


RETRY = """
    UPDATE outbox SET state = 'due', due_at = :due_at, error = :error,
                      uncertain = uncertain + :uncertain,
                      receipt = CASE WHEN :sent = '' THEN receipt ELSE :sent END
    WHERE id = :id AND owner = :owner AND state = 'sending'
"""


def retry(
    tx: Transaction,
    id: str,
    owner: str,
    due_at: datetime,
    error: str,
    *,
    uncertain: bool = False,
    sent: str = "",
) -> None:
    """Send it again later. *sent* are the receipts of those of its messages that went out: they are
    kept with the row, so that whoever goes on with it, here or elsewhere, sends the others only."""
    values = {"due_at": stamp(due_at), "error": error, "uncertain": int(uncertain), "sent": sent}
    tx.rows(RETRY, id=id, owner=owner, **values)


CLOSE = """
    UPDATE outbox SET state = :state, error = :error
    WHERE id = :id AND owner = :owner AND state = 'sending' RETURNING id
"""


def close(tx: Transaction, id: str, owner: str, state: str, error: str) -> bool:
    """End a row that will not be sent: 'failed' or 'missed'. False when the lease was lost."""
    return bool(tx.rows(CLOSE, id=id, owner=owner, state=state, error=error))


RELEASE = """
    UPDATE outbox SET state = 'due', uncertain = uncertain + 1, error = 'lease ended'
    WHERE state = 'sending' AND lease_until <= :until RETURNING channel
"""


def release(tx: Transaction, until: datetime) -> set[str]:
    """Give back rows whose lease ended by *until*: their sender died in the middle, so whether
    they arrived is uncertain. Returns the channels concerned."""
    return {row["channel"] for row in tx.rows(RELEASE, until=stamp(until))}


AT_ONCE = """
    UPDATE outbox SET due_at = :now
    WHERE state = 'due' AND due_at > :now AND (attempts > 0 OR due_at = created_at)
"""
SHORTEN = "UPDATE outbox SET lease_until = :end WHERE state = 'sending' AND lease_until > :end"


def bring_near(tx: Transaction, now: datetime, end: datetime) -> None:
    """After the clock was set back: what was due at once or waits for a retry is due now, and no
    lease is longer than to *end*."""
    tx.rows(AT_ONCE, now=stamp(now))
    tx.rows(SHORTEN, end=stamp(end))


WAITS = """
    SELECT MAX(id) AS id FROM outbox
    WHERE channel = :channel AND person = :person AND state IN ('due', 'sending')
"""


def newest_waiting(tx: Transaction, person: Address) -> str | None:
    """The row that what is said to *person* next has to follow; None when nothing waits."""
    id_: str | None = tx.rows(WAITS, channel=person.channel, person=person.user)[0]["id"]
    return id_


PRIORITIES = (Priority.REPLY, Priority.REMINDER, Priority.BROADCAST)
NEXT_DUE = """
    SELECT MIN(due_at) AS at FROM outbox
    WHERE channel = :channel AND state = 'due' AND priority = :priority AND due_at > :now
"""


def next_due(
    tx: Transaction, channel: str, now: datetime, priorities: Sequence[int] = PRIORITIES
) -> datetime | None:
    """When the next row of *priorities* comes due after *now*. Rows that are due and still not claimable wait for
    one on its way, whose end wakes the courier."""
    values = {"channel": channel, "now": stamp(now)}
    found = [tx.rows(NEXT_DUE, priority=p, **values)[0]["at"] for p in priorities]
    times = [at for at in found if at]
    return moment(min(times)) if times else None


BY_KEY = "SELECT id, reply FROM outbox WHERE key >= :prefix AND key < :end ORDER BY id"


def replies_to(tx: Transaction, prefix: str) -> list[tuple[str, Reply]]:
    """The rows written in answer to one update, oldest first."""
    rows = tx.rows(BY_KEY, prefix=prefix, end=prefix + "\U0010ffff")
    return [(row["id"], Reply.from_json(unpack(row["reply"]))) for row in rows]


BY_ID = "SELECT * FROM outbox WHERE id = :id"


def get(tx: Transaction, id: str) -> Letter | None:
    """The row *id*, sent or not; None when it is forgotten."""
    rows = tx.rows(BY_ID, id=id)
    return Letter.from_row(rows[0]) if rows else None


SAID = """
    SELECT reply FROM outbox WHERE id = :id AND channel = :channel AND person = :person
"""


def said(tx: Transaction, id: str, person: Address) -> Reply | None:
    """What the row *id* said to *person*; None when it is forgotten or was another's."""
    rows = tx.rows(SAID, id=id, channel=person.channel, person=person.user)
    return Reply.from_json(unpack(rows[0]["reply"])) if rows else None


SINCE = """
    SELECT id, reply FROM outbox
    WHERE channel = :channel AND person = :person AND state = 'sent' AND id > :after
    ORDER BY id LIMIT 100
"""


def delivered_since(tx: Transaction, person: Address, after: str) -> list[tuple[str, Reply]]:
    """Rows a reader of a mailbox channel has not seen: those after the id *after*."""
    rows = tx.rows(SINCE, channel=person.channel, person=person.user, after=after)
    return [(row["id"], Reply.from_json(unpack(row["reply"]))) for row in rows]
