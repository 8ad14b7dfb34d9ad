"""Telegram. `library`, `calls`, `errors`, `inline` and this module know python-telegram-bot; `parse`,
`words`, `groups`, `render` and `polling` are free of it.

The library gives the bot's methods and the connections. Updates are handled by our own loop or
webhook, so that they are acknowledged only after the commit. Its limiter of 30 messages a second is
not used: it serves a reply after whatever of a campaign waits, and Telegram may see more than 30 in a
second when the network holds some up (see bot/delivery/pacing.py); that of 20 a minute to a group is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from aiohttp import web
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.channels import Handle
from bot.channels.background import in_background, persist
from bot.channels.long_replies import Gate, Pace, Progress
from bot.channels.secret_webhook import SecretWebhook
from bot.channels.telegram import parse, render
from bot.channels.telegram.api import call
from bot.channels.telegram.errors import explain
from bot.channels.telegram.groups import Me
from bot.channels.telegram.inline import Inline, LookUp
from bot.channels.telegram.library import Polls, application, hush, unwrapped
from bot.channels.telegram.polling import Poller
from bot.channels.unhandled import Unhandled
from bot.core.clock import VIETNAM
from bot.core.config import Settings
from bot.core.messages import Reply
from bot.delivery.errors import SendError, Throttled
from bot.delivery.pacing import Tempo
from bot.store.database import Database
from bot.store.staff import inbox, tallies
from bot.store.values import Ids

PATH = "/webhook/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a name, no secret
POLL = timedelta(seconds=25)  # how long Telegram holds a poll that has nothing to say
LAST_ACKNOWLEDGEMENTS = 2.0  # seconds that pressed buttons get at the end
COMMANDS = (
    ("start", "Bắt đầu"),
    ("menu", "Xem danh mục câu hỏi"),
    ("help", "Cách dùng"),
    ("canbo", "Gặp cán bộ"),
    ("kichhoat", "Kích hoạt VNeID từng bước"),
    ("hoi", "Hỏi trong nhóm: /hoi rồi đến câu hỏi"),
    ("datlich", "Đặt lịch hẹn"),
    ("lichcuatoi", "Xem, đổi, hủy lịch hẹn"),
    ("dulieucuatoi", "Xem bot đang giữ gì về bạn"),
    ("xoadulieu", "Xóa dữ liệu của bạn"),
    ("huy", "Thôi việc đang làm dở"),
)
BAD_TOKEN = "Telegram từ chối TELEGRAM_BOT_TOKEN: lấy lại token từ @BotFather rồi chạy lại dịch vụ."  # noqa: S105 - no secret

log = structlog.get_logger()


class TelegramChannel:
    """Telegram, by webhook when the deployment has a `public_url`, else by long polling."""

    name = parse.NAME

    def __init__(
        self,
        settings: Settings,
        database: Database,
        handle: Handle,
        clock: Callable[[], datetime],
        look_up: LookUp = lambda words: (),
    ) -> None:
        hush()
        self._settings = settings
        self._database = database
        self._handle = handle
        self._clock = clock
        self._connections = HTTPXRequest(read_timeout=8, write_timeout=8), Polls()
        self._app = application(settings, *self._connections)
        outreach = settings.outreach
        self.tempo = Tempo(outreach.rates.telegram, outreach.in_flight)
        self._pace = Pace(clock)
        self._progress = Progress()
        self._gate = Gate()
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._taps: set[asyncio.Task[None]] = set()
        self._alerted = False
        self._connected = False
        self._me: Me | None = None
        self._inline = Inline(look_up, self._count_inline)
        self._unhandled = Unhandled(database, clock, self.name)

    def routes(self) -> list[web.RouteDef]:
        if not self._settings.public_url:
            return []
        secret = self._settings.telegram.webhook_secret
        webhook = SecretWebhook(self.name, SECRET_HEADER, secret, self._take)
        return [web.post(PATH, webhook.receive)]

    async def start(self) -> None:
        """Begin to connect. Telegram may be out of reach: that holds nobody else up."""
        in_background(self._run(), self._tasks)

    async def stop(self) -> None:
        """Take nothing new; finish what is being handled."""
        self._stopping.set()
        await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Finish what is being sent, then close connections."""
        await self._gate.close()
        if self._taps:
            _, late = await asyncio.wait(self._taps, timeout=LAST_ACKNOWLEDGEMENTS)
            for task in late:
                task.cancel()
        await self._app.shutdown()
        for connection in self._connections:  # the application forgets them if it never connected
            await connection.shutdown()

    def trouble(self) -> str:
        if self._alerted:
            return "the token was refused"
        return "" if self._connected else "not connected yet"

    async def send(self, to: str, reply: Reply, id: str) -> str:
        """Send what of *reply* was not sent yet; returns the ids of its messages."""
        async with self._gate:
            try:
                for message in render.messages(reply, self._username)[len(self._progress.of(id)) :]:
                    self._pace.check(to)
                    self._progress.add(id, await self._send(to, message))
            except SendError as error:
                self._progress.broke_off(id, error)
                raise
            receipts = self._progress.of(id)
            self._progress.end(id)
            return ",".join(receipts)

    def resume(self, id: str, receipt: str) -> None:
        self._progress.resume(id, receipt)

    def receipts(self, id: str) -> str:
        return self._progress.sent(id)

    async def _send(self, to: str, message: render.Message) -> str:
        try:
            async with self.tempo.message():
                sent = await call(self._app.bot, to, message)
        except TelegramError as error:
            raise await self._explained(error) from error
        finally:
            self._pace.sent(to)
        return str(sent.message_id)

    async def _run(self) -> None:
        await persist("connecting to telegram", self._connect, self._stopping)
        work = [persist("registering telegram's commands", self._register, self._stopping)]
        if not self._settings.public_url and not self._stopping.is_set():
            mark = f"telegram offset {self._app.bot.id}"  # another bot counts anew
            poller = Poller(self._fetch, self._take, self._database, self._clock, mark)
            work.append(poller.run(self._stopping))
        await asyncio.gather(*work)

    async def _connect(self) -> None:
        """Learn who we are; tell Telegram where updates go."""
        url = self._settings.public_url
        try:
            await self._app.initialize()
            if url:
                secret = self._settings.telegram.webhook_secret
                await self._app.bot.set_webhook(
                    url + PATH, secret_token=secret, allowed_updates=parse.UPDATES
                )
            else:
                await self._app.bot.delete_webhook()
        except TelegramError as error:
            raise await self._explained(error) from error
        self._connected = True
        self._me = Me(self._app.bot.id, self._app.bot.username)
        log.info("telegram connected", mode="webhook" if url else "polling")

    @property
    def _username(self) -> str:
        """The bot's name in links; "" while nobody has told us."""
        return self._settings.outreach.telegram_username or (self._me.username if self._me else "")

    async def _register(self) -> None:
        try:
            await self._app.bot.set_my_commands(COMMANDS)
        except TelegramError as error:
            raise await self._explained(error) from error

    async def _fetch(self, offset: int | None) -> Sequence[parse.Json]:
        try:
            updates = await self._app.bot.get_updates(
                offset=offset, timeout=POLL, allowed_updates=parse.UPDATES
            )
        except TelegramError as error:
            raise await self._explained(error) from error
        return unwrapped(updates)

    async def _take(self, update: parse.Json) -> None:
        """Handle one update, however it came; returns after the commit, raises when there was none."""
        id_ = str(update.get("update_id"))
        await self._unhandled.unless_hopeless(id_, lambda: self._take_in(id_, update))

    async def _take_in(self, id_: str, update: parse.Json) -> None:
        if (typed := parse.inline(update)) is not None:
            in_background(self._inline.answer(self._app.bot, self._username, *typed), self._taps)
            return
        incoming = parse.incoming(update, self._clock(), self._me)
        if incoming is None:
            if kind := parse.overlooked(update):
                await self._unhandled.unreadable(id_, kind)
            return
        await self._handle(incoming)
        if (query := parse.query_id(update)) is not None:
            in_background(self._acknowledge(query), self._taps)

    async def _acknowledge(self, query: str) -> None:
        """Stop the pressed button's spinner. It matters to nobody when this comes too late."""
        try:
            await self._app.bot.answer_callback_query(query)
        except TelegramError as error:
            log.info("telegram button not acknowledged", error=explain(error).args[0])

    async def _count_inline(self) -> None:
        day = self._clock().astimezone(VIETNAM).date()
        await self._database.run(lambda tx: tallies.add(tx, tallies.INLINE, day))

    async def _explained(self, error: TelegramError) -> SendError:
        """What *error* means; what concerns more than one message is seen to here."""
        meaning = explain(error)
        if isinstance(meaning, Throttled):
            self._pace.hold(meaning.retry_after)
        if isinstance(error, InvalidToken) and not self._alerted:
            self._alerted = True
            await self._alert()
        return meaning

    async def _alert(self) -> None:
        """Tell officers that the token is bad."""
        now = self._clock()
        id_ = Ids().new(now)
        try:
            await self._database.run(lambda tx: inbox.alert(tx, id_, now, "telegram", BAD_TOKEN))
        except Exception:
            log.exception("alert not written", alert=BAD_TOKEN)
