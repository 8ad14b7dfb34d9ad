"""The web chat: a page, a JSON API, and a stream of messages that come later.

Replies are outbox rows that are delivered by being written: the HTTP response, the history after a
reload and the stream all read the same rows. Who a browser is: bot/channels/web/sessions.py.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import structlog
from aiohttp import web

from bot.channels import Handle
from bot.channels.file_links import ROUTE, Files
from bot.channels.web.json_api import (
    STREAMING,
    BadRequest,
    json_response,
    line_json,
    place_of,
    read_json,
    reply_json,
    text_of,
)
from bot.channels.web.limits import CROWDED, TooMany, Turnstile
from bot.channels.web.sessions import Session, Sessions
from bot.core import actions, http_request
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.core.file_descriptors import NoRoom, Streams
from bot.core.messages import Address, Incoming, Kind, Reply, WorkWanted
from bot.delivery.pacing import Tempo
from bot.store import key_value
from bot.store.database import Database, Row, Transaction
from bot.store.outbox import outbox
from bot.store.people import conversations
from bot.store.values import moment, stamp

MAX_BODY = 16 * 1024  # bytes
HEARTBEAT = 15.0  # seconds between looks for rows that were not pushed, and proof of life
SHARED = 5.0  # the same where another process may have written what is to be pushed
TAKEN_WITHIN = 30.0  # seconds until who takes nothing of what is sent counts as gone
RETURN_AFTER = 60.0  # seconds until a page without a stream asks for one again, at the earliest
KEY = "web session key"  # the mark that the sessions' secret is kept under
DATED = "web sessions dated since"  # the mark of when this database's sessions got an end
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


POLL = b"event: poll\n\n"  # the place is needed: look now and then instead, and come back later

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
        streams: Streams,
    ) -> None:
        self.tempo = tempo
        self._streams = streams
        self._database = database
        self._handle = handle
        self._clock = clock
        with database.transaction() as tx:
            key = bytes.fromhex(key_value.once(tx, KEY, secrets.token_hex(32)))
            since = moment(key_value.once(tx, DATED, stamp(clock())))
        lasts = timedelta(days=settings.limits.session_days)
        self._sessions = Sessions(key, lasts, since)
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

    async def send(self, to: str, reply: Reply, id: str) -> str:
        """Push a row that came due to the open pages; it stands in the history in any case."""
        for listener in self._listeners.get(to, ()):
            listener.put_nowait(reply_json(id, reply, self._files.address))
        return outbox.MAILBOX

    def resume(self, id: str, receipt: str) -> None:
        """A reply is one row here, never half sent."""

    def receipts(self, id: str) -> str:
        return ""

    async def page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def chat(self, request: web.Request) -> web.Response:
        body, address = await self._admitted(request)
        token, now = text_of(body, "session"), self._clock()
        known = self._sessions.find(token, now)
        session = known or self._sessions.new(now)  # a client never chooses its own id
        site = http_request.site(address)
        incoming = self._incoming(body, session, self._vault.mark(f"address {site}"))
        look = self._turnstile.proved if known else self._turnstile.newcomer
        worked = look(site, text_of(body, "proof"))
        self._turnstile.message(session.person.user)
        for listener in self._listeners.get(session.person.user, ()):
            self._streams.used(listener)
        try:
            delivered = await self._handle(replace(incoming, worked=worked))
        except WorkWanted as wanted:
            raise self._turnstile.work(site, wanted.bits) from wanted
        return json_response(
            {
                "session": session.token,
                "replies": [
                    reply_json(id_, reply, self._files.address) for id_, reply in delivered.rows
                ],
                **self._ended(token, now),
            }
        )

    async def history(self, request: web.Request) -> web.Response:
        """The talk of a session; a session that is none has no lines and gets no new one. No lines
        either while their `mark` is the one that is `known`. `room`: there is a stream to be had."""
        body, _ = await self._admitted(request)
        token, known, now = text_of(body, "session"), text_of(body, "known"), self._clock()
        session = self._sessions.find(token, now)
        if session is None:
            return json_response({"session": "", "lines": [], **self._ended(token, now)})
        rows = await self._database.run(partial(self._history, person=session.person))
        mark = _mark(rows)
        new = [] if mark == known else rows
        return json_response(
            {
                "session": session.token,
                "lines": [line_json(row, self._files.address) for row in new],
                "mark": mark,
                "room": self._streams.room,
            }
        )

    def _history(self, tx: Transaction, person: Address) -> list[Row]:
        conversations.read(tx, person, self._clock())
        return conversations.history(tx, person)

    async def file(self, request: web.Request) -> web.Response:
        """A private file of a reply, to the session that the reply was written to."""
        body, _ = await self._admitted(request)
        session = self._sessions.find(text_of(body, "session"), self._clock())
        number = body.get("number")
        if type(number) is not int:
            raise BadRequest("`number` phải là số thứ tự của tệp.")
        if session is None:
            raise web.HTTPNotFound
        return await self._files.serve_own(session.person, text_of(body, "id"), number)

    def _ended(self, token: str, now: datetime) -> dict[str, Any]:
        """What a page is told whose talk nobody has come back to for too long."""
        return {"ended": True} if self._sessions.has_ended(token, now) else {}

    async def _admitted(self, request: web.Request) -> tuple[dict[str, Any], str]:
        """The request's JSON, and where it comes from; raises `TooMany` when that is too often."""
        address = http_request.address(request, self._listen)
        self._turnstile.request(address)
        return await read_json(request), address

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: one `reply` for each row after the id `after`, or `poll` when the page
        has to make room. One that is `patient` gets a stream only where nobody has to."""
        body, address = await self._admitted(request)
        now = self._clock()
        session = self._sessions.find(text_of(body, "session"), now) or self._sessions.new(now)
        after = text_of(body, "after")
        listener: Listener = asyncio.Queue()
        leave, patient = partial(listener.put_nowait, None), body.get("patient") is True
        self._turnstile.enter(address)
        try:
            with self._streams.open(listener, leave, patient=patient):
                return await self._follow(request, session.person, after, listener)
        except NoRoom as error:
            raise TooMany(CROWDED, RETURN_AFTER) from error
        finally:
            self._turnstile.leave(address)

    async def _follow(
        self, request: web.Request, person: Address, after: str, listener: Listener
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers=STREAM_HEADERS)
        response.force_close()  # with the stream the connection is given back
        await response.prepare(request)
        request[STREAMING] = True
        self._listeners[person.user].add(listener)
        try:
            await self._stream(response, person, after, listener)
        except ConnectionResetError:  # the page was closed, or takes nothing
            if request.transport:
                request.transport.abort()
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
        shown = True  # something, by the page that has just been opened
        while not self._stopping:
            look = partial(self._missed, person=person, after=after, shown=shown)
            missed = await self._database.run(look)
            shown = bool(missed)
            for id_, reply in missed:
                await _write(response, _event(reply_json(id_, reply, self._files.address)))
                after = id_
            await _write(response, b": alive\n\n")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_every):
                    pushed = await listener.get()
                if pushed is not None:
                    await _write(response, _event(pushed))
                    shown = True
                elif not self._stopping:
                    await _write(response, POLL)
                    return

    def _missed(
        self, tx: Transaction, person: Address, after: str, *, shown: bool
    ) -> list[tuple[str, Reply]]:
        """What an open page has not got yet; *shown*: it got something since the last look."""
        if shown:
            conversations.read(tx, person, self._clock())
        return outbox.delivered_since(tx, person, after)

    def _incoming(self, body: dict[str, Any], session: Session, origin: str) -> Incoming:
        text, button, place = text_of(body, "text"), text_of(body, "button"), place_of(body)
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
            text=text if kind is Kind.TEXT else "",
            data=data,
            origin=origin,
        )


def _tap(button: str) -> tuple[Kind, str]:
    """`start` and `start:<payload>` open the chat, as a deep link does elsewhere."""
    action = actions.parse(button)
    return (
        (Kind.START, action.payload) if isinstance(action, actions.Start) else (Kind.BUTTON, button)
    )


async def _write(response: web.StreamResponse, data: bytes) -> None:
    """Raises `ConnectionResetError` when the reader is gone, or takes nothing."""
    try:
        async with asyncio.timeout(TAKEN_WITHIN):
            await response.write(data)
    except TimeoutError as error:
        raise ConnectionResetError from error


def _mark(rows: Iterable[Row]) -> str:
    """What tells one state of a talk from another."""
    return hashlib.sha256(" ".join(row["id"] for row in rows).encode()).hexdigest()[:16]


def _event(data: dict[str, Any]) -> bytes:
    return f"event: reply\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
