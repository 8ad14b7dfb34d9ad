"""Small files of replies, each under an address that only its own chat was told."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable

from aiohttp import web

from bot.messages import Attachment, Reply
from bot.store import marks, outbox
from bot.store.database import Database

ROUTE = "/files/{row}/{number:[0-9]}/{mark}"
KEY = "files key"  # the mark that the addresses' secret is kept under
SHOWN = frozenset({"image/png"})  # types that a browser shows itself; others it keeps


class Files:
    """Gives out addresses and serves them: who has an address got it with the reply."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.transaction() as tx:
            self._key = bytes.fromhex(marks.once(tx, KEY, secrets.token_hex(32)))

    def address(self, row: str, number: int) -> str:
        return f"files/{row}/{number}/{self._mark(row, number)}"

    def public(self, url: str) -> Callable[[str, int], str] | None:
        """Gives out whole addresses under the public *url*; None where there is none."""
        return (lambda row, number: f"{url}/{self.address(row, number)}") if url else None

    def _mark(self, row: str, number: int) -> str:
        return hmac.new(self._key, f"file {row} {number}".encode(), "sha256").hexdigest()[:32]

    async def serve(self, request: web.Request) -> web.Response:
        row, number = request.match_info["row"], int(request.match_info["number"])
        mark = self._mark(row, number).encode()
        if not hmac.compare_digest(mark, request.match_info["mark"].encode()):
            raise web.HTTPNotFound
        reply = await self._database.run(lambda tx: outbox.reply_of(tx, row))
        file = _file(reply, number)
        place = "inline" if file.media_type in SHOWN else "attachment"
        return web.Response(
            body=file.data,
            content_type=file.media_type,
            headers={
                "Content-Disposition": f'{place}; filename="{file.name}"',
                "Cache-Control": "private, no-store",
            },
        )


def _file(reply: Reply | None, number: int) -> Attachment:
    if reply is None or number >= len(reply.attachments):
        raise web.HTTPNotFound
    return reply.attachments[number]
