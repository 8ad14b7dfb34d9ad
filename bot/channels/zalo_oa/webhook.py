"""Zalo's webhook: a call is genuine, or nothing of it is used.

`X-ZEvent-Signature: mac=<hex>` is the SHA-256 (no HMAC) of an id, the raw body, a time and a secret,
one after the other. Which id, which time and which secret the documents do not agree on, so each
combination of what they name is tried: every one of them ends in a secret, so nobody can forge any.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any, TypeAlias

import structlog
from aiohttp import web

from bot.channels.secret_webhook import Take, handed_over, parse, raw_body
from bot.channels.zalo_oa.parse import account
from bot.core.config.channels import ZaloOa

PATH = "/webhook/zalo-oa"
SIGNATURE, TIMESTAMP = "X-ZEvent-Signature", "X-ZEvent-Timestamp"

Variant: TypeAlias = tuple[str, str, str]  # the names of the id, the time and the secret
log = structlog.get_logger()


class Webhook:
    """Hands genuine events to *take* and answers 200 once they are committed."""

    def __init__(self, settings: ZaloOa, take: Take) -> None:
        self._settings = settings
        self._take = take
        self._seen: set[Variant] = set()

    async def receive(self, request: web.Request) -> web.Response:
        raw = await raw_body(request)
        if raw.strip() in (b"", b"{}"):
            return web.Response()  # the console looks whether the address answers
        event = parse(raw)
        self._admit(request, raw, event)
        return await handed_over("zalo-oa", self._take, event)

    def _admit(self, request: web.Request, raw: bytes, event: dict[str, Any]) -> None:
        """Raise 401 for a call without a signature, 403 for one with a wrong one."""
        given = request.headers.get(SIGNATURE, "").strip().removeprefix("mac=").lower()
        if not given:
            raise web.HTTPUnauthorized
        variant = _match(given, candidates(self._settings, request, raw, event))
        if variant is None:
            log.warning("zalo webhook refused: wrong signature", length=len(raw))
            raise web.HTTPForbidden
        if variant not in self._seen:
            self._seen.add(variant)
            log.info("zalo signature matched", id=variant[0], time=variant[1], secret=variant[2])


def candidates(
    settings: ZaloOa, request: web.Request, raw: bytes, event: dict[str, Any]
) -> Iterable[tuple[Variant, str]]:
    """Each documented variant of the formula, and its digest."""
    ids = {"app_id": settings.app_id, "oa_id": settings.oa_id or account(event)}
    times = {"body": event.get("timestamp", ""), "header": request.headers.get(TIMESTAMP, "")}
    keys = {"oa_secret": settings.oa_secret, "app_secret": settings.app_secret}
    for id_name, id_ in ids.items():
        for time_name, time in times.items():
            for key_name, key in keys.items():
                if key:
                    yield (id_name, time_name, key_name), digest(id_, raw, str(time), key)


def digest(id_: str, raw: bytes, time: str, key: str) -> str:
    text = _bytes(id_) + raw + _bytes(time) + _bytes(key)
    return hashlib.sha256(text).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _match(given: str, found: Iterable[tuple[Variant, str]]) -> Variant | None:
    """The variant whose digest is *given*; all are compared, each in constant time."""
    matching = [
        variant
        for variant, expected in found
        if hmac.compare_digest(_bytes(given), expected.encode())
    ]
    return matching[0] if matching else None
