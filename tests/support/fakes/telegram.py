"""A Telegram Bot API server of our own: real HTTP on a loopback port, as strict as Telegram.

It refuses what Telegram refuses, records what it accepts with the time, and can fail on demand.
Updates wait in one queue, which either polling reads or a webhook is called for, as at Telegram.
"""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.support.fakes.server import FakeServer, Fault, break_off
from tests.support.fakes.telegram_rules import (
    COMMAND,
    START,
    ApiError,
    check_article,
    check_keyboard,
    require,
    utf16,
)

TOKEN = "1234:made-up-token"
BOT_ID = 1234
DATE = 1_790_000_000
AN_IN_GROUPS = 42
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(frozen=True)
class Sent:
    """A message that was accepted, and when (seconds on the monotonic clock)."""

    chat: int
    text: str
    keyboard: list[list[dict[str, str]]]
    form: dict[str, str]
    at: float
    wishes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def buttons(self) -> dict[str, str]:
        """Label -> data or address."""
        pairs = ((b["text"], b.get("callback_data") or b["url"]) for r in self.keyboard for b in r)
        return dict(pairs)


@dataclass(repr=False)
class FakeTelegram(FakeServer):
    """`async with FakeTelegram() as telegram`: serves at `telegram.url` until the end."""

    token: str = TOKEN
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    known: set[int] = field(default_factory=set)
    queries: set[str] = field(default_factory=set)
    offered: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by inline query
    commands: list[dict[str, str]] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)  # how the webhook answered, in order
    queue: list[dict[str, Any]] = field(default_factory=list)
    hold_polls: bool = True  # False: a poll with nothing to say is answered at once
    target: str = ""  # where the webhook's public host really is

    def __post_init__(self) -> None:
        super().__init__()
        self._update_ids = itertools.count(700_001)
        self._message_ids = itertools.count(1)
        self._poller = 0

    def __repr__(self) -> str:
        return f"sent so far: {[s.text for s in self.sent]}"

    # --- serving -----------------------------------------------------------------------------

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/bot{token}/{method}", self._serve)]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        posted = (await request.post()).items()
        form = {key: _text(value) for key, value in posted}
        fault = self.next_fault(method)
        try:
            return await self._answer(request, method, form, fault)
        except ApiError as error:
            body = {"ok": False, "error_code": error.status, "description": error.description}
            more = {"parameters": error.parameters} if error.parameters else {}
            return web.json_response({**body, **more}, status=error.status)
        finally:
            await self.notify()

    async def _answer(
        self, request: web.Request, method: str, form: dict[str, str], fault: Fault
    ) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            raise ApiError(401, "Unauthorized")
        handler = self._methods().get(method)
        if handler is None:
            raise ApiError(404, "Not Found: method not found")
        self.calls.append((method, form))
        await self.notify()
        await self.hold(method)
        if fault.status:
            more = {"retry_after": fault.retry_after} if fault.retry_after else {}
            raise ApiError(fault.status, fault.message, **more)
        if fault.drop != "before":
            result = await handler(form)
        if fault.drop:
            return break_off(request)
        return web.json_response({"ok": True, "result": result})

    def _methods(self) -> dict[str, Callable[[dict[str, str]], Awaitable[Any]]]:
        return {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "setMyCommands": self._set_my_commands,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendDocument": self._send_document,
            "answerCallbackQuery": self._answer_callback_query,
            "answerInlineQuery": self._answer_inline_query,
        }

    # --- the methods -------------------------------------------------------------------------

    async def _get_me(self, form: dict[str, str]) -> dict[str, Any]:
        name = {"first_name": "Thử", "username": "thu_bot"}
        return {"id": BOT_ID, "is_bot": True, **name}

    async def _get_updates(self, form: dict[str, str]) -> list[dict[str, Any]]:
        if self.webhook:
            description = "can't use getUpdates method while webhook is active"
            raise ApiError(409, f"Conflict: {description}; use deleteWebhook to delete it first")
        self._poller += 1
        me = self._poller
        offset = int(form.get("offset", 0))
        self.queue = [update for update in self.queue if update["update_id"] >= offset]
        await self.notify()
        wait = float(form.get("timeout", 0)) if self.hold_polls else 0
        await self.within(lambda: self.queue or self._poller != me, wait)
        if self._poller != me:
            raise ApiError(409, "Conflict: terminated by other getUpdates request")
        return self.queue[: int(form.get("limit", 100))]

    async def _set_webhook(self, form: dict[str, str]) -> bool:
        require(form["url"].startswith("https://"), "bad webhook: An HTTPS URL must be provided")
        require(SECRET.fullmatch(form.get("secret_token", "")), "secret token is malformed")
        self.webhook = dict(form)
        return True

    async def _delete_webhook(self, form: dict[str, str]) -> bool:
        require(form.get("drop_pending_updates") != "true", "the tests forbid dropping updates")
        self.webhook = {}
        return True

    async def _set_my_commands(self, form: dict[str, str]) -> bool:
        commands = json.loads(form["commands"])
        require(len(commands) <= 100, "too many commands")
        for command in commands:
            require(COMMAND.fullmatch(command["command"]), "BOT_COMMAND_INVALID")
            require(1 <= len(command["description"]) <= 256, "BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands = commands
        return True

    async def _send_message(self, form: dict[str, str]) -> dict[str, Any]:
        chat, text = int(form["chat_id"]), form.get("text", "")
        require(chat in self.known, "chat not found")
        if chat in self.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        require(text.strip(), "message text is empty")
        require(utf16(text) <= 4096, "message is too long")
        markup = json.loads(form.get("reply_markup", "{}"))
        keyboard = markup.get("inline_keyboard", [])
        check_keyboard(keyboard)
        wishes = [button for row in markup.get("keyboard", []) for button in row]
        require(not (keyboard and wishes), "one keyboard under a message")
        require(not (wishes and chat < 0), "phone number can be requested in private chats only")
        self.sent.append(Sent(chat, text, keyboard, form, time.monotonic(), wishes))
        return self._message(chat, text=text)

    async def _send_photo(self, form: dict[str, str]) -> dict[str, Any]:
        return self._take_file(form, "photo")

    async def _send_document(self, form: dict[str, str]) -> dict[str, Any]:
        return self._take_file(form, "document")

    def _take_file(self, form: dict[str, str], kind: str) -> dict[str, Any]:
        chat = int(form["chat_id"])
        require(chat in self.known, "chat not found")
        if chat in self.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        named = form[kind] or next(v for k, v in form.items() if k.startswith("attached"))
        require(named.startswith("file:"), f"there is no {kind} in the request")
        self.sent.append(Sent(chat, named, [], form, time.monotonic()))
        return self._message(chat)

    async def _answer_callback_query(self, form: dict[str, str]) -> bool:
        id_ = form["callback_query_id"]
        require(
            id_ in self.queries,
            "query is too old and response timeout expired or query ID is invalid",
        )
        self.answered.append(id_)
        return True

    async def _answer_inline_query(self, form: dict[str, str]) -> bool:
        id_ = form["inline_query_id"]
        require(
            id_ in self.queries,
            "query is too old and response timeout expired or query ID is invalid",
        )
        results = json.loads(form["results"])
        require(len(results) <= 50, "RESULTS_TOO_MUCH")
        require(len({r["id"] for r in results}) == len(results), "RESULT_ID_DUPLICATE")
        for result in results:
            check_article(result)
        if "button" in form:
            button = json.loads(form["button"])
            require(button["text"], "button text is empty")
            require(START.fullmatch(button["start_parameter"]), "START_PARAM_INVALID")
        self.queries.discard(id_)  # each is answered once
        self.offered[id_] = results
        return True

    # --- what a test does --------------------------------------------------------------------

    async def heard(self, chat: int, count: int = 1) -> list[Sent]:
        """The first *count* messages that *chat* got."""
        await self.until(lambda: len(self.to(chat)) >= count)
        return self.to(chat)[:count]

    def to(self, chat: int) -> list[Sent]:
        return [message for message in self.sent if message.chat == chat]

    def called(self, method: str) -> list[dict[str, str]]:
        return [form for name, form in self.calls if name == method]

    async def offer(self, update: dict[str, Any]) -> None:
        """Put *update* where polling finds it."""
        self.queue.append(update)
        await self.notify()

    async def deliver(self, update: dict[str, Any]) -> None:
        """As the deployment has it: call the webhook, or wait to be asked; until it was taken."""
        if self.webhook:
            await self.push(update)
        else:
            await self.offer(update)
            await self.handled(update)

    async def handled(self, update: dict[str, Any]) -> None:
        """Wait until polling has confirmed *update*."""
        await self.until(lambda: all(u["update_id"] > update["update_id"] for u in self.queue))

    async def post(self, update: Any, secret: str | None = "", raw: bytes | None = None) -> int:
        """Call the webhook once; returns the status. *secret* "" is the one that was set, None
        none at all."""
        token = self.webhook["secret_token"] if secret == "" else secret
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers[SECRET_HEADER] = token
        address = self.target + "/" + self.webhook["url"].split("/", 3)[3]
        body = json.dumps(update).encode() if raw is None else raw
        async with self.client.post(address, data=body, headers=headers) as response:
            self.statuses.append(response.status)
            return response.status

    async def push(self, update: dict[str, Any], attempts: int = 5) -> int:
        """Call the webhook until it answers 2xx; returns how many calls that took."""
        for attempt in range(1, attempts + 1):
            if await self.post(update) // 100 == 2:
                return attempt
        raise AssertionError(f"the webhook never took it: {self.statuses}")

    # --- updates -----------------------------------------------------------------------------

    def update(self, **parts: Any) -> dict[str, Any]:
        return {"update_id": next(self._update_ids), **parts}

    def message(self, chat: int, **parts: Any) -> dict[str, Any]:
        """Somebody in the private chat *chat* sends a message with *parts*."""
        return self.update(message=self._message(chat, **parts))

    def text(self, chat: int, text: str) -> dict[str, Any]:
        return self.message(chat, text=text)

    def edited(self, chat: int, text: str) -> dict[str, Any]:
        return self.update(edited_message=self._message(chat, text=text, edit_date=DATE))

    def press(self, chat: int, data: str, *, ancient: bool = False) -> dict[str, Any]:
        """Tap a button. An *ancient* one has lost its message, and can no longer be answered."""
        self.known.add(chat)
        id_ = f"query-{next(self._message_ids)}"
        date = 0 if ancient else DATE
        if not ancient:
            self.queries.add(id_)
        message = {"message_id": 1, "date": date, "chat": private(chat)}
        query = {"id": id_, "from": person(chat), "chat_instance": "1", "data": data}
        return self.update(callback_query={**query, "message": message})

    def in_group(self, group: int, text: str, **parts: Any) -> dict[str, Any]:
        """Somebody says *text* in a group, which the bot is told of."""
        message = self._message(AN_IN_GROUPS, text=text, **parts)
        message["chat"] = {"id": group, "type": "supergroup", "title": "Gia đình"}
        self.known.add(group)
        return self.update(message=message)

    def of_ours(self) -> dict[str, Any]:
        """A message of the bot, to reply to."""
        bot = {"id": BOT_ID, "is_bot": True, "first_name": "Thử", "username": "thu_bot"}
        chat = {"id": -5, "type": "supergroup", "title": "Gia đình"}
        return {"message_id": 1, "date": DATE, "chat": chat, "from": bot, "text": "…"}

    def typing(self, words: str, user: int = 42) -> dict[str, Any]:
        """Somebody types *words* behind the bot's name in some chat."""
        id_ = f"inline-{next(self._message_ids)}"
        self.queries.add(id_)
        query = {"id": id_, "from": person(user), "query": words, "offset": ""}
        return self.update(inline_query=query)

    def member(self, chat: int, status: str) -> dict[str, Any]:
        """The person blocks (kicked) or unblocks (member) the bot."""
        bot = {"id": BOT_ID, "is_bot": True, "first_name": "Thử"}
        old = {"status": "member", "user": bot}
        new = {"status": status, "user": bot}
        if status == "kicked":
            new["until_date"] = 0
        change = {"chat": private(chat), "from": person(chat), "date": DATE}
        return self.update(
            my_chat_member={**change, "old_chat_member": old, "new_chat_member": new}
        )

    def _message(self, chat: int, **parts: Any) -> dict[str, Any]:
        self.known.add(chat)
        id_ = next(self._message_ids)
        return {
            "message_id": id_, "date": DATE, "chat": private(chat), "from": person(chat), **parts
        }  # fmt: skip


def _text(value: str | web.FileField) -> str:
    """A form's value; of a file its name, type and size."""
    if isinstance(value, str):
        return value
    return f"file:{value.filename}:{value.content_type}:{len(value.file.read())}"


def private(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "private", "first_name": "An"}


def person(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": "An"}
