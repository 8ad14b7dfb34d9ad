"""kill -9 around reminders: at every point of a story of them, and of the service at work.

How many points that are: `python -m tests.faults.points`.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.messages import Address
from bot.store.database import SqliteDatabase, Transaction
from tests.faults import remind_story
from tests.faults.remind_story import Story, chosen
from tests.faults.shelf import Shelf
from tests.support import visits
from tests.support.fakes.telegram import FakeTelegram
from tests.support.paths import FAQ
from tests.support.service import running, write_config

# Statements that find what must not be; each returns no rows when the story is over.
MUST_BE_EMPTY = {
    "a live booking has no reminders though its person agreed": """
        SELECT code FROM bookings AS b WHERE b.state IN ('booked', 'served') AND b.code <> 'OLD'
        AND NOT EXISTS (SELECT 1 FROM outbox AS o WHERE o.code = b.code AND o.version = b.version
                        AND o.kind IN ('evening', 'hours'))
    """,
    "a message tells of a booking that is none": """
        SELECT o.key FROM outbox AS o WHERE o.code IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM bookings AS b WHERE b.code = o.code AND b.version = o.version)
    """,
    "a message of a version that was moved away went out": """
        SELECT o.key FROM outbox AS o JOIN bookings AS b ON b.code = o.code
        AND b.version = o.version AND b.state = 'moved' WHERE o.state = 'sent'
    """,
    "a message is neither sent, missed, failed nor to come": """
        SELECT key, state, due_at FROM outbox
        WHERE state = 'sending' OR state = 'due' AND due_at <= :end
    """,
    "nobody was told though a message failed": """
        SELECT o.key FROM outbox AS o WHERE o.state = 'failed'
        AND NOT EXISTS (SELECT 1 FROM outbox AS c WHERE c.key LIKE o.key || ':%')
        AND NOT EXISTS (SELECT 1 FROM calls AS c WHERE c.code = o.code AND c.kind = o.kind)
    """,
    "a reminder was late and nobody is called": """
        SELECT o.key FROM outbox AS o WHERE o.error = 'no longer useful' AND o.code IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM calls AS c WHERE c.code = o.code AND c.kind = o.kind)
    """,
    "somebody is called twice for one thing": """
        SELECT code, kind FROM calls GROUP BY code, kind HAVING count(*) > 1
    """,
    "somebody was served and is not asked": """
        SELECT b.code FROM bookings AS b WHERE b.state = 'served' AND b.code <> 'OLD'
        AND (SELECT count(*) FROM outbox AS o WHERE o.code = b.code AND o.kind LIKE 'activate%') <> 4
    """,
    "who has activated is still asked": """
        SELECT o.key FROM outbox AS o JOIN bookings AS b ON b.code = o.code
        AND b.activated_at IS NOT NULL WHERE o.kind LIKE 'activate%' AND o.state = 'due'
    """,
}


@pytest.fixture(scope="module")
def beginning(shelf: Shelf) -> str:
    """What the story begins with, as it is kept."""
    address = shelf.empty()
    remind_story.prepare(address)
    return shelf.keep(address)


def read(tx: Transaction, sql: str, **values: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in tx.rows(sql, **values)]


def ending(tx: Transaction) -> dict[str, object]:
    """What the story comes to, without ids and times."""
    return {
        "visits": read(tx, "SELECT version, state, answer, activated_at IS NOT NULL AS activated "
                           "FROM bookings WHERE channel = 'telegram' ORDER BY 1, 2, 3, 4"),
        "rows": sorted(Counter(read(tx, "SELECT kind, version, channel, person, state "
                                        "FROM outbox WHERE code IS NOT NULL")).items()),
        "calls": read(tx, "SELECT code, kind FROM calls ORDER BY code, kind"),
    }  # fmt: skip


def wrong(tx: Transaction) -> dict[str, list[tuple[object, ...]]]:
    end = "2026-11-30T12:05:00.000000Z"
    named = {
        rule: read(tx, sql, **({"end": end} if ":end" in sql else {}))
        for rule, sql in MUST_BE_EMPTY.items()
    }
    return {rule: rows for rule, rows in named.items() if rows}


def copies(arrived: Path) -> Counter[str]:
    """How often each row arrived."""
    lines = arrived.read_text(encoding="utf-8").splitlines() if arrived.exists() else []
    return Counter(line.rpartition(":")[2] for line in lines)


def doubled(tx: Transaction, arrived: Path) -> set[str]:
    """Rows that arrived more often than once and every send that is recorded as uncertain."""
    allowed = dict(read(tx, "SELECT id, 1 + uncertain AS allowed FROM outbox"))
    return {row for row, count in copies(arrived).items() if count > int(str(allowed[row]))}


def test_killed_at_any_point_the_story_comes_to_the_same_end(
    shelf: Shelf, beginning: str, tmp_path: Path
) -> None:
    """Each point is a statement, a side of a commit or of a send; the operations are booking,
    moving, reminding, passing on, calling, answering, serving, asking and activating."""
    story, expected = told_whole(shelf, beginning, tmp_path)
    points = chosen(story.points)
    assert len(points) >= 30
    for number, torn, code in told_to(shelf, points, beginning, tmp_path):
        name = story.points[number - 1]
        assert code == -signal.SIGKILL, name
        asyncio.run(torn.tell())
        with shelf.seen(torn.address) as tx:
            assert wrong(tx) == {}, name
            assert ending(tx) == expected, name
            assert doubled(tx, torn.arrived) == set(), name


@pytest.mark.parametrize(
    ("killed", "arrived"), [("before sending", (0, 1)), ("after sending", (1, 2))]
)
def test_what_the_courier_was_sending_when_it_died_is_sent_again_and_recorded(
    shelf: Shelf, beginning: str, tmp_path: Path, killed: str, arrived: tuple[int, int]
) -> None:
    """Between the claim and the send, and between the send and its record."""
    story, _ = told_whole(shelf, beginning, tmp_path)
    point = story.points.index(f"evening: {killed}") + 1
    ((_, torn, _),) = told_to(shelf, [point], beginning, tmp_path)
    with shelf.seen(torn.address) as tx:
        ((row, *_),) = read(tx, "SELECT id FROM outbox WHERE state = 'sending'")
    at_first = copies(torn.arrived)[str(row)]
    asyncio.run(torn.tell())
    with shelf.seen(torn.address) as tx:
        found = read(tx, "SELECT state, uncertain FROM outbox WHERE id = :id", id=str(row))
    assert (at_first, copies(torn.arrived)[str(row)]) == arrived
    assert found == [("sent", 1)]


def told_whole(shelf: Shelf, beginning: str, folder: Path) -> tuple[Story, dict[str, object]]:
    """The story when nobody dies, and its end."""
    story = Story(shelf.again(beginning), folder / "arrived")
    asyncio.run(story.tell())
    with shelf.seen(story.address) as tx:
        assert wrong(tx) == {}
        assert doubled(tx, story.arrived) == set()
        return story, ending(tx)


def told_to(
    shelf: Shelf, points: list[int], beginning: str, folder: Path
) -> Iterator[tuple[int, Story, int | None]]:
    """Tell the story to each of *points*, a few at a time; yields what is left to be told, and how
    each process ended."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.remind_story"])
    for first in range(0, len(points), shelf.at_once):
        children = []
        for number in points[first : first + shelf.at_once]:
            torn = Story(shelf.again(beginning), folder / f"arrived-{number}")
            told = (torn.address, torn.arrived, number)
            child = context.Process(target=remind_story.tell, args=told)
            child.start()
            children.append((number, torn, child))
        for number, torn, child in children:
            child.join(60)
            yield number, torn, child.exitcode


