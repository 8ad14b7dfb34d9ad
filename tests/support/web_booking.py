"""A browser that books over the web chat's API, on one kept-alive connection."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.core.actions import Confirm, Hold, NoName
from tests.support.buttons import first
from tests.support.load import answer, post

CODE = re.compile(r"[Mm]ã(?: hẹn:)? ([A-Z0-9]{6})\b")


@dataclass
class Browser:
    """One kept-alive connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    session: str = ""

    async def presses(self, button: str) -> tuple[str, list[str]]:
        """What was said, and the data of the buttons under it."""
        body = json.dumps({"session": self.session, "button": button}).encode()
        self.writer.write(post("/api/chat", body))
        status, data = await answer(self.reader)
        assert status == 200
        said = json.loads(data)
        self.session = said["session"]
        texts = [reply["text"] for reply in said["replies"]]
        buttons = [b.get("data", "") for reply in said["replies"] for b in reply["buttons"]]
        return "\n".join(texts), buttons


@asynccontextmanager
async def browser(port: int, session: str = "") -> AsyncIterator[Browser]:
    opened = Browser(*await asyncio.open_connection("127.0.0.1", port), session)
    try:
        yield opened
    finally:
        opened.writer.close()
        await opened.writer.wait_closed()


async def new_session(port: int) -> str:
    async with browser(port) as opened:
        await opened.presses("start")
        return opened.session


async def book(port: int, session: str, slots: Sequence[str]) -> str | None:
    """Tap until a place is confirmed or every hour is full; the code that was told."""
    async with browser(port, session) as here:
        for slot in slots:
            text, buttons = await here.presses(Hold("the", slot).pack())
            for kind in (NoName, Confirm):
                if (button := first(kind, buttons)) is not None:
                    text, buttons = await here.presses(button.pack())
            if found := CODE.search(text):
                return found[1]
    return None
