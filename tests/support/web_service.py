"""The whole service in a thread of this process, on a real port: for tests that are synchronous."""

from __future__ import annotations

import asyncio
import http.client
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from bot.app import SERVICE, make_app
from bot.core import http_request
from bot.core.config import Settings
from bot.core.config.limits import Limits
from bot.core.file_descriptors import shares
from bot.desk.context import DESK, Desk
from bot.ops.deployment import utc_now
from bot.store.database import Row, SqliteDatabase
from bot.store.staff import inbox
from bot.store.values import Ids
from handlers.questions.handoff import reply_to
from tests.support import sqlite
from tests.support.paths import FAQ

PATIENCE = 20  # seconds until a test gives up
# Many tests are one person, from one address, at one moment.
ROOMY = Limits(
    messages_per_minute=100_000,
    requests_per_minute=100_000,
    requests_per_second=100_000,
    sessions_per_hour=100_000,
    sessions_per_minute=100_000,
    unvouched_share=100,
    near_per_address=100_000,
    places_before_work=100_000,
)


@dataclass
class Response:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    cookies: Mapping[str, str] = field(default_factory=dict)  # set, or "" where taken away
    set_cookies: tuple[str, ...] = ()  # whole

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def _cookies(said: Iterable[str]) -> dict[str, str]:
    pairs = (one.split(";", 1)[0].split("=", 1) for one in said)
    return {name: value.strip('"') for name, value in pairs}


@dataclass
class WebService:
    """`with` it: serves until the end. May be stopped and started again: it keeps its database and its
    port."""

    folder: Path
    faq: Path = FAQ
    port: int = 0
    settings: Settings = Settings(data_key="a made-up key")  # noqa: RUF009 - frozen
    clock: Callable[[], datetime] = utc_now
    limits: Limits = ROOMY
    patience: Mapping[str, float] = field(default_factory=dict)  # of `caller.runner`
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def database(self) -> SqliteDatabase:
        return self._database

    @property
    def desk(self) -> Desk:
        return self._app[SERVICE].desk[DESK]

    def routes(self) -> Iterable[web.AbstractRoute]:
        return self._app.router.routes()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)))
        self._thread.start()
        assert ready.wait(PATIENCE)

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(PATIENCE)
            assert not self._thread.is_alive()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    async def _serve(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._database = sqlite.opened(self.folder / "web.db")
        settings = self.settings.model_copy(update={"faq": str(self.faq), "limits": self.limits})
        self._app = make_app(settings, self._database, self.clock)
        runner = http_request.runner(
            self._app,
            connections=shares(self.limits.streams).connections,
            shutdown_timeout=1,
            **self.patience,
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
            self.port = runner.addresses[0][1]
            ready.set()
            await self._stop.wait()
        finally:
            await runner.cleanup()

    def calendar_is_open(self) -> None:
        """Wait for what every start does: it would shut places that a test writes itself."""
        look = self._app[SERVICE].opening.look()
        asyncio.run_coroutine_threadsafe(look, self._loop).result(PATIENCE)

    def request(
        self, method: str, path: str, body: bytes | str = b"", headers: Mapping[str, str] = {}
    ) -> Response:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            data = body.encode() if isinstance(body, str) else body
            connection.request(method, path, data, dict(headers))
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            said = tuple(answer.headers.get_all("Set-Cookie", []))
            return Response(answer.status, names, answer.read(), _cookies(said), said)
        finally:
            connection.close()

    def head_of(self, path: str, headers: Mapping[str, str] = {}) -> Response:
        """A GET whose body is not waited for: a stream has no end."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers=dict(headers))
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Response(answer.status, names, b"")
        finally:
            connection.close()

    def post(self, path: str, body: object) -> Response:
        return self.request("POST", path, json.dumps(body))

    def rows(self, sql: str, **values: Any) -> list[Row]:
        with self._database.transaction() as tx:
            return tx.rows(sql, **values)

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"])  # noqa: S608 - a table's name

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another program holds the database, and the service does not wait for it."""
        other = sqlite3.connect(self.folder / "web.db", isolation_level=None)
        (patience,) = self.rows("PRAGMA busy_timeout")
        self.rows("PRAGMA busy_timeout = 0")
        with closing(other):
            other.execute("BEGIN IMMEDIATE")
            yield
        self.rows(f"PRAGMA busy_timeout = {patience['timeout']}")

    def officer_answers(self, text: str) -> None:
        """Answer the one person who waits for an officer."""
        now = datetime.now(UTC)
        with self._database.transaction() as tx:
            (waiting,) = inbox.waiting(tx)
            assert reply_to(tx, waiting["id"], text, now, Ids().new(now))
        courier = self._app[SERVICE].courier
        self._loop.call_soon_threadsafe(courier.wake, "web")
