"""A campaign to very many people on Telegram and Zalo, with the service killed in the middle: what
`tests/faults/test_kill_broadcast.py` and `tests/bench/broadcast.py` play at their own scale."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import quantiles
from typing import Any

from bot.core.clock import local
from bot.core.crypto import Vault
from bot.core.messages import Address
from bot.outreach.message import FOOTER
from bot.store.database import SqliteDatabase
from bot.store.people import consents, conversations
from tests.support.fakes.telegram import FakeTelegram
from tests.support.fakes.telegram import Sent as TelegramSent
from tests.support.fakes.zalo import APP_ID, APP_SECRET, OA_SECRET, FakeZalo
from tests.support.paths import FAQ
from tests.support.people import Clock
from tests.support.service import running, write_config
from tests.support.subscribers import IDS, launch, plan, subscribe
from tests.support.zalo_service import KEY, log_in

CAMPAIGN = "broadcast"
FIRST_CHAT, FIRST_ZALO = 1_000_000, 2_512_523_625_000_000
ENVIRONMENT = {
    "TELEGRAM_BOT_TOKEN": FakeTelegram().token,
    "ZALO_APP_SECRET": APP_SECRET,
    "ZALO_OA_SECRET": OA_SECRET,
    "VNEID_DATA_KEY": KEY,
}
CONFIG = """
telegram_api_url: {telegram}
telegram: {{token: '${{TELEGRAM_BOT_TOKEN}}'}}
zalo_oa: {{app_id: '{app}', app_secret: '${{ZALO_APP_SECRET}}', oa_secret: '${{ZALO_OA_SECRET}}',
          api_url: '{zalo}', business_url: '{zalo}', oauth_url: '{zalo}'}}
data_key: ${{VNEID_DATA_KEY}}
booking: {{reminders: {{quiet_from: '{quiet_from}', quiet_to: '{quiet_to}'}}}}
outreach: {{rates: {{telegram: {rate}, zalo_oa: {zalo_rate}}}, in_flight: {in_flight}}}
"""
QUESTION = "Mất thẻ căn cước thì làm lại thế nào?"


@dataclass(frozen=True)
class Scale:
    """How many people, how fast, when to kill (messages that have arrived), and for how many seconds a
    reply is asked for while it goes on. `quiet_after` minutes from now a quiet minute begins."""

    telegram: int
    zalo: int
    rate: float
    zalo_rate: float
    kills: tuple[int, ...]
    opted_out: int
    blocked: int
    leaving: int
    in_flight: int = 8
    questions: int = 0
    quiet_after: int = 0
    patience: float = 120.0


@dataclass
class Report:
    """What the servers saw, and what the service wrote down."""

    scale: Scale
    telegram: list[TelegramSent] = field(default_factory=list)
    zalo: Counter[str] = field(default_factory=Counter)
    killed_at: list[float] = field(default_factory=list)
    back_at: list[float] = field(default_factory=list)
    quiet: tuple[float, float] = (0.0, 0.0)
    left_at: dict[int, float] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    uncertain: int = 0
    states: dict[str, int] = field(default_factory=dict)
    campaign: str = ""

    @property
    def spread(self) -> list[TelegramSent]:
        """The campaign's messages on Telegram."""
        return [sent for sent in self.telegram if FOOTER in sent.text]

    @property
    def missed(self) -> set[str]:
        """Who should have got it and did not."""
        got = {str(sent.chat) for sent in self.spread} | set(self.zalo)
        wanted = {str(chat) for chat in _chats(self.scale)[: _staying(self.scale)]}
        return (wanted | set(_zalo_users(self.scale))) - got

    @property
    def twice(self) -> int:
        copies = Counter(str(sent.chat) for sent in self.spread) + self.zalo
        return sum(count - 1 for count in copies.values())

    @property
    def to_opted_out(self) -> int:
        never = set(_opted_out(self.scale))
        return sum(
            sent.chat in never or sent.at > self.left_at.get(sent.chat, float("inf"))
            for sent in self.spread
        )

    @property
    def in_quiet(self) -> int:
        begin, end = self.quiet
        return sum(begin < sent.at < end for sent in self.spread)

    @property
    def most_in_a_second(self) -> int:
        """Of all messages on Telegram, replies too, in any sliding second."""
        times = sorted(sent.at for sent in self.telegram)
        return max(bisect_left(times, at + 1.0) - n for n, at in enumerate(times))

    @property
    def rate_held(self) -> float:
        """Messages a second on Telegram, replies too, over the time in which the campaign could run:
        without the time that the service was dead or starting, and the quiet minute."""
        held = seconds = 0.0
        for begin, end in self._runs():
            inside = [sent.at for sent in self.telegram if begin <= sent.at <= end]
            if len(inside) > 1:
                held += len(inside) - 1
                seconds += inside[-1] - inside[0]
        return held / seconds

    def _runs(self) -> Iterator[tuple[float, float]]:
        begins = [0.0, *self.back_at, self.quiet[1] or float("inf")]
        ends = [*self.killed_at, self.quiet[0] or float("inf"), self.spread[-1].at]
        edges = sorted([(at, 1) for at in begins] + [(at, 0) for at in ends])
        for (begin, opens), (end, _) in pairwise(edges):
            if opens:
                yield begin, end

    def wait(self, share: int) -> float:
        """The percentile *share* of seconds from a question to its answer while it went on."""
        return quantiles(self.waits, n=100)[share - 1] if len(self.waits) > 1 else 0.0


def _chats(scale: Scale) -> range:
    """Everybody on Telegram who may get it: the last `leaving` of them will say stop."""
    return range(FIRST_CHAT, FIRST_CHAT + scale.telegram)


