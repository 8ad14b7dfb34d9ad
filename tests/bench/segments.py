"""Selecting a segment among 1,000,000 people who agreed to news.

    .venv/bin/python -m tests.bench.segments

For rules of several kinds, in one run: the exact count, the first batch, and all batches one after
the other as the feeder asks for them. *raw*: the statement that somebody would write by hand for just
this rule, with the index that is best for just this rule, which is there for this table alone. `ratio`
is ours over raw. A batch tells of each person, here and there, whether they can be reached.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.booking import wards as places
from bot.core.audiences import AUDIENCES, STATUSES
from bot.outreach import segment_language as language
from bot.outreach.batches import BATCH
from bot.store.campaigns import segments
from bot.store.campaigns.segments import compiled
from bot.store.database import SqliteDatabase, Transaction
from bot.store.values import stamp

PEOPLE = 1_000_000
ROUNDS = 7
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CHANNEL = "telegram"
FILL = 20_000  # rows of one transaction
PROFILE = """
    INSERT INTO profiles (channel, person, audience, ward, status, news, changed_at)
    VALUES (:channel, :person, :audience, :ward, :status, 1, :now)
"""
PERSON = """
    INSERT INTO people (channel, person, state, first_seen, last_seen)
    VALUES (:channel, :person, '{}', :now, :now)
"""
COPY = "CREATE TABLE by_hand AS SELECT person, audience, ward, status FROM profiles"


RAW_FIRST = """
    SELECT m.person, l.owner, q.reachable, i.at,
           (SELECT COUNT(*) FROM proactive AS r
            WHERE r.channel = :channel AND r.person = m.person AND r.at > :since)
    FROM (SELECT person FROM by_hand WHERE {where} AND person > '' ORDER BY person LIMIT :count) AS m
    LEFT JOIN people AS q ON q.channel = :channel AND q.person = m.person
    LEFT JOIN links AS l ON l.channel = :channel AND l.person = m.person
    LEFT JOIN interactions AS i ON i.channel = :channel AND i.person = m.person
"""


@dataclass(frozen=True)
class Kind:
    """A rule, and what somebody would write for it by hand: an index and a condition."""

    name: str
    rule: str
    index: str
    where: str


KINDS = (
    Kind(
        "one ward's workers",
        "status = chưa kích hoạt and audience = công nhân and ward = Tân Phú",
        "(status, audience, ward, person)",
        "status = 'enrolled' AND audience = 'cong-nhan' AND ward = '27031'",
    ),
    Kind(
        "two wards' workers",
        'status = chưa kích hoạt and audience = công nhân and ward in [Tân Phú, "Bình Tân"]',
        "(status, audience, ward, person)",
        "status = 'enrolled' AND audience = 'cong-nhan' AND ward IN ('27031', '27442')",
    ),
    Kind(
        "one ward",
        "ward = Tân Phú",
        "(ward, person)",
        "ward = '27031'",
    ),
    Kind(
        "all workers",
        "audience = công nhân",
        "(audience, person)",
        "audience = 'cong-nhan'",
    ),
    Kind(
        "not activated, or students",
        "status = chưa kích hoạt or audience = sinh viên",
        "(person, status, audience)",
        "(status = 'enrolled' OR audience = 'sinh-vien')",
    ),
    Kind("everybody", "", "(person)", "1 = 1"),
)


def fill(database: SqliteDatabase) -> None:
    chance = random.Random(1)
    wards = ["27031", "27442", *(f"{n:05}" for n in range(160))]
    audiences, statuses = list(AUDIENCES), list(STATUSES)
    for first in range(0, PEOPLE, FILL):
        with database.transaction() as tx:
            for number in range(first, first + FILL):
                who = {"channel": CHANNEL, "person": f"{chance.getrandbits(40):013}{number}"}
                tx.rows(PERSON, now=stamp(NOW), **who)
                facts = {
                    "audience": chance.choice(audiences),
                    "ward": chance.choice(wards),
                    "status": chance.choice(statuses),
                }
                tx.rows(PROFILE, now=stamp(NOW), **facts, **who)


def median(work: Callable[[], Any]) -> float:
    """Milliseconds."""
    work()
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return 1000 * statistics.median(found)


def batches(tx: Transaction, rule: segments.Condition, few: bool) -> Iterator[int]:
    after = ""
    while True:
        found = segments.members(tx, rule, CHANNEL, after, BATCH, NOW, few=few)
        yield len(found)
        if len(found) < BATCH:
            return
        after = found[-1].person


def measure(tx: Transaction, kind: Kind, wards: places.Wards) -> None:
    rule = compiled(language.parse(kind.rule, wards))
    tx.rows("DROP INDEX IF EXISTS best")
    tx.rows(f"CREATE INDEX best ON by_hand {kind.index}")
    raw_count = f"SELECT COUNT(*) AS n FROM by_hand WHERE {kind.where}"  # noqa: S608 - this file's own
    raw_first = RAW_FIRST.replace("{where}", kind.where)
    number = tx.rows(raw_count)[0]["n"]
    few = segments.are_few(tx, rule, CHANNEL)
    assert segments.count(tx, rule, CHANNEL) == number
    counting = median(lambda: segments.count(tx, rule, CHANNEL)), median(lambda: tx.rows(raw_count))
    first = (
        median(lambda: segments.members(tx, rule, CHANNEL, "", BATCH, NOW, few=few)),
        median(lambda: tx.rows(raw_first, channel=CHANNEL, since=stamp(NOW), count=BATCH)),
    )
    began = time.perf_counter()
    sizes = list(batches(tx, rule, few))
    spent = 1000 * (time.perf_counter() - began) / len(sizes)
    assert sum(sizes) == number
    print(
        f"{kind.name:28} {number:9,} people   count {counting[0]:7.2f} ms  ratio {counting[0] / counting[1]:5.2f}"
        f"   first {BATCH} {first[0]:6.2f} ms  ratio {first[0] / first[1]:5.2f}   each of all {spent:6.2f} ms"
    )


def main() -> None:
    wards = places.load()
    with tempfile.TemporaryDirectory() as name:
        database = SqliteDatabase(Path(name) / "segments.db")
        with closing(database):
            began = time.perf_counter()
            fill(database)
            with database.transaction() as tx:
                tx.rows(COPY)
            print(f"{PEOPLE:,} people, filled in {time.perf_counter() - began:.0f} s")
            with database.transaction() as tx:
                for kind in KINDS:
                    measure(tx, kind, wards)


if __name__ == "__main__":
    main()
