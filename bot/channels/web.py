"""The web chat: a page, a JSON API, and a stream of messages that come later.

Replies are outbox rows that are delivered by being written: the HTTP response, the history after a
reload and the stream all read the same rows. Who a browser is: bot/channels/web_sessions.py.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import structlog
from aiohttp import web

from bot import caller
from bot.channels import Handle
from bot.channels.files import ROUTE, Files
from bot.channels.turnstile import Turnstile
from bot.channels.web_json import (
    STREAMING,
    BadRequest,
    json_response,
    line_json,
    place_of,
    read_json,
    reply_json,
    text_of,
)
from bot.channels.web_sessions import Session, Sessions
from bot.config import Settings
from bot.messages import Address, Incoming, Kind, Reply
from bot.store import conversations, marks, outbox
from bot.store.database import Database
from bot.tempo import Tempo
from bot.vault import Vault

MAX_BODY = 16 * 1024  # bytes
HEARTBEAT = 15.0  # seconds between looks for rows that were not pushed, and proof of life
SHARED = 5.0  # the same where another process may have written what is to be pushed
KEY = "web session key"  # the mark that the sessions' secret is kept under
STATIC = Path(__file__).parent / "static"
MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # asked for again with an ETag: an upgrade is live at once
}
STREAM_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold events back
}

log = structlog.get_logger()


# What an open page waits for: rows as JSON; None ends the stream.
Listener: TypeAlias = "asyncio.Queue[dict[str, Any] | None]"


class WebChannel:
    """Routes of the web chat."""

    name = "web"

    def __init__(
        self,
        database: Database,
        handle: Handle,
        clock: Callable[[], datetime],
        vault: Vault,
        settings: Settings,
        tempo: Tempo,
    ) -> None:
        self.tempo = tempo
        self._database = database
        self._handle = handle
        self._clock = clock
        with database.transaction() as tx:
            key = bytes.fromhex(marks.once(tx, KEY, secrets.token_hex(32)))
        self._sessions = Sessions(key)
        self._vault = vault
        self._listen = settings.listen
        self._turnstile = Turnstile(settings.limits, key, clock)
        self._files = Files(database, clock, vault)
        self._look_every = SHARED if database.shared else HEARTBEAT
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self._stopping = False

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.page),
            web.post("/api/chat", self.chat),
            web.post("/api/history", self.history),
            web.post("/api/events", self.events),
            web.post("/api/file", self.file),
            web.get(ROUTE, self._files.serve),
        ]

    async def start(self) -> None:
        """Nothing to connect to."""

    async def stop(self) -> None:
        """End the open streams; the pages come back by themselves."""
        self._stopping = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.put_nowait(None)

    async def close(self) -> None:
        """Nothing to close."""

    def trouble(self) -> str:
        """There is nobody to be connected to."""
        return ""

    async def send(self, to: str, reply: Reply, id: str) -> str:  # noqa: A002 - the row's id
        """Push a row that came due to the open pages; it stands in the history in any case."""
        for listener in self._listeners.get(to, ()):
            listener.put_nowait(reply_json(id, reply, self._files.address))
        return "mailbox"

    def resume(self, id: str, receipt: str) -> None:  # noqa: A002 - the row's id
        """A reply is one row here, never half sent."""

    def receipts(self, id: str) -> str:  # noqa: A002 - the row's id
        return ""

    async def page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def chat(self, request: web.Request) -> web.Response:
        body, address = await self._admitted(request)
        known = self._sessions.find(text_of(body, "session"))
        session = known or self._sessions.new()  # a client never chooses its own id
        incoming = self._incoming(body, session, self._vault.mark(f"address {address}"))
        if known is None:
            self._turnstile.newcomer(address, text_of(body, "proof"))
        self._turnstile.message(session.person.user)
        delivered = await self._handle(incoming)
        return json_response(
            {
                "session": session.token,
                "replies": [
                    reply_json(id_, reply, self._files.address) for id_, reply in delivered.rows
                ],
            }
        )

    async def history(self, request: web.Request) -> web.Response:
        """The talk of a session; a session that is none has no lines and gets no new one."""
        body, _ = await self._admitted(request)
        session = self._sessions.find(text_of(body, "session"))
        if session is None:
            return json_response({"session": "", "lines": []})
        rows = await self._database.run(lambda tx: conversations.history(tx, session.person))
        return json_response(
            {
                "session": session.token,
                "lines": [line_json(row, self._files.address) for row in rows],
            }
        )

    async def file(self, request: web.Request) -> web.Response:
        """A private file of a reply, to the session that the reply was written to."""
        body, _ = await self._admitted(request)
        session = self._sessions.find(text_of(body, "session"))
        number = body.get("number")
        if type(number) is not int:
            raise BadRequest("`number` phải là số thứ tự của tệp.")
        if session is None:
            raise web.HTTPNotFound
        return await self._files.serve_own(session.person, text_of(body, "id"), number)

    async def _admitted(self, request: web.Request) -> tuple[dict[str, Any], str]:
        """The request's JSON, and where it comes from; raises `TooMany` when that is too often."""
        address = caller.address(request, self._listen)
        self._turnstile.request(address)
        return await read_json(request), address

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: one `reply` for each row after the id `after`."""
        body, address = await self._admitted(request)
        session = self._sessions.find(text_of(body, "session")) or self._sessions.new()
        after = text_of(body, "after")
        self._turnstile.enter(address)
        try:
            return await self._follow(request, session.person, after)
        finally:
            self._turnstile.leave(address)

    async def _follow(
        self, request: web.Request, person: Address, after: str
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers=STREAM_HEADERS)
        await response.prepare(request)
        request[STREAMING] = True
        listener: Listener = asyncio.Queue()
        self._listeners[person.user].add(listener)
        try:
            await self._stream(response, person, after, listener)
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            self._listeners[person.user].discard(listener)
            if not self._listeners[person.user]:
                del self._listeners[person.user]
        return response

    async def _stream(
        self,
        response: web.StreamResponse,
        person: Address,
        after: str,
        listener: Listener,
    ) -> None:
        while not self._stopping:
            look = partial(outbox.delivered_since, person=person, after=after)
            missed = await self._database.run(look)
            for id_, reply in missed:
                await response.write(_event(reply_json(id_, reply, self._files.address)))
                after = id_
            await response.write(b": alive\n\n")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_every):
                    pushed = await listener.get()
                if pushed is not None:
                    await response.write(_event(pushed))

    def _incoming(self, body: dict[str, Any], session: Session, origin: str) -> Incoming:
        button = text_of(body, "button")
        place = place_of(body)
        if "text" not in body and not button and not place:
            raise BadRequest(
                "Thiếu nội dung: gửi `text` (câu hỏi) hoặc `button` (dữ liệu của nút)."
            )
        id_ = text_of(body, "id") or secrets.token_urlsafe(12)
        if not MESSAGE_ID.fullmatch(id_):
            raise BadRequest("`id` phải gồm 8-64 chữ cái, chữ số, dấu - hoặc _.")
        kind, data = _tap(button) if button else (Kind.TEXT, "")
        if place:
            kind, data = Kind.LOCATION, place
        return Incoming(
            id=f"{session.person.user}:{id_}",
            sender=session.person,
            kind=kind,
            at=self._clock(),
            text=text_of(body, "text") if kind is Kind.TEXT else "",
            data=data,
            origin=origin,
        )


def _tap(button: str) -> tuple[Kind, str]:
    """`start` and `start:<payload>` open the chat, as a deep link does elsewhere."""
    verb, _, payload = button.partition(":")
    return (Kind.START, payload) if verb == "start" else (Kind.BUTTON, button)


def _event(data: dict[str, Any]) -> bytes:
    return f"event: reply\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
