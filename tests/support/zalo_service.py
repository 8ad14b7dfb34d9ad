"""Zalo's two channels beside a Zalo of our own: what their test files share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.channels.zalo_oa import ZaloOaChannel, oauth, tokens
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.core.messages import Incoming
from bot.dialogue import Delivered
from bot.store.database import Database
from tests.support import sqlite
from tests.support.fakes import zalo_bot
from tests.support.fakes.zalo import APP_ID, APP_SECRET, OA_SECRET, FakeZalo
from tests.support.people import Clock
from tests.support.telegram_service import Running, in_folder, in_process

AN, BINH = "2512523625412515", "2512523625412516"
KEY = "a made-up key"
BOT_SECRET = "s3cret_of-the-tests"
TEMPLATE = {"id": "123456", "parameters": {"code": "ma_hen", "name": "ten"}}


def oa_settings(zalo: FakeZalo, **more: Any) -> dict[str, Any]:
    return {
        "app_id": APP_ID,
        "app_secret": APP_SECRET,
        "oa_secret": OA_SECRET,
        "api_url": zalo.url,
        "business_url": zalo.url,
        "oauth_url": zalo.url,
        **more,
    }


async def log_in(zalo: FakeZalo, database: Database, vault: Vault, clock: Clock) -> None:
    """As `vneid-bot zalo login` leaves it: a pair of tokens that Zalo knows."""
    pair = zalo.new_pair()
    granted = oauth.Granted(
        pair["access_token"], pair["refresh_token"], oauth._lifetime(pair["expires_in"])
    )
    settings = Settings.model_validate({"zalo_oa": oa_settings(zalo)})
    await tokens.keep(database, vault, settings.zalo_oa, granted, clock())


def make_channel(
    zalo: FakeZalo, database: Database, vault: Vault, clock: Clock, **more: Any
) -> ZaloOaChannel:
    """The channel alone, in front of nothing."""

    async def handle(incoming: Incoming) -> Delivered:
        return Delivered(())

    settings = Settings.model_validate({"zalo_oa": oa_settings(zalo, **more)})
    return ZaloOaChannel(settings, database, handle, clock, vault)


@asynccontextmanager
async def serving(folder: Path, clock: Clock, **settings: Any) -> AsyncIterator[Running]:
    """The whole service from *folder* until the end, with *settings* over the tests' own."""
    valid = Settings.model_validate({**in_folder(folder), "data_key": KEY, **settings})
    async with in_process(valid, clock) as service:
        yield service


@asynccontextmanager
async def serving_oa(
    zalo: FakeZalo, folder: Path, clock: Clock, **more: Any
) -> AsyncIterator[Running]:
    """The service with an Official Account that is logged in."""
    database = sqlite.opened(folder / "service.db")
    await log_in(zalo, database, Vault(KEY), clock)
    database.close()
    async with serving(folder, clock, zalo_oa=oa_settings(zalo, **more)) as running:
        zalo.target = running.url
        yield running


@asynccontextmanager
async def serving_bot(
    bots: zalo_bot.FakeZaloBot, folder: Path, clock: Clock, *, webhook: bool = False
) -> AsyncIterator[Running]:
    bot = {"token": zalo_bot.TOKEN, "webhook_secret": BOT_SECRET, "api_url": bots.url}
    public = zalo_bot.PUBLIC if webhook else ""
    async with serving(folder, clock, zalo_bot=bot, public_url=public) as running:
        bots.target = running.url
        yield running