# --- the service at work ---------------------------------------------------------------------------

PEOPLE = 120
KILL_AT = (20, 60)  # reminders that have arrived
WORKERS = 8  # of the courier; each may have one send that is uncertain
NO_QUIET_HOURS = 'booking: {reminders: {quiet_from: "00:00", quiet_to: "00:00"}}'


def due_now(database: SqliteDatabase, chat: int, *, state: str) -> None:
    """A visit tomorrow that is to be reminded of this minute; the row of one that is moved or
    cancelled is still there."""
    now = datetime.now(UTC)
    person = Address("telegram", str(chat))
    with database.transaction() as tx:
        visits.book(tx, f"C{chat}", now + timedelta(days=1), now, person=person, state=state)
        visits.remind(
            tx, f"C{chat}", now, now + timedelta(hours=2), to=person, kind="evening", now=now
        )


async def test_reminders_go_out_though_the_service_is_killed_twice_in_the_middle(
    tmp_path: Path,
) -> None:
    async with FakeTelegram() as telegram:
        staying, gone = range(1001, 1001 + PEOPLE), range(3001, 3021)
        telegram.known.update(staying, gone)
        database = SqliteDatabase(tmp_path / "vneid.db")
        for chat in gone:  # first, so that they are seen to before the last of the others arrives
            due_now(database, chat, state="cancelled" if chat % 2 else "moved")
        for chat in staying:
            due_now(database, chat, state="booked")
        database.close()
        extra = f"telegram_api_url: {telegram.url}\ntelegram: {{token: '${{TOKEN}}'}}\n"
        config = write_config(tmp_path, extra + NO_QUIET_HOURS, faq=FAQ)
        environment = {"TOKEN": telegram.token}
        for arrived in KILL_AT:
            with running(config, environment=environment) as service:
                await telegram.until(lambda count=arrived: len(telegram.sent) >= count)
                service.kill()
        with running(config, environment=environment) as service:
            await telegram.until(lambda: {sent.chat for sent in telegram.sent} >= set(staying))
            assert await asyncio.to_thread(service.stop) == 0
        copies = Counter(sent.chat for sent in telegram.sent)

    assert copies.keys() == set(staying)
    with closing(sqlite3.connect(tmp_path / "vneid.db")) as connection:
        one = connection.execute
        assert dict(one("SELECT state, count(*) FROM outbox GROUP BY state").fetchall()) == {
            "sent": len(staying),
            "missed": len(gone),
        }
        uncertain = dict(one("SELECT person, uncertain FROM outbox WHERE uncertain > 0").fetchall())
    assert sum(uncertain.values()) <= WORKERS * len(KILL_AT)
    twice = {chat: count - 1 for chat, count in copies.items() if count > 1}
    assert all(extra <= uncertain.get(str(chat), 0) for chat, extra in twice.items()), twice
