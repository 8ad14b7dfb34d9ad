"""kill -9 while Telegram's updates come in and replies go out."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.support.fakes.telegram import FakeTelegram
from tests.support.paths import FAQ
from tests.support.service import running, write_config

PEOPLE = 150
KILL_AT = (20, 70)  # replies that have arrived
WORKERS = 8  # of the courier; each may have one send that is uncertain


async def test_every_update_is_answered_and_only_uncertain_sends_may_arrive_twice(
    tmp_path: Path,
) -> None:
    async with FakeTelegram() as telegram:
        chats = range(1001, 1001 + PEOPLE)
        telegram.known.update(chats)
        for chat in chats:
            await telegram.offer(telegram.text(chat, "rớt bóp mất luôn cái thẻ căn cước"))
        extra = f"telegram_api_url: {telegram.url}\ntelegram: {{token: '${{TOKEN}}'}}\n"
        config = write_config(tmp_path, extra, faq=FAQ)
        environment = {"TOKEN": telegram.token}
        for arrived in KILL_AT:
            with running(config, environment=environment) as service:
                await telegram.until(lambda count=arrived: len(telegram.sent) >= count)
                service.kill()
        with running(config, environment=environment) as service:
            await telegram.until(lambda: {sent.chat for sent in telegram.sent} >= set(chats))
            assert await asyncio.to_thread(service.stop) == 0
        copies = Counter(sent.chat for sent in telegram.sent)

    with closing(sqlite3.connect(tmp_path / "vneid.db")) as database:
        one = database.execute
        assert one("SELECT count(*) FROM incoming").fetchone() == (PEOPLE,)
        assert one("SELECT state, count(*) FROM outbox GROUP BY state").fetchall() == [
            ("sent", PEOPLE)
        ]
        uncertain = {
            int(person): count
            for person, count in one("SELECT person, uncertain FROM outbox WHERE uncertain > 0")
        }
    assert sum(uncertain.values()) <= WORKERS * len(KILL_AT)
    twice = {chat: count - 1 for chat, count in copies.items() if count > 1}
    assert all(extra <= uncertain.get(chat, 0) for chat, extra in twice.items()), twice
