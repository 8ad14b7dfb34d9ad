"""kill -9 while Zalo's events come in, replies go out and the token is renewed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientError

from bot.channels.zalo_oa import oauth, tokens
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.store.database import SqliteDatabase
from tests.support.fakes.zalo import APP_ID, APP_SECRET, OA_SECRET, FakeZalo
from tests.support.paths import FAQ
from tests.support.service import running, write_config

PEOPLE = 150
KILL_AT = (20, 70)  # replies that have arrived
WORKERS = 8  # of the courier; each may have one send that is uncertain
KEY = "a made-up key"
ENVIRONMENT = {"APP": APP_SECRET, "OA": OA_SECRET, "KEY": KEY}


async def test_every_event_is_answered_and_only_uncertain_sends_may_arrive_twice(
    tmp_path: Path,
) -> None:
    async with FakeZalo() as zalo:
        config = write_config(tmp_path, _extra(zalo), faq=FAQ)
        await _log_in(zalo, tmp_path / "vneid.db")
        people = [str(10**18 + n) for n in range(PEOPLE)]
        pending = [zalo.text(person, "rớt bóp mất luôn cái thẻ căn cước") for person in people]
        for arrived in KILL_AT:
            with running(config, environment=ENVIRONMENT) as service:
                zalo.target = service.url
                posting = asyncio.create_task(_post_all(zalo, pending))
                await zalo.until(lambda count=arrived: len(zalo.sent) >= count)
                service.kill()
                pending = await posting
        with running(config, environment=ENVIRONMENT) as service:
            zalo.target = service.url
            assert await _post_all(zalo, pending) == []
            await zalo.until(lambda: {sent.user for sent in zalo.sent} >= set(people))
            assert await asyncio.to_thread(service.stop) == 0
        copies = Counter(sent.user for sent in zalo.sent)
        assert zalo.used == {"refresh-1"}  # exchanged once, and the new pair outlived the kills
    _check(tmp_path / "vneid.db", copies)


def _extra(zalo: FakeZalo) -> str:
    return f"""
data_key: ${{KEY}}
zalo_oa:
  app_id: "{APP_ID}"
  app_secret: ${{APP}}
  oa_secret: ${{OA}}
  api_url: {zalo.url}
  oauth_url: {zalo.url}
"""


async def _log_in(zalo: FakeZalo, file: Path) -> None:
    """A pair that is old enough to be renewed at once."""
    pair = zalo.new_pair()
    granted = oauth.Granted(pair["access_token"], pair["refresh_token"], timedelta(hours=25))
    settings = Settings.model_validate({"zalo_oa": {"app_id": APP_ID, "app_secret": APP_SECRET}})
    database = SqliteDatabase(file)
    then = datetime.now(UTC) - timedelta(hours=24)
    await tokens.keep(database, Vault(KEY), settings.zalo_oa, granted, then)
    database.close()


async def _post_all(zalo: FakeZalo, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Call the webhook once for each event, ten at a time; returns those that it did not take."""
    gate = asyncio.Semaphore(10)

    async def taken(event: dict[str, Any]) -> bool:
        async with gate:
            try:
                return await zalo.post(event) == 200
            except ClientError:
                return False

    outcomes = await asyncio.gather(*map(taken, events))
    return [event for event, good in zip(events, outcomes, strict=True) if not good]


def _check(file: Path, copies: Counter[str]) -> None:
    with closing(sqlite3.connect(file)) as database:
        one = database.execute
        assert one("SELECT count(*) FROM incoming").fetchone() == (PEOPLE,)
        assert one("SELECT state, count(*) FROM outbox GROUP BY state").fetchall() == [
            ("sent", PEOPLE)
        ]
        uncertain = dict(one("SELECT person, uncertain FROM outbox WHERE uncertain > 0"))
    assert sum(uncertain.values()) <= WORKERS * len(KILL_AT)
    twice = {person: count - 1 for person, count in copies.items() if count > 1}
    assert all(extra <= uncertain.get(person, 0) for person, extra in twice.items()), twice
