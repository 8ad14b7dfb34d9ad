"""Somebody on one channel, and the platform that carries their messages: again and again until the
service says that it holds them, now and then twice, now and then in the wrong order."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.soak.fleet import Fleet
from tests.soak.ledger import Arrival, Ledger, Said
from tests.soak.platforms import Telegram, Zalo, ZaloBot

TWICE = 0.05  # share of messages that a platform delivers again, later
HANDS_UP = 30.0  # seconds until a platform or a browser gives an attempt up
PAUSES = (0.3, 0.7, 1.5, 3.0)  # seconds before the next attempts; the last one again and again
FRIENDLY = "nên chưa nhận được tin này. Bạn "  # and then what to do


@dataclass
class World:
    """What all people share."""

    ledger: Ledger
    fleet: Fleet
    client: ClientSession
    telegram: Telegram
    zalo: Zalo
    bots: ZaloBot
    dice: random.Random
    polling: bool
    patience: float = 45.0  # seconds that somebody looks at the screen for an answer
    over: asyncio.Event = field(default_factory=asyncio.Event)  # no new story begins
    background: set[asyncio.Task[Any]] = field(default_factory=set)

    def later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.background.add(task)
        task.add_done_callback(self.background.discard)


class Citizen:
    """`says` and `presses` return once the message is acknowledged, `hears` waits for an answer."""

    channel = ""

    def __init__(self, world: World, user: str) -> None:
        self.world = world
        self.user = user
        self.busy = False
        self.code = ""  # of what they have booked
        self._inbox: asyncio.Queue[Arrival] = asyncio.Queue()
        self._last = ""  # the id of the last message that was acknowledged
        self._listen()

    def _listen(self) -> None:
        self.world.ledger.listeners[self.channel, self.user] = self._inbox.put_nowait

    async def says(self, text: str) -> None:
        await self._does(self._text(text))

    async def presses(self, data: str) -> None:
        await self._does(self._press(data))

    async def hears(self, wanted: Callable[[Arrival], object]) -> Arrival | None:
        """The first message from now on that is *wanted*; None when it does not come soon."""
        try:
            async with asyncio.timeout(self.world.patience):
                while not wanted(arrival := await self._inbox.get()):
                    pass
                return arrival
        except TimeoutError:
            return None

    def forgets(self) -> None:
        """What has arrived so far is old."""
        while not self._inbox.empty():
            self._inbox.get_nowait()

    async def _does(self, update: Any) -> None:
        said = Said(self.channel, self._id(update), self.user, time.monotonic(), after=self._last)
        self.world.ledger.said[self.channel, said.id] = said
        await self._until_taken(said, update)
        self._last = said.id
        if self.world.dice.random() < TWICE:
            self.world.later(self._once_more(said, update))

    async def _until_taken(self, said: Said, update: Any) -> None:
        pauses = itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))
        while not said.acked:
            if said.attempts:
                await asyncio.sleep(next(pauses))
            said.attempts += 1
            if await self._attempt(said, update):
                self.world.ledger.acknowledge(said)

    async def _attempt(self, said: Said, update: Any) -> bool:
        try:
            async with asyncio.timeout(HANDS_UP):
                status = await self._deliver(said, update)
        except (ClientError, OSError, TimeoutError) as error:
            self.world.ledger.refused(f"{self.channel} {type(error).__name__}")
            return False
        if status != 200:
            self.world.ledger.refused(f"{self.channel} {status}")
        return status == 200

    async def _once_more(self, said: Said, update: Any) -> None:
        await asyncio.sleep(self.world.dice.uniform(0, 3))
        self.world.ledger.notes["delivered twice"] += 1
        await self._attempt(said, update)

    # --- what differs by channel -----------------------------------------------------------------

    def _text(self, text: str) -> Any:
        raise NotImplementedError

    def _press(self, data: str) -> Any:
        raise NotImplementedError

    def _id(self, update: Any) -> str:
        raise NotImplementedError

    async def _deliver(self, said: Said, update: Any) -> int:
        raise NotImplementedError


class OnTelegram(Citizen):
    channel = "telegram"

    def _text(self, text: str) -> Any:
        return self.world.telegram.text(int(self.user), text)

    def _press(self, data: str) -> Any:
        return self.world.telegram.press(int(self.user), data)

    def _id(self, update: Any) -> str:
        return str(update["update_id"])

    async def _deliver(self, said: Said, update: Any) -> int:
        telegram = self.world.telegram
        telegram.target = self.world.fleet.url()
        return await telegram.post(update)

    async def _until_taken(self, said: Said, update: Any) -> None:
        if not self.world.polling:
            return await super()._until_taken(said, update)
        await self.world.telegram.offer(update)
        while not said.acked:
            await self.world.telegram.within(lambda: said.acked, HANDS_UP)
        return None

    async def _once_more(self, said: Said, update: Any) -> None:
        if not self.world.polling:
            await super()._once_more(said, update)


class OnZaloOa(Citizen):
    channel = "zalo-oa"

    def _text(self, text: str) -> Any:
        return self.world.zalo.text(self.user, text)

    def _press(self, data: str) -> Any:
        return self._text(f"#vneid:{data}")

    def _id(self, update: Any) -> str:
        return str(update["message"]["msg_id"])

    async def _deliver(self, said: Said, update: Any) -> int:
        zalo = self.world.zalo
        zalo.target = self.world.fleet.url()
        return await zalo.post(update, retry=said.attempts - 1)


class OnZaloBot(Citizen):
    channel = "zalo-bot"

    def _text(self, text: str) -> Any:
        return self.world.bots.text(self.user, text)

    def _press(self, data: str) -> Any:
        """There are no buttons: a number is typed."""
        return self._text("1")

    def _id(self, update: Any) -> str:
        return str(update["message"]["message_id"])

    async def _deliver(self, said: Said, update: Any) -> int:
        bots = self.world.bots
        bots.target = self.world.fleet.url()
        return await bots.post(update)


class OnTheWeb(Citizen):
    """Answers come with the response."""

    channel = "web"
    numbers = itertools.count(1)

    def __init__(self, world: World, user: str) -> None:
        super().__init__(world, user)
        self._session = ""

    def _text(self, text: str) -> Any:
        return {"id": f"message-{next(self.numbers)}", "text": text}

    def _press(self, data: str) -> Any:
        return {"id": f"message-{next(self.numbers)}", "button": data}

    def _id(self, update: Any) -> str:
        return str(update["id"])

    async def _deliver(self, said: Said, update: Any) -> int:
        body = {"session": self._session, **update}
        url = f"{self.world.fleet.url()}/api/chat"
        timeout = ClientTimeout(total=HANDS_UP)
        async with self.world.client.post(url, json=body, timeout=timeout) as answer:
            said_back = await answer.json()
            if answer.status == 200:
                self._take(said, said_back)
            elif FRIENDLY not in said_back.get("error", ""):
                self.world.ledger.unfriendly.append(f"web {answer.status}: {said_back}")
            return answer.status

    def _take(self, said: Said, answer: Mapping[str, Any]) -> None:
        self._session = answer["session"]
        ids = tuple(reply["id"] for reply in answer["replies"])
        if said.acked:
            if ids != said.replies:
                self.world.ledger.unfriendly.append(
                    f"web {said.id}: another answer the second time"
                )
            return
        said.replies = ids
        for reply in answer["replies"]:
            data = tuple(button["data"] for button in reply["buttons"])
            self.world.ledger.arrived("web", reply["id"], self.user, reply["text"], data)

    async def reads(self) -> None:
        """Open the page again: what came meanwhile stands in the history."""
        url = f"{self.world.fleet.url()}/api/history"
        try:
            async with self.world.client.post(url, json={"session": self._session}) as answer:
                if answer.status != 200:
                    return
                for line in (await answer.json())["lines"]:
                    if (
                        line["from"] == "bot"
                        and ("web", line["id"]) not in self.world.ledger.arrivals
                    ):
                        data = tuple(button["data"] for button in line["buttons"])
                        self.world.ledger.arrived("web", line["id"], self.user, line["text"], data)
        except (ClientError, OSError, TimeoutError):
            self.world.ledger.notes["history not read"] += 1
