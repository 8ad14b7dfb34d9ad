"""Zalo's Bot Platform, our own: one update at a time and never again, no buttons, a secret header.

Real HTTP on a loopback port. Photos are addresses, which this server fetches as Zalo would.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.support.fakes.server import FakeServer, Fault, break_off

TOKEN = "12345689:made-up-token"
HEADER = "X-Bot-Api-Secret-Token"
MAX_TEXT = 2000
PUBLIC = "https://bot.example"


class ApiError(Exception):
    """An answer with `ok: false`."""

    def __init__(self, number: int, description: str) -> None:
        super().__init__(description)
        self.number = number


def require(condition: object, description: str) -> None:
    if not condition:
        raise ApiError(400, description)


@dataclass(frozen=True)
class Sent:
    chat: str
    text: str = ""
    photo: bytes = b""


@dataclass(repr=False)
class FakeZaloBot(FakeServer):
    """`async with FakeZaloBot() as bots`."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sent: list[Sent] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    queue: list[dict[str, Any]] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    hold_polls: bool = True  # False: a poll with nothing to say ends at once
    target: str = ""  # where the public host really is

    def __post_init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count(1)

    def __repr__(self) -> str:
        return f"sent so far: {[s.text for s in self.sent]}; calls: {self.calls[-5:]}"

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/bot{token}/{method}", self._serve)]

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        fault = self.next_fault(method)
        if fault.drop == "before":
            return break_off(request)
        if fault.status:
            return web.Response(status=fault.status, text="<html>sorry</html>")
        try:
            result = await self._answer(request, method, fault)
        except ApiError as error:
            body = {"ok": False, "error_code": error.number, "description": str(error)}
            return web.json_response(body)
        finally:
            await self.notify()
        if fault.drop == "after":
            return break_off(request)
        return web.json_response({"ok": True, "result": result})

    async def _answer(self, request: web.Request, method: str, fault: Fault) -> Any:
        if request.match_info["token"] != TOKEN:
            raise ApiError(401, "Unauthorized")
        body = await request.json()
        self.calls.append((method, body))
        await self.notify()
        await self.hold(method)
        if fault.error:
            raise ApiError(fault.error, fault.message)
        methods = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
        }
        if method not in methods:
            raise ApiError(404, "method not found")
        return await methods[method](body)

    async def _get_me(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"id": "1", "account_name": "bot.thu", "account_type": "BASIC"}

    async def _get_updates(self, body: dict[str, Any]) -> dict[str, Any]:
        require(not self.webhook, "webhook is active")
        require(isinstance(body["timeout"], str), "timeout is a text")
        if self.hold_polls:
            await self.within(lambda: self.queue, float(body["timeout"]))
        if not self.queue:
            raise ApiError(408, "Request timeout")
        return self.queue.pop(0)  # given out once: there is no offset

    async def _set_webhook(self, body: dict[str, Any]) -> dict[str, Any]:
        require(body["url"].startswith("https://"), "url must be https")
        require(8 <= len(body["secret_token"]) <= 256, "secret_token has 8-256 characters")
        self.webhook = body
        return {"url": body["url"], "updated_at": 1}

    async def _delete_webhook(self, body: dict[str, Any]) -> dict[str, Any]:
        self.webhook = {}
        return {"url": "", "updated_at": 1}

    async def _send_message(self, body: dict[str, Any]) -> dict[str, Any]:
        require(set(body) == {"chat_id", "text"}, "unknown fields")
        require(1 <= len(body["text"].encode("utf-16-le")) // 2 <= MAX_TEXT, "text: 1-2000")
        return self._accept(Sent(self._chat(body), body["text"]))

    async def _send_photo(self, body: dict[str, Any]) -> dict[str, Any]:
        require(set(body) == {"chat_id", "photo"}, "unknown fields")
        address = body["photo"]
        require(address.startswith(PUBLIC + "/"), "photo is no public address")
        async with self.client.get(self.target + address.removeprefix(PUBLIC)) as response:
            require(response.status == 200, "photo cannot be fetched")
            require(response.content_type.startswith("image/"), "photo is no image")
            return self._accept(Sent(self._chat(body), photo=await response.read()))

    def _chat(self, body: dict[str, Any]) -> str:
        chat = body["chat_id"]
        require(isinstance(chat, str) and chat in self.known, "chat not found")
        return str(chat)

    def _accept(self, message: Sent) -> dict[str, Any]:
        self.sent.append(message)
        return {"message_id": f"b{next(self._numbers)}", "date": 1_790_000_000_000}

    # --- what a test does --------------------------------------------------------------------

    def called(self, name: str) -> list[Any]:
        return [body for called, body in self.calls if called == name]

    def to(self, chat: str) -> list[Sent]:
        return [message for message in self.sent if message.chat == chat]

    async def heard(self, chat: str, count: int = 1) -> list[Sent]:
        """The first *count* messages that *chat* got."""
        await self.until(lambda: len(self.to(chat)) >= count)
        return self.to(chat)[:count]

    async def offer(self, update: dict[str, Any]) -> None:
        """Put *update* where polling finds it."""
        self.queue.append(update)
        await self.notify()

    async def post(
        self,
        update: dict[str, Any],
        secret: str | None = "",
        raw: bytes | None = None,
        *,
        wrapped: bool = True,
    ) -> int:
        """Call the webhook once; returns the status. *secret* "" is the one that was set, None
        none at all; *wrapped*: the update stands in an envelope."""
        token = self.webhook["secret_token"] if secret == "" else secret
        headers = {"Content-Type": "application/json", **({HEADER: token} if token else {})}
        shown = {"ok": True, "result": update} if wrapped else update
        body = json.dumps(shown).encode() if raw is None else raw
        address = self.target + self.webhook["url"].removeprefix(PUBLIC)
        async with self.client.post(address, data=body, headers=headers) as response:
            self.statuses.append(response.status)
            return response.status

    def update(self, user: str, kind: str, /, **parts: Any) -> dict[str, Any]:
        """Somebody in the private chat *user* sends something of *kind*."""
        self.known.add(user)
        message = {
            "message_id": f"in-{next(self._numbers)}",
            "date": int(self.clock().timestamp() * 1000),
            "from": {"id": user, "display_name": "An", "is_bot": False},
            "chat": {"id": user, "chat_type": "PRIVATE"},
            "message_type": "CHAT_MESSAGE",
            **parts,
        }
        return {"event_name": f"message.{kind}.received", "message": message}

    def text(self, chat: str, text: str) -> dict[str, Any]:
        return self.update(chat, "text", text=text)
