"""The real service in this process, beside a Telegram server: what the two test files share."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.app import SERVICE, make_app
from bot.core.config import Settings
from bot.ops.deployment import utc_now
from bot.store.database import Row, SqliteDatabase
from tests.support import paths, sqlite
from tests.support.fakes.server import PATIENCE
from tests.support.fakes.telegram import FakeTelegram

FAQ = """
group: thu
title: Mục để thử
entries:
  - id: quen-mat-khau
    question: Quên mật khẩu VNeID thì lấy lại ra sao?
    answer: Bạn bấm Quên mật khẩu ở màn hình đăng nhập.
  - id: le-phi
    question: Lệ phí làm thẻ căn cước bao nhiêu tiền?
    answer: Bạn đóng 50.000 đ khi đổi thẻ.
"""
QUESTION = "Quên mật khẩu VNeID thì lấy lại ra sao?"
ANSWER = "Bạn bấm Quên mật khẩu ở màn hình đăng nhập."
SECRET = "s3cret_of-the-tests"

# A disk that fails, for incoming messages only: the courier beside them goes on.
BREAK = "CREATE TRIGGER broken BEFORE INSERT ON incoming BEGIN SELECT RAISE(ABORT, 'disk'); END"
MEND = "DROP TRIGGER broken"


@dataclass
class Running:
    """A running service: where it listens, and a look into its database."""

    app: web.Application
    database: SqliteDatabase
    url: str

    def rows(self, sql: str, **values: Any) -> list[Row]:
        with self.database.transaction() as tx:
            return tx.rows(sql, **values)

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"])  # noqa: S608 - a table's name

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until *condition*, looked at after every commit, holds."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self.database.run(lambda tx: None)

    async def reload(self) -> None:
        """Read the FAQ again, as is done every two seconds."""
        await self.app[SERVICE].library.refresh()

    def wake(self, channel: str = "telegram") -> None:
        self.app[SERVICE].courier.wake(channel)


@asynccontextmanager
async def serving(
    telegram: FakeTelegram, folder: Path, *, webhook: bool = False
) -> AsyncIterator[Running]:
    """Serve from *folder* until the end; connected when this begins, if Telegram is up."""
    async with in_process(_settings(telegram, folder, webhook=webhook)) as service:
        telegram.target = service.url
        yield service


@asynccontextmanager
async def in_process(
    settings: Settings, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[Running]:
    """The whole service until the end."""
    database = sqlite.opened(Path(settings.database))
    app = make_app(settings, database, clock)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=False)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield Running(app, database, f"http://{host}:{port}")
    finally:
        await runner.cleanup()


def in_folder(folder: Path) -> dict[str, str]:
    """Settings for a database and a small FAQ in *folder*."""
    faq = folder / "faq"
    faq.mkdir(exist_ok=True)
    (faq / "thu.yaml").write_text(FAQ, encoding="utf-8")
    shutil.copy(paths.FAQ / "nguy-hiem.yaml", faq)
    return {"database": str(folder / "service.db"), "faq": str(faq)}


def _settings(telegram: FakeTelegram, folder: Path, *, webhook: bool) -> Settings:
    return Settings.model_validate(
        {
            **in_folder(folder),
            "telegram": {"token": telegram.token, "webhook_secret": SECRET},
            "telegram_api_url": telegram.url,
            "public_url": "https://bot.example" if webhook else "",
        }
    )
