"""Webhooks: a platform's call is genuine, or nothing of it is used."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import structlog
from aiohttp import web

from bot.core.http_request import in_time

# Bytes. A message of 4,096 characters, each escaped, quoting another such one, takes some 60 KB.
MAX_BODY = 512 * 1024

# What is done with a genuine update; returns after the commit.
Take: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]
log = structlog.get_logger()


class SecretWebhook:
    """A webhook whose platform names a shared *secret* in *header*: hands genuine updates to *take*
    and answers 200 once they are committed."""

    def __init__(self, platform: str, header: str, secret: str, take: Take) -> None:
        self._platform = platform
        self._header = header
        self._secret = secret.encode()
        self._take = take

    async def receive(self, request: web.Request) -> web.Response:
        self._admit(request)
        return await handed_over(self._platform, self._take, parse(await raw_body(request)))

    def _admit(self, request: web.Request) -> None:
        """Raise 401 for a call without the secret, 403 for one with a wrong one. Without a secret
        of our own nobody gets in."""
        given = request.headers.get(self._header, "").encode("utf-8", "surrogateescape")
        if not given:
            raise web.HTTPUnauthorized
        if not hmac.compare_digest(given, self._secret):
            raise web.HTTPForbidden


async def raw_body(request: web.Request) -> bytes:
    """The body; raises 413 when it is too long, 408 when it takes too long."""
    return await in_time(request, request.clone(client_max_size=MAX_BODY).read())


def parse(raw: bytes) -> dict[str, Any]:
    """The JSON object in *raw*; raises 400 when it is none."""
    try:
        update = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest from error
    if not isinstance(update, dict):
        raise web.HTTPBadRequest
    return update


async def handed_over(platform: str, take: Take, update: Mapping[str, Any]) -> web.Response:
    """200 after the commit; 503 when there was none, so that the platform sends it again."""
    try:
        await take(update)
    except Exception:
        log.exception(f"{platform} update not committed; it will be sent again")
        return web.Response(status=503)
    return web.Response()
