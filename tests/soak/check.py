"""What must hold when all is over: the ledger of the outside world beside the service's database.

Every check yields what it finds wrong, in words; a run is good when none finds anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from bot.booking import reminders
from bot.channels.telegram.render import WISH_LINE
from bot.core.clock import VIETNAM
from bot.core.config.booking import Reminders
from bot.store.database import Row, Transaction
from bot.store.staff import audit
from bot.store.values import moment, stamp, unpack
from tests.soak.ledger import Arrival, Ledger, Said, Stay, Visit
from tests.support.bookings import wrong

INCOMING = "SELECT channel, id FROM incoming"
OUTBOX = """
    SELECT id, key, channel, person, state, uncertain, receipt, error, code, version, kind, due_at
    FROM outbox ORDER BY id
"""
REPLY = "SELECT reply FROM outbox WHERE channel = :channel AND person = :person AND uncertain > 0"
NEWEST = """
    SELECT code, version, state, slot, channel, person FROM bookings AS b
    WHERE version = (SELECT MAX(version) FROM bookings AS n WHERE n.code = b.code)
"""
ALERTS = "SELECT text FROM alerts WHERE kind = 'send'"
CALLS = "SELECT code, kind FROM calls"
ANSWERED = "SELECT reply FROM outbox WHERE key LIKE 'officer:%' AND state = 'sent'"
SLACK = timedelta(minutes=1)  # between the driver's look at the clock and the service's own
MAILBOX = "mailbox"


@dataclass
class Case:
    """What is compared. *now* is the service's clock at the end."""

    ledger: Ledger
    tx: Transaction
    rules: Reminders
    now: datetime
    sqlite: bool = True
    reminded: int = field(default=0, init=False)  # reminders that were looked at
    outcomes: dict[str, int] = field(default_factory=lambda: defaultdict(int), init=False)

    @cached_property
    def rows(self) -> list[Row]:
        return self.tx.rows(OUTBOX)

    @cached_property
    def replies(self) -> dict[tuple[str, str], list[Row]]:
        """The rows written in answer to each update, in order."""
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.rows:
            if row["key"].startswith("reply:"):
                _, channel, rest = row["key"].split(":", 2)
                found[channel, _update(channel, rest.rpartition(":")[0])].append(row)
        return found

    @cached_property
    def by_key(self) -> dict[str, Row]:
        return {row["key"]: row for row in self.rows}


def _update(channel: str, id_: str) -> str:
    """The update's id as the platform knows it: on the web the session stands before it."""
    return id_.rpartition(":")[2] if channel == "web" else id_


def receipts(row: Row) -> list[str]:
    return [r for r in (row["receipt"] or "").split(",") if r and r not in ("-", MAILBOX)]


# --- messages ------------------------------------------------------------------------------------


def messages(case: Case) -> Iterator[str]:
    """What was acknowledged is there, and has an answer."""
    stored = {(r["channel"], _update(r["channel"], r["id"])) for r in case.tx.rows(INCOMING)}
    for key, said in case.ledger.said.items():
        if not said.acked:
            yield f"a message was never taken: {key}"
        elif key not in stored:
            yield f"an acknowledged message is lost: {key}"
        elif key not in case.replies:
            yield f"an acknowledged message has no answer: {key}"


def replies(case: Case) -> Iterator[str]:
    """What was written has gone out, or was given up aloud."""
    alerts = " ".join(row["text"] for row in case.tx.rows(ALERTS))
    for row in case.rows:
        case.outcomes[row["state"]] += 1
        case.outcomes["uncertain"] += row["uncertain"] > 0
        name = f"{row['channel']} {row['key']}"
        if row["code"] is None and row["state"] == "failed" and _silent(row, alerts):
            yield f"a message was given up in silence: {name}: {row['error']}"
        if row["code"] is None and row["state"] == "missed":
            yield f"a reply was not sent in time: {name}"
        if row["state"] == "sending" or (
            row["state"] == "due" and moment(row["due_at"]) <= case.now
        ):
            yield f"a message is still on its way: {name}: {row['error']}"
        if row["state"] == "sent":
            yield from _arrived(case, row)


def _silent(row: Row, alerts: str) -> bool:
    """Whether no officer was told of a failed row; who blocked the bot is written to no more."""
    return row["id"] not in alerts and not row["error"].startswith("unreachable")


def _arrived(case: Case, row: Row) -> Iterator[str]:
    if row["channel"] == "web":
        return
    found = receipts(row)
    for receipt in found:
        arrival = case.ledger.arrivals.get((row["channel"], receipt))
        if arrival is None or arrival.person != row["person"]:
            yield f"a message recorded as sent never arrived: {row['channel']} {row['key']}"
    if not found:
        yield f"a message was recorded as sent without a receipt: {row['channel']} {row['key']}"


def duplicates(case: Case) -> Iterator[str]:
    """What arrived more than once was recorded as uncertain."""
    named = {(row["channel"], receipt) for row in case.rows for receipt in receipts(row)}
    for key, arrival in case.ledger.arrivals.items():
        if arrival.channel != "web" and key not in named:
            case.outcomes["arrived twice"] += 1
            if not _uncertain(case, arrival):
                yield f"a message arrived twice and nobody knows why: {key} {arrival.text[:60]!r}"


def _uncertain(case: Case, arrival: Arrival) -> bool:
    """Whether a row of this person that says this was uncertain."""
    rows = case.tx.rows(REPLY, channel=arrival.channel, person=arrival.person)
    line = arrival.text.partition("\n")[0]
    beside = arrival.text.startswith("file:") or line == WISH_LINE  # sent beside the text
    return any(beside or line in unpack(row["reply"])["text"] for row in rows)


