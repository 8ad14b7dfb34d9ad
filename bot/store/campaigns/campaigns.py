"""Campaigns: what is said to whom, when, who agreed to it, and how far it has got.

draft ──launch──► running ◄──► paused      `waiting`: a second officer has to agree
   ▲  └► waiting ──approve─┘ │               `stopped`: by an officer; `done`: nothing is left
   └──change──┘              └► stopped | done
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.store.database import Row, Transaction
from bot.store.values import moment, stamp

KIND = "campaign"  # of a row of the outbox whose `code` is a campaign's id
HELD_UNTIL = datetime(9999, 1, 1, tzinfo=UTC)  # when rows of a campaign that rests are due


@dataclass(frozen=True, slots=True)
class Plan:
    """What an officer writes: `message` and `rule` as `bot.outreach` reads them."""

    name: str
    rule: str
    message: str
    hours: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Campaign:
    """`counted`: the newest dry run, for `people`; `left_after`: who said stop soon after it."""

    id: str
    plan: Plan
    state: str
    author: str
    approved_by: str
    counted: str
    counted_at: datetime | None
    people: int
    tapped: int
    left_after: int
    result: str

    @classmethod
    def from_row(cls, row: Row) -> Campaign:
        plan = Plan(
            name=row["name"],
            rule=row["rule"],
            message=row["message"],
            hours=row["hours"],
            starts_at=moment(row["starts_at"]),
            ends_at=moment(row["ends_at"]),
        )
        return cls(
            id=row["id"],
            plan=plan,
            state=row["state"],
            author=row["author"],
            approved_by=row["approved_by"],
            counted=row["counted"],
            counted_at=moment(row["counted_at"]) if row["counted_at"] else None,
            people=row["people"],
            tapped=row["tapped"],
            left_after=row["left_after"],
            result=row["result"],
        )


ADD = """
    INSERT INTO campaigns (id, name, rule, message, hours, starts_at, ends_at, state, author,
                           created_at, changed_at)
    VALUES (:id, :name, :rule, :message, :hours, :starts_at, :ends_at, 'draft', :author, :now, :now)
"""


def add(tx: Transaction, id: str, plan: Plan, author: str, now: datetime) -> None:
    tx.rows(ADD, id=id, author=author, now=stamp(now), **_values(plan))


# Who changes it is its author from then on: what was agreed to and counted was something else.
CHANGE = """
    UPDATE campaigns SET name = :name, rule = :rule, message = :message, hours = :hours,
                         starts_at = :starts_at, ends_at = :ends_at, state = 'draft',
                         author = :author, approved_by = '', counted = '', counted_at = NULL,
                         people = 0, changed_at = :now
    WHERE id = :id AND state IN ('draft', 'waiting')
      AND NOT EXISTS (SELECT 1 FROM campaign_parts WHERE campaign = :id AND written > 0)
    RETURNING id
"""


def change(tx: Transaction, id: str, plan: Plan, author: str, now: datetime) -> bool:
    """False once it has begun."""
    return bool(tx.rows(CHANGE, id=id, author=author, now=stamp(now), **_values(plan)))


def _values(plan: Plan) -> dict[str, str]:
    return {
        "name": plan.name,
        "rule": plan.rule,
        "message": plan.message,
        "hours": plan.hours,
        "starts_at": stamp(plan.starts_at),
        "ends_at": stamp(plan.ends_at),
    }


GET = "SELECT * FROM campaigns WHERE id = :id"
ALL = "SELECT * FROM campaigns ORDER BY created_at DESC, id DESC LIMIT 200"
RUNNING = """
    SELECT * FROM campaigns WHERE state = 'running' AND starts_at <= :soon ORDER BY starts_at, id
"""


def get(tx: Transaction, id: str) -> Campaign | None:
    rows = tx.rows(GET, id=id)
    return Campaign.from_row(rows[0]) if rows else None


def newest(tx: Transaction) -> list[Campaign]:
    return [Campaign.from_row(row) for row in tx.rows(ALL)]


def running(tx: Transaction, soon: datetime) -> list[Campaign]:
    """Those under way, and those that begin by *soon*."""
    return [Campaign.from_row(row) for row in tx.rows(RUNNING, soon=stamp(soon))]


COUNTED = """
    UPDATE campaigns SET counted = :counted, people = :people, counted_at = :now
    WHERE id = :id AND changed_at = :as_of AND state IN ('draft', 'waiting') RETURNING id
