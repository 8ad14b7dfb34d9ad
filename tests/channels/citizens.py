"""The same citizen on every channel: says, taps, sends, and hears, over real HTTP."""

from __future__ import annotations

import itertools
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession

from bot.app import SERVICE
from bot.core.messages import Address
from bot.store.values import moment, stamp
from tests.support.fakes.telegram import FakeTelegram
from tests.support.fakes.zalo import FakeZalo
from tests.support.fakes.zalo_bot import FakeZaloBot
from tests.support.people import Clock
from tests.support.telegram_service import Running

MORE = "Xem thêm lựa chọn ▸"
NUMBERED = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)
CHOOSE = "👉 Gõ số để chọn:\n"
# The oldest row that has not gone out: the person's newer ones wait for it.
DUE = """
    SELECT due_at FROM outbox
    WHERE channel = :channel AND person = :person AND state IN ('due', 'sending')
      AND due_at <= :soon
    ORDER BY id LIMIT 1
"""
SOON = timedelta(minutes=1)  # what is due later (a reminder) is not waited for


@dataclass
class Heard:
    """What arrived: `choices` are label -> what pressing it means on this channel."""

    text: str = ""
    choices: dict[str, Any] = field(default_factory=dict)
    pictures: int = 0

    def __add__(self, other: Heard) -> Heard:
        text = "\n".join(part for part in (self.text, other.text) if part)
        choices = {**self.choices, **other.choices}
        return Heard(text, choices, self.pictures + other.pictures)


class Citizen(ABC):
    """Somebody on one channel of the running *service*."""

    channel = ""

    def __init__(self, service: Running, clock: Clock, user: str) -> None:
        self.service = service
        self.clock = clock
        self.user = user
        self._read = 0
        self._last: Any = None
        self.heard = Heard()

    @property
    def address(self) -> Address:
        return Address(self.channel, self.user)

    async def opens(self, payload: str = "") -> Heard:
        """Open the talk, as a deep link with *payload* does where there are such."""
        return await self._does(self._open(payload))

    async def says(self, text: str) -> Heard:
        return await self._does(self._text(text))

    async def sends(self, what: str) -> Heard:
        """A "photo", "sticker" or "location"."""
        return await self._does(self._media(what))

    async def taps(self, label: str) -> Heard:
        """Press the newest choice whose label begins with *label*, on a further page if need be."""
        while (found := self._find(label)) is None:
            assert MORE in self.heard.choices, f"no {label!r} in {list(self.heard.choices)}"
            await self._does(self._press(self.heard.choices[MORE]))
        return await self._does(self._press(found))

    async def presses(self, choice: Any) -> Heard:
        """Press what was shown earlier and still stands in the chat."""
        return await self._does(self._press(choice))

    async def does_it_again(self) -> Heard:
        """The platform (or the page) sends the last update once more."""
        return await self._does(self._last)

    async def listens(self) -> Heard:
        """What has come by itself."""
        await self._settle()
        self.heard = self._new()
        return self.heard

    def _find(self, label: str) -> Any:
        found = (v for name, v in self.heard.choices.items() if name.startswith(label))
        return next(found, None)

    async def _does(self, update: Any) -> Heard:
        self._last = update
        await self._deliver(update)
        return await self.listens()

    async def _settle(self) -> None:
        """Until all that is due for this person has gone out; time passes only as it must."""
        while True:
            now = self.clock()
            values = {"channel": self.channel, "person": self.user, "soon": stamp(now + SOON)}
            rows = await self.service.database.run(lambda tx: tx.rows(DUE, **values))  # noqa: B023 - awaited in this round
            if not rows:
                return
            if (at := moment(rows[0]["due_at"])) > now:
                self.clock.now = at
            self.service.app[SERVICE].courier.wake(self.channel)

    def _new(self) -> Heard:
        messages = self._messages()
        new, self._read = messages[self._read :], len(messages)
        return sum(new, Heard())

    @abstractmethod
    def _messages(self) -> Sequence[Heard]: ...

    @abstractmethod
    async def _deliver(self, update: Any) -> None: ...

    @abstractmethod
    def _open(self, payload: str) -> Any: ...

    @abstractmethod
    def _text(self, text: str) -> Any: ...

    @abstractmethod
    def _press(self, choice: Any) -> Any: ...

    @abstractmethod
    def _media(self, what: str) -> Any: ...


