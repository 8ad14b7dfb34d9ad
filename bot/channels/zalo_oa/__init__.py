"""A Zalo Official Account: webhook in, consultation messages and approved forms out.

What the documents leave open is one constant or one setting each; see docs/zalo.md.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from aiohttp import web

from bot.channels import Handle
from bot.channels.api_client import Client
from bot.channels.background import in_background
from bot.channels.file_links import Files
from bot.channels.long_replies import Gate
from bot.channels.unhandled import Unhandled
from bot.channels.zalo_oa import parse
from bot.channels.zalo_oa.api import Api
from bot.channels.zalo_oa.sender import Sender
from bot.channels.zalo_oa.tokens import Tokens
from bot.channels.zalo_oa.webhook import PATH, Webhook
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.core.messages import Reply
from bot.delivery.pacing import Tempo
from bot.store.alerts import Alarm
from bot.store.database import Database
from bot.store.people import interactions

# Zalo gives up after 12 hours at the latest. Somebody who has caught a genuine event could send it again
# after it is forgotten here.
STALE = timedelta(days=2)
log = structlog.get_logger()


class ZaloOaChannel:
    """One Official Account."""

    name = parse.NAME

    def __init__(
        self,
        settings: Settings,
        database: Database,
        handle: Handle,
        clock: Callable[[], datetime],
        vault: Vault,
    ) -> None:
        self._settings = settings
        self._database = database
        self._handle = handle
        self._clock = clock
        outreach = settings.outreach
        self.tempo = Tempo(outreach.rates.zalo_oa, outreach.in_flight)
        self._client = Client()
        self._gate = Gate()
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._unknown: Counter[str] = Counter()
        self._unhandled = Unhandled(database, clock, self.name)
        self._alarm = alarm = Alarm(database, clock, "zalo")
        owner = f"{socket.gethostname()}:{os.getpid()}"
        self._tokens = Tokens(settings.zalo_oa, database, vault, clock, self._client, alarm, owner)
        api = Api(settings.zalo_oa, self._tokens, self._client, self.tempo)
        address = Files(database).public(settings.public_url)
        self._sender = Sender(settings, database, vault, clock, api, alarm, address)

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH, Webhook(self._settings.zalo_oa, self._take).receive)]

    async def start(self) -> None:
        """Keep the token fresh from now on. Zalo may be out of reach: that holds nobody else up."""
        in_background(self._tokens.stay_fresh(self._stopping), self._tasks)

    async def stop(self) -> None:
        self._stopping.set()
        await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Finish what is being sent or exchanged, then close connections."""
        await self._gate.close()
        await self._tokens.close()
        await self._client.close()

    def trouble(self) -> str:
        return "no token that can be used" if self._alarm.ringing("token") else ""

    async def send(self, to: str, reply: Reply, id: str) -> str:
        async with self._gate:
            return await self._sender.send(to, reply, id)

    def resume(self, id: str, receipt: str) -> None:
        self._sender.resume(id, receipt)

    def receipts(self, id: str) -> str:
        return self._sender.receipts(id)

    async def _take(self, event: parse.Json) -> None:
        """Handle one genuine event; returns after the commit, raises when there was none."""
        id_ = parse.mark(event)
        await self._unhandled.unless_hopeless(id_, lambda: self._take_in(id_, event))

    async def _take_in(self, id_: str, event: parse.Json) -> None:
        now = self._clock()
        if not self._is_ours(event):
            return
        if now - parse.when(event, now) > STALE:
            log.warning("zalo event too old: left alone")
            return
        if seen := parse.interaction(event, now):
            await self._database.run(lambda tx: interactions.note(tx, *seen))
        incoming = parse.incoming(event, now)
        if incoming is not None:
            await self._handle(incoming)
        elif name := parse.overlooked(event):
            await self._unhandled.unreadable(id_, name)

    def _is_ours(self, event: parse.Json) -> bool:
        """Whether *event* came to our account; events of a kind nobody has named are counted."""
        ours, account = self._settings.zalo_oa.oa_id, parse.account(event)
        if ours and account not in ("", ours):
            log.warning("zalo event of another account", account=account)
            return False
        if not parse.known(event):
            name = str(event.get("event_name"))[:60]
            self._unknown[name] += 1
            log.info("zalo event unknown", name=name, count=self._unknown[name])
        return True
