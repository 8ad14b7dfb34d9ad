"""Pictures of answers: drawn when somebody wants one, from the FAQ as it reads today, and remembered."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from aiohttp import web

from bot.core.clock import VIETNAM
from bot.core.config import Settings
from bot.core.messages import Attachment, Reply
from bot.faq.entries import Kind
from bot.faq.matching.matcher import Matcher
from bot.outreach import card_page, cards

ROUTE = "/cards/{entry:[a-z0-9-]{1,48}}.png"
KEPT_FOR = (
    3600  # seconds that a browser or a proxy may show it unasked: a day's fee ends at midnight
)


class Gallery:
    """`matcher` is asked for anew each time, so that a changed FAQ is drawn anew."""

    def __init__(
        self, matcher: Callable[[], Matcher], settings: Settings, clock: Callable[[], datetime]
    ) -> None:
        self._matcher = matcher
        self._settings = settings
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [web.get(ROUTE, self.serve)]

    def picture(self, entry: str) -> bytes | None:
        """The picture of an answer; None when there is no such answer (any more)."""
        found = self._matcher().faq.entries.get(entry)
        if found is None or found.kind is not Kind.ANSWER:
            return None
        today = self._clock().astimezone(VIETNAM).date()
        return card_page.draw(cards.of(found, self._settings, today))

    def complete(self, reply: Reply) -> Reply:
        """*reply* with the pictures that it only names; one that can be drawn no more is left out."""
        if not any(file.card for file in reply.attachments):
            return reply
        files = (self._drawn(file) for file in reply.attachments)
        return replace(reply, attachments=tuple(file for file in files if file))

    def _drawn(self, file: Attachment) -> Attachment | None:
        if not file.card:
            return file
        data = self.picture(file.card)
        return replace(file, content=b64encode(data).decode()) if data else None

    async def serve(self, request: web.Request) -> web.Response:
        data = await asyncio.to_thread(self.picture, request.match_info["entry"])
        if data is None:
            raise web.HTTPNotFound
        response = web.Response(body=data, content_type="image/png")
        response.headers["Cache-Control"] = f"public, max-age={KEPT_FOR}"
        response.etag = hashlib.sha256(data).hexdigest()[:32]
        if request.if_none_match and response.etag in request.if_none_match:
            raise web.HTTPNotModified(headers=response.headers)
        return response