def order(case: Case) -> Iterator[str]:
    """Answers come in the order of the questions."""
    for key, said in case.ledger.said.items():
        before = case.ledger.said.get((said.channel, said.after))
        if said.channel == "web" or before is None:
            continue
        first, second = _numbers(case, before), _numbers(case, said)
        if first and second and max(first) > min(second):
            yield f"an answer overtook an older one: {key} after {before.id}"


def _numbers(case: Case, said: Said) -> list[int]:
    rows = case.replies.get((said.channel, said.id), [])
    found = (case.ledger.arrivals.get((said.channel, r)) for row in rows for r in receipts(row))
    return [arrival.number for arrival in found if arrival]


def answers(case: Case) -> Iterator[str]:
    """What officers wrote has reached the people."""
    words = "\n".join(unpack(row["reply"])["text"] for row in case.tx.rows(ANSWERED))
    for text in case.ledger.answered:
        if text not in words:
            yield f"an officer's answer was not sent: {text!r}"


def friendly(case: Case) -> Iterator[str]:
    yield from (f"an error that nobody should see: {what}" for what in case.ledger.unfriendly)


# --- visits --------------------------------------------------------------------------------------


def visits(case: Case) -> Iterator[str]:
    """What people were told about their visits is so."""
    stored = {row["code"]: row for row in case.tx.rows(NEWEST)}
    for visit in case.ledger.visits.values():
        row = stored.get(visit.code)
        if row is None:
            yield f"a booking is lost: {visit.code}"
        elif visit.channel != "web" and row["person"] != visit.person:
            yield f"a booking is somebody else's: {visit.code}"
        elif visit.sure and _told(visit) != _is(visit, row):
            yield f"{visit.code} was told as {_told(visit)} and is {_is(visit, row)}"


def _told(visit: Visit) -> tuple[Any, ...]:
    return visit.version, visit.state, visit.slot


def _is(visit: Visit, row: Row) -> tuple[Any, ...]:
    return row["version"], row["state"], row["slot"] if visit.slot else ""


def places(case: Case) -> Iterator[str]:
    """No place is sold twice, and every other rule of the bookings holds."""
    for rule, rows in wrong(case.tx).items():
        yield f"{rule}: {rows[:3]}"


def remind(case: Case) -> Iterator[str]:
    """Every reminder that came due was sent, or says why not."""
    told = {(row["code"], row["kind"]) for row in case.tx.rows(CALLS)}
    for visit in case.ledger.visits.values():
        if visit.reminded and visit.sure:
            for stay in visit.past:
                for due in _due(case, stay):
                    yield from _reminder(case, visit, stay, due, None)
            if visit.state == "booked":
                now = Stay(visit.version, visit.slot, visit.booked, case.now)
                for due in _due(case, now):
                    yield from _reminder(case, visit, now, due, told)


def _due(case: Case, stay: Stay) -> Iterator[str]:
    """The kinds of reminders that came due while it was so."""
    if not stay.slot:
        return
    for due in reminders.due(_starts(stay.slot), stay.booked + SLACK, case.rules):
        if due.due_at + SLACK < stay.until:
            case.reminded += 1
            yield due.kind


def _starts(slot: str) -> datetime:
    at = slot.rpartition(".")[2].removesuffix("p")
    return datetime.strptime(at, "%y%m%d%H%M").replace(tzinfo=VIETNAM)


def _reminder(
    case: Case, visit: Visit, stay: Stay, kind: str, told: set[tuple[str, str]] | None
) -> Iterator[str]:
    """*told* are the officers' calls, for a visit that is still booked."""
    name = f"remind:{visit.code}:{stay.version}:{kind}"
    row = case.by_key.get(name)
    if row is None:
        yield f"a reminder is lost: {name} of {visit.channel}, booked {stamp(stay.booked)}"
        return
    case.outcomes[f"reminder {row['state']}"] += 1
    copied = any(key.startswith(f"{name}:") for key in case.by_key)
    silent = told is not None and (visit.code, kind) not in told and not copied
    if row["state"] == "failed" and silent:
        yield f"nobody was told of a reminder that failed: {name}: {row['error']}"
    if row["state"] == "missed" and not row["error"]:
        yield f"a reminder was missed without a reason: {name}"


# --- the database itself ---------------------------------------------------------------------------


def whole(case: Case) -> Iterator[str]:
    yield from (f"the audit log is broken: {fault}" for fault in audit.faults(case.tx))
    if case.sqlite:
        for row in case.tx.rows("PRAGMA integrity_check"):
            if row["integrity_check"] != "ok":
                yield f"the file is damaged: {row}"
        for row in case.tx.rows("PRAGMA foreign_key_check"):
            yield f"a row refers to nothing: {row}"


Check = Callable[[Case], Iterator[str]]
CHECKS: dict[str, Check] = {
    "messages that were acknowledged are there and answered": messages,
    "answers went out, or were given up aloud": replies,
    "what arrived twice was recorded as uncertain": duplicates,
    "answers came in the order of the questions": order,
    "officers' answers reached the people": answers,
    "errors were friendly": friendly,
    "bookings are as people were told": visits,
    "no place was sold twice, no rule of bookings broken": places,
    "reminders that came due were sent, or say why not": remind,
    "the audit log and the file are whole": whole,
}


def faults(case: Case) -> dict[str, list[str]]:
    """What each check has found."""
    return {name: list(check(case)) for name, check in CHECKS.items()}
