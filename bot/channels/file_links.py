"""Small files of replies, each under an address that only its own chat was told.

A sealed file (what is held on a person) takes more than an address: on the web the session that it
was made for; elsewhere the platform opens a link, which is good for a day.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from aiohttp import web

from bot.core.crypto import BadKey, Vault
from bot.core.messages import Address, Attachment
from bot.store import key_value
from bot.store.database import Database
from bot.store.outbox import outbox
from bot.store.outbox.outbox import Letter

ROUTE = "/files/{row}/{number:[0-9]}/{mark}"
KEY = "files key"  # the mark that the addresses' secret is kept under
MAILBOX = "web"  # the channel whose readers have a session
LINK_LIVES = timedelta(days=1)  # of a sealed file
SHOWN = frozenset({"image/png"})  # types that a browser shows itself; others it keeps


class Files:
    """Gives out addresses and serves them: who has an address got it with the reply. *clock* and
    *vault* are for who serves."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime] | None = None,
        vault: Vault | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        with database.transaction() as tx:
            self._key = bytes.fromhex(key_value.once(tx, KEY, secrets.token_hex(32)))

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
        letter = await self._database.run(lambda tx: outbox.get(tx, row))
        file = _file(letter, number)
        if file.sealed and not self._open_to_links(letter):
            raise web.HTTPNotFound
        return self._response(file)

    async def serve_own(self, person: Address, row: str, number: int) -> web.Response:
        """The file to *person* themselves, whom its row was written to."""
        letter = await self._database.run(lambda tx: outbox.get(tx, row))
        if letter is None or letter.address != person:
            raise web.HTTPNotFound
        return self._response(_file(letter, number))

    def _open_to_links(self, letter: Letter | None) -> bool:
        """Whether a link alone may lead to a sealed file of this row."""
        if letter is None or self._clock is None or letter.address.channel == MAILBOX:
            return False
        return self._clock() - letter.created_at < LINK_LIVES

    def _response(self, file: Attachment) -> web.Response:
        place = "inline" if file.media_type in SHOWN else "attachment"
        try:
            opened = self._vault.open_file(file) if self._vault else file
        except BadKey as error:  # the data key is another one now
            raise web.HTTPNotFound from error
        return web.Response(
            body=opened.data,
            content_type=file.media_type,
            charset="utf-8" if file.media_type == "text/plain" else None,
            headers={
                "Content-Disposition": f'{place}; filename="{file.name}"',
                "Cache-Control": "private, no-store",
            },
        )


def _file(letter: Letter | None, number: int) -> Attachment:
    if letter is None or not 0 <= number < len(letter.reply.attachments):
        raise web.HTTPNotFound
    return letter.reply.attachments[number]
