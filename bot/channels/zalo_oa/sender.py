"""Sends a reply through the Official Account: as a message while the person may be written to, as an
approved form afterwards; else it says that another channel might reach them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.booking import reminders
from bot.channels.long_replies import Pace, Progress
from bot.channels.zalo_oa import render
from bot.channels.zalo_oa.api import Api
from bot.channels.zalo_oa.errors import Act, ZaloError, explain
from bot.channels.zalo_oa.parse import NAME
from bot.core.config import Settings
from bot.core.config.channels import Template
from bot.core.crypto import Vault
from bot.core.messages import NEWS, REMINDER, Address, Attachment, Facts, Reply
from bot.delivery.errors import NotBefore, OutsideWindow, SendError, Throttled
from bot.store import uploads
from bot.store.alerts import Alarm
from bot.store.database import Database
from bot.store.people import interactions

UPLOADS_LIVE = timedelta(days=6)  # Zalo keeps them for seven
OPERATOR = (
    "Zalo không nhận tin của OA: lỗi {error}. Các tin đang chờ sẽ được gửi lại khi đã xử lý xong. "
    "Xem bảng lỗi và cách xử lý trong docs/zalo.md."
)

log = structlog.get_logger()


class Sender:
    """Gives outbox rows to Zalo. *address* tells where a file of a row can be opened."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        vault: Vault,
        clock: Callable[[], datetime],
        api: Api,
        alarm: Alarm,
        address: Callable[[str, int], str] | None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._vault = vault
        self._clock = clock
        self._api = api
        self._alarm = alarm
        self._address = address
        self._pace = Pace(clock, timedelta())
        self._progress = Progress()
        self._ringing: set[str] = set()

    async def send(self, to: str, reply: Reply, row: str) -> str:
        """Send what of *reply* was not sent yet; returns the ids of its messages."""
        try:
            return await self._explained(self._send(to, reply, row))
        except SendError as error:
            self._progress.broke_off(row, error)
            raise

    def resume(self, row: str, receipt: str) -> None:
        """*row* was begun before; *receipt* names what went out."""
        self._progress.resume(row, receipt)

    def receipts(self, row: str) -> str:
        """Of those messages of *row* that have gone out so far."""
        return self._progress.sent(row)

    async def _send(self, to: str, reply: Reply, row: str) -> str:
        if await self._silent_too_long(to):
            return await self._form(to, reply.facts, row, "silent for too long")
        try:
            return await self._messages(to, reply, row)
        except ZaloError as error:
            if error.act is not Act.WINDOW:
                raise
            return await self._form(to, reply.facts, row, str(error))

    async def _silent_too_long(self, to: str) -> bool:
        """Whether the person's last word is too old. Where none is known, Zalo is asked."""
        last = await self._database.run(lambda tx: interactions.last(tx, Address(NAME, to)))
        window = timedelta(days=self._settings.zalo_oa.window_days)
        return last is not None and self._clock() - last >= window

    async def _messages(self, to: str, reply: Reply, row: str) -> str:
        place = self._address
        address = (lambda number: place(row, number)) if place else None
        url = self._settings.public_url
        for message in render.messages(reply, row, address, url)[len(self._progress.of(row)) :]:
            self._pace.check(to)
            self._progress.add(row, await self._message(to, message))
        receipts = self._progress.of(row)
        self._progress.end(row)
        return ",".join(receipts)

    async def _message(self, to: str, message: render.Message) -> str:
        if message.picture:
            return await self._picture(to, message.picture)
        if message.form:
            return await self._ask_for_contact(to)
        return await self._api.send(to, render.text_body(message))

    async def _ask_for_contact(self, to: str) -> str:
        picture = self._settings.zalo_oa.info_image
        if not picture:
            return "-"
        try:
            return await self._api.send(to, render.form_body(picture))
        except ZaloError as error:
            if error.act is not Act.NEVER:
                raise
            log.error("zalo takes no form for the phone number", error=str(error))
            return "-"

    # --- pictures ----------------------------------------------------------------------------

    async def _picture(self, to: str, picture: Attachment) -> str:
        digest = hashlib.sha256(picture.data).hexdigest()
        after = self._clock() - UPLOADS_LIVE
        kept = await self._database.run(lambda tx: uploads.find(tx, NAME, digest, after))
        if kept:
            try:
                return await self._api.send(to, render.picture_body(kept))
            except ZaloError as error:
                if error.act is not Act.UPLOAD:
                    raise
        return await self._api.send(to, render.picture_body(await self._upload(picture, digest)))

    async def _upload(self, picture: Attachment, digest: str) -> str:
        receipt, now = await self._api.upload(picture), self._clock()
        await self._database.run(lambda tx: uploads.keep(tx, NAME, digest, receipt, now))
        return receipt

    # --- approved forms ----------------------------------------------------------------------

    async def _form(self, to: str, facts: Facts | None, row: str, why: str) -> str:
        templates = self._settings.zalo_oa.templates
        forms = {REMINDER: templates.reminder, NEWS: templates.news}
        template = forms.get(facts.form) if facts else None
        if facts is None or template is None:
            raise OutsideWindow(why)
        now = self._clock()
        morning = reminders.calm(now, self._settings.booking.reminders)
        if morning > now:
            raise NotBefore(morning)
        return await self._send_form(to, facts, template, row)

    async def _send_form(self, to: str, facts: Facts, template: Template, row: str) -> str:
        values = render.values(facts, template.parameters)
        if template.by == "uid":
            try:
                return await self._api.send_form(to, template.id, values)
            except ZaloError as error:
                if error.act is not Act.BY_PHONE:
                    raise
        phone = self._vault.open(facts.phone)
        if not phone:
            raise OutsideWindow("no phone number to send the form to")
        return await self._api.send_form_by_phone(phone, template.id, values, row)

    # --- errors ------------------------------------------------------------------------------

    async def _explained(self, sending: Coroutine[Any, Any, str]) -> str:
        """The outcome of *sending*; what concerns more than one message is seen to here."""
        try:
            receipt = await sending
        except ZaloError as error:
            meaning = explain(error, self._clock())
            if isinstance(meaning, Throttled):
                self._pace.hold(meaning.retry_after)
            if error.act in (Act.OPERATOR, Act.RENEW):
                await self._alarm.ring(str(error.number), OPERATOR.format(error=error))
                self._ringing.add(str(error.number))
            raise meaning from error
        while self._ringing:
            self._alarm.over(self._ringing.pop())
        return receipt
