"""The strict servers of the platforms, with weather, and telling the ledger what arrived.

They keep no messages themselves: half an hour of them would be the driver's own memory leak.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.soak.ledger import Ledger
from tests.soak.weather import RETRY_AFTER, SILENT, SLOW, Weather
from tests.support.fakes.server import Fault
from tests.support.fakes.telegram import FakeTelegram
from tests.support.fakes.zalo import FakeZalo
from tests.support.fakes.zalo_bot import FakeZaloBot

STRUCK = web.RequestKey("struck", str)
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Nothing(list[Any]):
    """A list that forgets at once."""

    def append(self, one: Any) -> None:
        """Forget *one*."""


def _forgetful(fake: Any) -> None:
    fake.calls, fake.statuses, fake.answered = Nothing(), Nothing(), Nothing()


class Telegram(FakeTelegram):
    def __init__(self, ledger: Ledger, weather: Weather) -> None:
        super().__init__()
        _forgetful(self)
        self.ledger, self.weather = ledger, weather

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] == "getUpdates":
            return await super()._serve(request)
        struck = self.weather.strikes()
        if struck == "slow":
            await asyncio.sleep(SLOW)
        request[STRUCK] = struck
        answer = await super()._serve(request)
        if struck == "silent":
            await asyncio.sleep(SILENT)
        return answer

    async def _answer(
        self,
        request: web.Request,
        method: str,
        form: dict[str, str],
        fault: Fault,
    ) -> web.StreamResponse:
        faults = {
            "500": Fault(status=500, message="Internal Server Error"),
            "502": Fault(status=502, message="Bad Gateway"),
            "429": Fault(status=429, retry_after=RETRY_AFTER),
            "reset": Fault(drop="after"),
            "400": Fault(status=400, message="Bad Request: injected"),
        }
        struck = faults.get(request.get(STRUCK, ""), fault)
        return await super()._answer(request, method, form, struck)

    async def _get_updates(self, form: dict[str, str]) -> list[dict[str, Any]]:
        offset = int(form.get("offset", 0))
        for update in self.queue:
            if update["update_id"] < offset:
                self.confirmed(str(update["update_id"]))
        return await super()._get_updates(form)

    def confirmed(self, id_: str) -> None:
        """Polling has moved past the update *id_*."""
        if said := self.ledger.said.get(("telegram", id_)):
            self.ledger.acknowledge(said)

    async def _send_message(self, form: dict[str, str]) -> dict[str, Any]:
        return self._told(await super()._send_message(form))

    def _take_file(self, form: dict[str, str], kind: str) -> dict[str, Any]:
        return self._told(super()._take_file(form, kind))

    def _told(self, result: dict[str, Any]) -> dict[str, Any]:
        sent = self.sent.pop()
        data = [button for button in sent.buttons.values() if "://" not in button]
        self.ledger.arrived(
            "telegram", str(result["message_id"]), str(sent.chat), sent.text, tuple(data)
        )
        return result


class Zalo(FakeZalo):
    def __init__(self, ledger: Ledger, weather: Weather, **more: Any) -> None:
        super().__init__(**more)
        _forgetful(self)
        self.ledger, self.weather = ledger, weather

    def routes(self) -> list[web.RouteDef]:
        return _in_weather(self, super().routes())

    def next_fault(self, method: str) -> Fault:
        return _fault(self.weather, Fault(error=-32))

    async def _send(self, request: web.Request) -> dict[str, Any]:
        return self._told(await super()._send(request))

    def _told(self, result: dict[str, Any]) -> dict[str, Any]:
        sent = self.sent.pop()
        data = tuple(payload.removeprefix("#vneid:") for payload in sent.taps.values())
        text = sent.text or "file:image"
        self.ledger.arrived("zalo-oa", result["message_id"], sent.user, text, data)
        return result


class ZaloBot(FakeZaloBot):
    def __init__(self, ledger: Ledger, weather: Weather, **more: Any) -> None:
        super().__init__(**more)
        _forgetful(self)
        self.ledger, self.weather = ledger, weather

    def routes(self) -> list[web.RouteDef]:
        return _in_weather(self, super().routes())

    def next_fault(self, method: str) -> Fault:
        return _fault(self.weather, Fault(error=429))

    def _accept(self, message: Any) -> dict[str, Any]:
        result = super()._accept(message)
        sent = self.sent.pop()
        text = sent.text or "file:image"
        self.ledger.arrived("zalo-bot", result["message_id"], sent.chat, text, ())
        return result


def _in_weather(fake: Zalo | ZaloBot, routes: list[web.RouteDef]) -> list[web.RouteDef]:
    return [
        web.RouteDef(one.method, one.path, _struck(fake, one.handler), one.kwargs) for one in routes
    ]


def _struck(fake: Zalo | ZaloBot, handler: Any) -> Serve:
    async def serve(request: web.Request) -> web.StreamResponse:
        struck = fake.weather.struck = fake.weather.strikes()
        if struck == "slow":
            await asyncio.sleep(SLOW)
            fake.weather.struck = ""
        answer: web.StreamResponse = await handler(request)
        if struck == "silent":
            await asyncio.sleep(SILENT)
        return answer

    return serve


def _fault(weather: Weather, too_fast: Fault) -> Fault:
    """What the strike that was just drawn does to this call."""
    faults = {
        "500": Fault(status=500),
        "502": Fault(status=502),
        "429": too_fast,
        "reset": Fault(drop="after"),
    }
    struck, weather.struck = weather.struck, ""
    return faults.get(struck, Fault())