"""
AS_OF = "SELECT changed_at FROM campaigns WHERE id = :id"


def as_of(tx: Transaction, id: str) -> str:
    """Names the version that a dry run counts."""
    rows = tx.rows(AS_OF, id=id)
    return str(rows[0]["changed_at"]) if rows else ""


def keep_count(
    tx: Transaction,
    id: str,
    as_of: str,
    counted: str,
    people: int,
    now: datetime,
) -> bool:
    """Keep a dry run; False when the campaign was changed while it was counted."""
    values = {"counted": counted, "people": people, "now": stamp(now)}
    return bool(tx.rows(COUNTED, id=id, as_of=as_of, **values))


# --- moves ---------------------------------------------------------------------------------------

LAUNCH = """
    UPDATE campaigns SET state = CASE WHEN people > :above THEN 'waiting' ELSE 'running' END,
                         changed_at = :now
    WHERE id = :id AND state = 'draft' AND counted_at IS NOT NULL AND ends_at > :now
    RETURNING state
"""
APPROVE = """
    UPDATE campaigns SET state = 'running', approved_by = :by, changed_at = :now
    WHERE id = :id AND state = 'waiting' AND author <> :by AND ends_at > :now RETURNING id
"""
MORE_THAN_AGREED = """
    UPDATE campaigns SET state = 'waiting', changed_at = :now
    WHERE id = :id AND state = 'running' AND approved_by = '' RETURNING id
"""
PAUSE = """
    UPDATE campaigns SET state = 'paused', changed_at = :now
    WHERE id = :id AND state = 'running' RETURNING id
"""
RESUME = """
    UPDATE campaigns SET state = 'running', changed_at = :now
    WHERE id = :id AND state = 'paused' AND ends_at > :now RETURNING id
"""
STOP = """
    UPDATE campaigns SET state = 'stopped', changed_at = :now
    WHERE id = :id AND state IN ('running', 'paused', 'waiting') RETURNING id
"""
FINISH = """
    UPDATE campaigns SET state = 'done', changed_at = :now
    WHERE id = :id AND state = 'running' RETURNING id
"""
HOLD = """
    UPDATE outbox SET due_at = :at WHERE code = :id AND kind = 'campaign' AND state = 'due'
"""
DROP = """
    UPDATE outbox SET state = 'missed', error = :error
    WHERE code = :id AND kind = 'campaign' AND state = 'due'
"""


def launch(tx: Transaction, id: str, above: int, now: datetime) -> str | None:
    """Begin, or wait for a second officer when it goes to more than *above* people. Returns the
    state; None when it was not counted, is over, or has begun."""
    rows = tx.rows(LAUNCH, id=id, above=above, now=stamp(now))
    return str(rows[0]["state"]) if rows else None


def approve(tx: Transaction, id: str, by: str, now: datetime) -> bool:
    """False for who wrote it, and for what does not wait for it (any more)."""
    done = bool(tx.rows(APPROVE, id=id, by=by, now=stamp(now)))
    if done:
        tx.rows(HOLD, id=id, at=stamp(now))
    return done


def more_than_agreed(tx: Transaction, id: str, now: datetime) -> bool:
    """It has grown beyond what one officer may begin alone: wait for a second."""
    return _rest(tx, MORE_THAN_AGREED, id, now)


def pause(tx: Transaction, id: str, now: datetime) -> bool:
    return _rest(tx, PAUSE, id, now)


def _rest(tx: Transaction, sql: str, id: str, now: datetime) -> bool:
    done = bool(tx.rows(sql, id=id, now=stamp(now)))
    if done:
        tx.rows(HOLD, id=id, at=stamp(HELD_UNTIL))
    return done


def resume(tx: Transaction, id: str, now: datetime) -> bool:
    done = bool(tx.rows(RESUME, id=id, now=stamp(now)))
    if done:
        tx.rows(HOLD, id=id, at=stamp(now))
    return done


def stop(tx: Transaction, id: str, now: datetime) -> bool:
    """For good; what waits is not sent."""
    done = bool(tx.rows(STOP, id=id, now=stamp(now)))
    if done:
        tx.rows(DROP, id=id, error="stopped")
    return done


def finish(tx: Transaction, id: str, now: datetime) -> bool:
    done = bool(tx.rows(FINISH, id=id, now=stamp(now)))
    if done:
        tx.rows(DROP, id=id, error="no longer useful")
    return done


RESULT = "UPDATE campaigns SET result = :result WHERE id = :id"


def keep_result(tx: Transaction, id: str, result: str) -> None:
    """What came of one that has ended."""
    tx.rows(RESULT, id=id, result=result)
