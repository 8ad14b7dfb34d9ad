"""A bot of Zalo's Bot Platform: by webhook when the deployment has a `public_url`, else by polling.

Polling is for trying things out: Zalo gives each update out once only, so one that is on its way when
the process dies is lost. The webhook repeats what was not acknowledged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from aiohttp import web

from bot.channels import Handle
from bot.channels.api_client import Client
from bot.channels.background import Pauses, in_background, persist, unless
from bot.channels.file_links import Files
from bot.channels.leader import Turns
from bot.channels.long_replies import Gate, Pace, Progress
from bot.channels.secret_webhook import SecretWebhook
from bot.channels.unhandled import Unhandled
from bot.channels.zalo_bot import parse, render
from bot.channels.zalo_bot.api import Api, BadToken
from bot.core.config import Settings
from bot.core.messages import Address, Reply
from bot.delivery.errors import SendError, Throttled
from bot.delivery.pacing import Tempo
from bot.store.alerts import Alarm
from bot.store.database import Database
from bot.store.people import conversations

PATH = "/webhook/zalo-bot"
SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - a name, no secret
TOKEN = "bot token"  # noqa: S105 - what the alarm is about
BAD_TOKEN = (
    "Zalo từ chối ZALO_BOT_TOKEN: lấy lại token trong Zalo Bot Manager rồi chạy lại dịch vụ."  # noqa: S105 - no secret
)

log = structlog.get_logger()


class ZaloBotChannel:
    """One bot."""

    name = parse.NAME

    def __init__(
        self,
        settings: Settings,
        database: Database,
        handle: Handle,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._database = database
        self._handle = handle
        self._clock = clock
        outreach = settings.outreach
        self.tempo = Tempo(outreach.rates.zalo_bot, outreach.in_flight)
        self._client = Client()
        self._api = Api(settings.zalo_bot, self._client)
        self._address = Files(database).public(settings.public_url)
        self._alarm = Alarm(database, clock, "zalo")
        self._unhandled = Unhandled(database, clock, self.name)
        self._pace = Pace(clock, timedelta())
        self._progress = Progress()
        self._gate = Gate()
        self._stopping = asyncio.Event()
        self._turns = Turns(database, clock, f"poll {self.name}")
        self._tasks: set[asyncio.Task[None]] = set()
        self._connected = False

    def routes(self) -> list[web.RouteDef]:
        if not self._settings.public_url:
            return []
        secret = self._settings.zalo_bot.webhook_secret
        webhook = SecretWebhook(self.name, SECRET_HEADER, secret, self._take)
        return [web.post(PATH, webhook.receive)]

    async def start(self) -> None:
        """Begin to connect. Zalo may be out of reach: that holds nobody else up."""
        in_background(self._run(), self._tasks)

    async def stop(self) -> None:
        """Take nothing new; finish what is being handled."""
        self._stopping.set()
        await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Finish what is being sent, then close connections."""
        await self._gate.close()
        await self._client.close()

    def trouble(self) -> str:
        if self._alarm.ringing(TOKEN):
            return "the token was refused"
        return "" if self._connected else "not connected yet"

    async def send(self, to: str, reply: Reply, id: str) -> str:
        """Send what of *reply* was not sent yet; returns the ids of its messages."""
        async with self._gate:
            try:
                receipts = await self._send(to, reply, id)
            except SendError as error:
                await self._look_at(error)
                self._progress.broke_off(id, error)
                raise
            await self._offer(to, reply)  # before all is forgotten: it may fail, and be tried again
            self._progress.end(id)
            return ",".join(receipts)

    def resume(self, id: str, receipt: str) -> None:
        self._progress.resume(id, receipt)

    def receipts(self, id: str) -> str:
        return self._progress.sent(id)

    async def _send(self, to: str, reply: Reply, row: str) -> tuple[str, ...]:
        place = self._address
        address = (lambda number: place(row, number)) if place else None
        for message in render.messages(reply, address, self._settings.public_url)[
            len(self._progress.of(row)) :
        ]:
            self._pace.check(to)
            async with self.tempo.message():
                receipt = await self._message(to, message)
            self._progress.add(row, receipt)
        return self._progress.of(row)

    async def _message(self, to: str, message: render.Message) -> str:
        if message.photo:
            return await self._api.send_photo(to, message.photo)
        return await self._api.send_text(to, message.text)

    async def _offer(self, to: str, reply: Reply) -> None:
        """A reply that did not come from the talk (a reminder, an officer's answer) has numbers
        too: from now on it is those that a typed number means."""
        if reply.first == 0 and reply.taps:
            choices = tuple(button.data for button in reply.taps)
            person = Address(self.name, to)
            await self._database.run(lambda tx: conversations.offer(tx, person, choices))

    async def _look_at(self, error: SendError) -> None:
        """What concerns more than one message is seen to here."""
        if isinstance(error, Throttled):
            self._pace.hold(error.retry_after)
        if isinstance(error, BadToken):
            await self._alarm.ring(TOKEN, BAD_TOKEN)

    async def _run(self) -> None:
        await persist("connecting to zalo's bot platform", self._connect, self._stopping)
        if not self._settings.public_url:
            await self._poll()
            await self._turns.pass_on()

    async def _connect(self) -> None:
        """Tell Zalo where updates go."""
        url = self._settings.public_url
        try:
            if url:
                await self._api.set_webhook(url + PATH, self._settings.zalo_bot.webhook_secret)
            else:
                await self._api.delete_webhook()
        except SendError as error:
            await self._look_at(error)
            raise
        self._connected = True
        log.info("zalo bot connected", mode="webhook" if url else "polling")

    async def _poll(self) -> None:
        """Fetch and handle, one update after the other; no fault ends it. Of several processes one
        polls at a time."""
        pauses = Pauses()
        while not self._stopping.is_set():
            try:
                mine = await self._turns.mine(self._stopping)
                update = await unless(self._stopping, self._api.update()) if mine else None
            except Exception as error:
                log.warning("zalo polling failed", error=str(error))
                await pauses.wait(self._stopping, error)
                continue
            pauses = Pauses()
            if update:
                await persist(
                    "handling a zalo update",
                    lambda: self._take(update),  # noqa: B023 - awaited in this round
                    self._stopping,
                )

    async def _take(self, update: parse.Json) -> None:
        """Handle one update; returns after the commit, raises when there was none."""
        id_ = parse.mark(update)
        await self._unhandled.unless_hopeless(id_, lambda: self._take_in(id_, update))

    async def _take_in(self, id_: str, update: parse.Json) -> None:
        incoming = parse.incoming(update, self._clock())
        if incoming is not None:
            await self._handle(incoming)
        elif kind := parse.overlooked(update):
            await self._unhandled.unreadable(id_, kind)