def _staying(scale: Scale) -> int:
    return scale.telegram - scale.leaving - scale.blocked


def _opted_out(scale: Scale) -> range:
    return range(FIRST_CHAT - scale.opted_out, FIRST_CHAT)


def _blocked(scale: Scale) -> list[int]:
    staying = _staying(scale)
    return list(_chats(scale)[staying : staying + scale.blocked])


def _leaving(scale: Scale) -> list[int]:
    return list(_chats(scale)[scale.telegram - scale.leaving :])


def _zalo_users(scale: Scale) -> list[str]:
    return [str(FIRST_ZALO + number) for number in range(scale.zalo)]


async def play(folder: Path, scale: Scale) -> Report:
    """From the launch to the end, with the kills in between."""
    report = Report(scale)
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(FakeTelegram())
        zalo = await stack.enter_async_context(FakeZalo())
        config = _config(folder, scale, telegram, zalo, report)
        await _prepare(folder, scale, telegram, zalo)
        for count in (*scale.kills, None):
            with running(config, environment=ENVIRONMENT) as service:
                if report.killed_at:
                    report.back_at.append(time.monotonic())
                if count is not None:
                    enough = lambda n=count: len(telegram.sent) + len(zalo.sent) >= n  # noqa: E731
                    assert await telegram.within(enough, scale.patience)
                    service.kill()
                    report.killed_at.append(time.monotonic())
                else:
                    await _to_the_end(folder, scale, telegram, report)
                    assert await asyncio.to_thread(service.stop) == 0
        report.telegram = sorted(telegram.sent, key=lambda sent: sent.at)
        report.zalo = Counter(sent.user for sent in zalo.sent)
    _read(folder, report)
    return report


def _config(
    folder: Path, scale: Scale, telegram: FakeTelegram, zalo: FakeZalo, report: Report
) -> Path:
    now = local(datetime.now(UTC))
    minute = now.replace(second=0, microsecond=0) + timedelta(minutes=scale.quiet_after)
    quiet = (minute, minute + timedelta(minutes=1)) if scale.quiet_after else (minute, minute)
    if scale.quiet_after:
        begin, end = (time.monotonic() + (at - now).total_seconds() for at in quiet)
        report.quiet = begin, end
    extra = CONFIG.format(
        telegram=telegram.url,
        zalo=zalo.url,
        app=APP_ID,
        rate=scale.rate,
        zalo_rate=scale.zalo_rate,
        in_flight=scale.in_flight,
        quiet_from=f"{quiet[0]:%H:%M}",
        quiet_to=f"{quiet[1]:%H:%M}",
    )
    return write_config(folder, extra, faq=FAQ)


async def _prepare(folder: Path, scale: Scale, telegram: FakeTelegram, zalo: FakeZalo) -> None:
    now = datetime.now(UTC)
    database = SqliteDatabase(folder / "vneid.db")
    with closing(database):
        await log_in(zalo, database, Vault(KEY), Clock(now))
        with database.transaction() as tx:
            for chat in (*_chats(scale), *_opted_out(scale)):
                telegram.known.add(chat)
                subscribe(tx, Address("telegram", str(chat)), now)
            for chat in _opted_out(scale):
                person = Address("telegram", str(chat))
                consents.take_back(tx, IDS.new(now), person, "news", "test", now)
            for chat in _blocked(scale)[::2]:
                person = Address("telegram", str(chat))
                conversations.set_reachable(tx, person, reachable=False)
            for user in _zalo_users(scale):
                zalo.interactions[user] = now
                subscribe(tx, Address("zalo-oa", user), now)
            launch(tx, CAMPAIGN, plan(now, rule="audience = công nhân"), now, people=1_000_000)
    telegram.blocked |= set(_blocked(scale))


async def _to_the_end(folder: Path, scale: Scale, telegram: FakeTelegram, report: Report) -> None:
    """Some leave at once, some ask; until the campaign says that it is done."""
    for chat in _leaving(scale):
        await telegram.offer(telegram.text(chat, "DỪNG"))
    for chat in _leaving(scale):
        told = lambda c=chat: [s for s in telegram.to(c) if "Đã dừng" in s.text]  # noqa: E731
        assert await telegram.within(told, scale.patience)
        report.left_at[chat] = told()[0].at
    for number in range(scale.questions):
        await _ask(telegram, 900_000 + number, report)
        await asyncio.sleep(1.0)  # one citizen a second

    done = asyncio.to_thread(_wait_for_the_end, folder, scale.patience)
    assert await done


def _wait_for_the_end(folder: Path, patience: float) -> bool:
    """The campaign ends in another process, whose database is looked at."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        with closing(sqlite3.connect(folder / "vneid.db")) as database:
            if database.execute("SELECT state FROM campaigns").fetchone() == ("done",):
                return True
        time.sleep(0.2)
    return False


async def _ask(telegram: FakeTelegram, chat: int, report: Report) -> None:
    telegram.known.add(chat)
    began = time.monotonic()
    await telegram.offer(telegram.text(chat, QUESTION))
    (answer,) = await telegram.heard(chat)
    report.waits.append(answer.at - began)


def _read(folder: Path, report: Report) -> None:
    with closing(sqlite3.connect(folder / "vneid.db")) as database:
        sql = "SELECT state, COUNT(*), SUM(uncertain) FROM outbox WHERE kind = 'campaign' GROUP BY state"
        rows: list[Any] = database.execute(sql).fetchall()
        report.states = {state: count for state, count, _ in rows}
        report.uncertain = sum(uncertain for _, _, uncertain in rows)
        report.campaign = database.execute("SELECT state FROM campaigns").fetchone()[0]
