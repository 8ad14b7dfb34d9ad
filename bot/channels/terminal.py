"""A conversation in the terminal: buttons are numbers."""

from __future__ import annotations

import getpass
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime

from bot.channels import Handle
from bot.core.messages import Address, Incoming, Kind, Reply

NAME = "terminal"


class Terminal:
    """One person at this terminal."""

    def __init__(self, handle: Handle, clock: Callable[[], datetime], user: str = "") -> None:
        self._handle = handle
        self._clock = clock
        self._person = Address(NAME, user or getpass.getuser())

    async def open(self, payload: str = "") -> str:
        """Open the talk, as a deep link with *payload* does."""
        return await self.say("", Kind.START, payload)

    async def say(self, text: str, kind: Kind = Kind.TEXT, data: str = "") -> str:
        """Send *text*; returns what the bot answers, ready to print."""
        incoming = Incoming(
            id=secrets.token_urlsafe(12),
            sender=self._person,
            kind=kind,
            at=self._clock(),
            text=text,
            data=data,
        )
        delivered = await self._handle(incoming)
        return render(delivered.replies)


def render(replies: Iterable[Reply]) -> str:
    """Replies as plain text. Choices are numbered as typing their number presses them."""
    return "\n\n".join(map(_render, replies))


def _render(reply: Reply) -> str:
    parts = [reply.text]
    if reply.source:
        parts.append(f"Nguồn: {reply.source}")
    if reply.calls:
        parts.append(reply.calls)
    pages = (button for button in reply.buttons if button.url and not button.calls)
    links = [f"→ {button.label}: {button.url}" for button in pages]
    if links:
        parts.append("\n".join(links))
    if reply.attachments:
        parts.append(
            "\n".join(f"[tệp {file.name}: xem được trên web]" for file in reply.attachments)
        )
    if reply.taps:
        numbered = enumerate(reply.taps, reply.first)
        parts.append("\n".join(f"  {number}. {button.label}" for number, button in numbered))
    return "\n\n".join(parts)
