"""The few methods of Zalo's Bot Platform that this service calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from bot.channels import api_client
from bot.core.config.channels import ZaloBot
from bot.delivery.errors import Refused, SendError, Throttled, Unavailable, Uncertain

POLL = 25  # seconds that Zalo holds a poll that has nothing to say
UPDATES = "getUpdates"


class BadToken(Unavailable):
    """Zalo does not know this bot's token."""


class Api:
    """One bot's API. Every call may raise a `SendError`, which never names the token."""

    def __init__(self, settings: ZaloBot, session: Callable[[], ClientSession]) -> None:
        self._settings = settings
        self._session = session

    async def me(self) -> Mapping[str, Any]:
        return _object(await self._call("getMe", {}))

    async def set_webhook(self, url: str, secret: str) -> None:
        await self._call("setWebhook", {"url": url, "secret_token": secret})

    async def delete_webhook(self) -> None:
        await self._call("deleteWebhook", {})

    async def update(self) -> Mapping[str, Any] | None:
        """The next update; None when there was none for a while. Zalo gives each out once only."""
        timeout = ClientTimeout(total=POLL + 10)
        try:
            found = await self._call(UPDATES, {"timeout": str(POLL)}, timeout=timeout)
        except Nothing:
            return None
        return _object(found) or None

    async def send_text(self, chat: str, text: str) -> str:
        """Returns the message's id."""
        sent = await self._call("sendMessage", {"chat_id": chat, "text": text})
        return str(_object(sent).get("message_id", ""))

    async def send_photo(self, chat: str, address: str) -> str:
        """*address*: where Zalo fetches the picture. Returns the message's id."""
        sent = await self._call("sendPhoto", {"chat_id": chat, "photo": address})
        return str(_object(sent).get("message_id", ""))

    async def _call(self, method: str, body: Mapping[str, str], **more: Any) -> Any:
        url = f"{self._settings.api_url}/bot{self._settings.token}/{method}"
        answer = await api_client.post(self._session(), url, json=body, **more)
        if answer.get("ok") is True:
            return answer.get("result")
        raise explain(answer.get("error_code"), str(answer.get("description", ""))[:200])


class Nothing(Uncertain):
    """Zalo took its time and had no answer."""


def explain(number: Any, words: str) -> SendError:
    """What the courier may do after an error. 403 is what Zalo calls an internal error."""
    match number:
        case 401:
            return BadToken("the token was refused")
        case 403:
            return Unavailable(f"403 {words}")
        case 408:
            return Nothing("no answer in time")
        case 429:
            return Throttled(api_client.TOO_FAST)
    return Refused(f"{number} {words}")


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
