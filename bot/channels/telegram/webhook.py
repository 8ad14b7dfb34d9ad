"""The webhook: Telegram's call is genuine, or it is not even read."""

from __future__ import annotations

import hmac
import json
from typing import Any

import structlog
from aiohttp import web

from bot.channels.telegram.polling import Take

PATH = "/webhook/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
# Bytes. A message of 4,096 characters, each escaped, quoting another such one, takes some 60 KB.
MAX_BODY = 512 * 1024

log = structlog.get_logger()


class Webhook:
    """Hands genuine updates to *take* and answers 200 once they are committed."""

    def __init__(self, secret: str, take: Take) -> None:
        self._secret = secret.encode()
        self._take = take

    async def receive(self, request: web.Request) -> web.Response:
        self._admit(request)
        update = await _read(request)
        try:
            await self._take(update)
        except Exception as error:
            log.exception("telegram update not committed; it will be sent again")
            raise web.HTTPServiceUnavailable from error
        return web.Response()

    def _admit(self, request: web.Request) -> None:
        """Raise 401 for a call without the secret, 403 for one with a wrong one. Without a secret
        of our own nobody gets in."""
        given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        if not given:
            raise web.HTTPUnauthorized
        if not hmac.compare_digest(given, self._secret):
            raise web.HTTPForbidden


async def _read(request: web.Request) -> dict[str, Any]:
    """The update; raises 413 when it is too long and 400 when it is no JSON object."""
    raw = await request.clone(client_max_size=MAX_BODY).read()
    try:
        update = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest from error
    if not isinstance(update, dict):
        raise web.HTTPBadRequest
    return update
