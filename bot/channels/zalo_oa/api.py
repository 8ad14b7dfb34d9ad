"""The calls to Zalo that this service makes. An error number becomes a `ZaloError`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from aiohttp import ClientSession, FormData

from bot.channels import api_client
from bot.channels.zalo_oa.errors import OA, PHONE, Act, ZaloError
from bot.channels.zalo_oa.parse import recipient
from bot.channels.zalo_oa.tokens import Tokens
from bot.core.config.channels import ZaloOa
from bot.core.messages import Attachment
from bot.delivery.pacing import Tempo

CS = "/v3.0/oa/message/cs"
TEMPLATE = "/v3.0/oa/message/template"
UPLOAD = "/v2.0/oa/upload/image"
BY_PHONE = "/message/template"

log = structlog.get_logger()


class Api:
    """One account's API. Every call may raise `ZaloError` or a `SendError`."""

    def __init__(
        self,
        settings: ZaloOa,
        tokens: Tokens,
        session: Callable[[], ClientSession],
        tempo: Tempo,
    ) -> None:
        self._tempo = tempo
        self._settings = settings
        self._tokens = tokens
        self._session = session

    async def send(self, user: str, message: Mapping[str, Any]) -> str:
        """A consultation message; returns its id."""
        body = {"recipient": recipient(user), "message": message}
        data = await self._call(self._settings.api_url + CS, OA, json=body)
        log.debug("zalo quota", quota=data.get("quota"))
        return str(data.get("message_id", ""))

    async def send_form(self, user: str, form: str, values: Mapping[str, str]) -> str:
        """An approved form to a Zalo account; returns the message's id."""
        body = {"user_id": user, "template_id": form, "template_data": values}
        data = await self._call(self._settings.api_url + TEMPLATE, OA, json=body)
        return str(data.get("message_id", ""))

    async def send_form_by_phone(
        self, phone: str, form: str, values: Mapping[str, str], tracking: str
    ) -> str:
        """An approved form to a phone number (84…); returns the message's id. *tracking* is our own
        name of it, at most 48 characters."""
        body = {
            "phone": phone,
            "template_id": form,
            "template_data": values,
            "tracking_id": tracking[:48],
        }
        data = await self._call(self._settings.business_url + BY_PHONE, PHONE, json=body)
        log.info("zalo form sent by phone", quota=data.get("quota"))
        return str(data.get("msg_id", ""))

    async def upload(self, picture: Attachment) -> str:
        """Give Zalo a picture; returns the name to send it by, good for seven days."""
        data = await self._call(
            self._settings.api_url + UPLOAD, OA, form=lambda: _multipart(picture)
        )
        return str(data.get("attachment_id", ""))

    async def _call(
        self,
        url: str,
        table: Mapping[int, Act],
        *,
        json: Any = None,
        form: Callable[[], FormData] | None = None,
    ) -> dict[str, Any]:
        """One call; when the token is refused, once more with a new one."""
        token = await self._tokens.access()
        try:
            return await self._once(url, token, table, json, form)
        except ZaloError as error:
            if error.act is not Act.RENEW:
                raise
        token = await self._tokens.instead_of(token)
        return await self._once(url, token, table, json, form)

    async def _once(
        self,
        url: str,
        token: str,
        table: Mapping[int, Act],
        json: Any,
        form: Callable[[], FormData] | None,
    ) -> dict[str, Any]:
        body = {"data": form()} if form else {"json": json}
        async with self._tempo.message():
            answer = await api_client.post(
                self._session(), url, headers={"access_token": token}, **body
            )
        number = error_number(answer.get("error"))
        if number != 0:
            act = table.get(number, Act.NEVER)
            raise ZaloError(number, str(answer.get("message", ""))[:200], act)
        data = answer.get("data")
        return data if isinstance(data, dict) else {}


def error_number(value: Any) -> int:
    """The error's number; an answer that names none is taken for an error nobody knows."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return -1


def _multipart(picture: Attachment) -> FormData:
    form = FormData()
    form.add_field("file", picture.data, filename=picture.name, content_type=picture.media_type)
    return form