class OnTelegram(Citizen):
    channel = "telegram"

    def __init__(self, service: Running, clock: Clock, server: FakeTelegram) -> None:
        super().__init__(service, clock, "42")
        self._server = server

    def _messages(self) -> Sequence[Heard]:
        return [
            Heard(pictures=1) if ":image/png:" in sent.text else Heard(sent.text, sent.buttons)
            for sent in self._server.to(42)
        ]

    async def _deliver(self, update: Any) -> None:
        assert await self._server.post(update) == 200

    def _open(self, payload: str) -> Any:
        return self._text(f"/start {payload}".rstrip())

    def _text(self, text: str) -> Any:
        return self._server.text(42, text)

    def _press(self, choice: Any) -> Any:
        return self._server.press(42, choice)

    def _media(self, what: str) -> Any:
        place = {"latitude": 10.77, "longitude": 106.70}
        parts = {"photo": [{}], "sticker": {}, "location": place}
        return self._server.message(42, **{what: parts[what]})


class OnZaloOa(Citizen):
    channel = "zalo-oa"

    def __init__(self, service: Running, clock: Clock, server: FakeZalo) -> None:
        super().__init__(service, clock, "2512523625412515")
        self._server = server

    def _messages(self) -> Sequence[Heard]:
        return [
            Heard(sent.text, sent.taps, pictures=bool(sent.image))
            for sent in self._server.to(self.user)
        ]

    async def _deliver(self, update: Any) -> None:
        assert await self._server.post(update) == 200

    def _open(self, payload: str) -> Any:
        return self._server.follow(self.user)

    def _text(self, text: str) -> Any:
        return self._server.text(self.user, text)

    def _press(self, choice: Any) -> Any:
        return self._text(choice)

    def _media(self, what: str) -> Any:
        kind = {"photo": "image"}.get(what, what)
        place = {"coordinates": {"latitude": "10.77", "longitude": "106.70"}}
        return self._server.media(self.user, kind, place if what == "location" else {})


class OnZaloBot(Citizen):
    """Has no buttons: a choice is a number to type."""

    channel = "zalo-bot"

    def __init__(self, service: Running, clock: Clock, server: FakeZaloBot) -> None:
        super().__init__(service, clock, "6ede9afa66b88fe6d6a9")
        self._server = server

    def _messages(self) -> Sequence[Heard]:
        return [
            Heard(sent.text, _numbers(sent.text), pictures=bool(sent.photo))
            for sent in self._server.to(self.user)
        ]

    async def _deliver(self, update: Any) -> None:
        assert await self._server.post(update) == 200

    def _open(self, payload: str) -> Any:
        return self._text("xin chào")

    def _text(self, text: str) -> Any:
        return self._server.text(self.user, text)

    def _press(self, choice: Any) -> Any:
        return self._text(choice)

    def _media(self, what: str) -> Any:
        kind = {"photo": "image", "location": "unsupported"}.get(what, what)
        return self._server.update(self.user, kind)


def _numbers(text: str) -> dict[str, str]:
    _, _, choices = text.rpartition(CHOOSE)
    return {label: number for number, label in NUMBERED.findall(choices)} if CHOOSE in text else {}


class OnTheWeb(Citizen):
    """Replies come in the response; what comes later stands in the history."""

    channel = "web"

    def __init__(self, service: Running, clock: Clock, client: ClientSession) -> None:
        super().__init__(service, clock, "")
        self._client = client
        self._session = ""
        self._ids = itertools.count(1)
        self._lines: dict[str, Heard] = {}

    def _messages(self) -> Sequence[Heard]:
        return list(self._lines.values())

    async def _deliver(self, update: Any) -> None:
        before = self._people()
        answer = await self._call("chat", update)
        self._session = answer["session"]
        if not self.user:
            (self.user,) = self._people() - before

    def _people(self) -> set[str]:
        rows = self.service.rows("SELECT person FROM people WHERE channel = 'web'")
        return {row["person"] for row in rows}

    async def listens(self) -> Heard:
        await self._settle()
        for line in (await self._call("history", {}))["lines"]:
            if line["from"] == "bot":
                self._lines.setdefault(line["id"], _line(line))
        return await super().listens()

    async def _call(self, name: str, body: dict[str, Any]) -> Any:
        url = f"{self.service.url}/api/{name}"
        async with self._client.post(url, json={"session": self._session, **body}) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    def _update(self, **body: Any) -> Any:
        return {"id": f"message-{next(self._ids)}", **body}

    def _open(self, payload: str) -> Any:
        return self._update(button=f"start:{payload}" if payload else "start")

    def _text(self, text: str) -> Any:
        return self._update(text=text)

    def _press(self, choice: Any) -> Any:
        return self._update(button=choice)

    def _media(self, what: str) -> Any:
        assert what == "location", "the page has no way to send it"
        return self._update(location={"latitude": 10.77, "longitude": 106.70})


def _line(line: dict[str, Any]) -> Heard:
    choices = {button["label"]: button["data"] for button in line["buttons"]}
    pictures = sum(file["type"] == "image/png" for file in line["files"])
    return Heard(line["text"], choices, pictures)
