"""Channels: each turns a platform's updates into `Incoming` and a `Reply` into its payload.

They know nothing of FAQ or bookings, and nothing of each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from aiohttp import web

from bot.core.messages import Incoming, Reply
from bot.delivery.pacing import Tempo
from bot.dialogue import Delivered

# What a channel does with a genuine update: `Dialogue.handle`. It returns after the commit; only
# then may the update be acknowledged.
Handle: TypeAlias = Callable[[Incoming], Awaitable[Delivered]]


class Channel(Protocol):
    """One platform. `name` is the channel's name in every `Address`; `tempo` is how fast it may
    send."""

    name: str
    tempo: Tempo

    def routes(self) -> list[web.RouteDef]:
        """What the platform calls; empty for channels that only poll."""
        ...

    async def start(self) -> None:
        """Connect, register commands, begin to poll or tell the platform the webhook."""
        ...

    async def stop(self) -> None:
        """Take nothing new; finish what is being handled. Sending goes on."""
        ...

    async def close(self) -> None:
        """Close connections; nothing is sent any more."""
        ...

    def trouble(self) -> str:
        """Why nothing can come or go until a person sees to it, "" when all is well; known without
        asking anybody. A platform that is down for a while is no trouble: that is what the outbox is
        for."""
        ...

    def resume(self, id: str, receipt: str) -> None:
        """The row *id* was begun before; *receipt* names those of its messages that went out."""
        ...

    def receipts(self, id: str) -> str:
        """Of those messages of the row *id* that have gone out so far."""
        ...

    async def send(self, to: str, reply: Reply, id: str) -> str:
        """Send the outbox row *id*, a *reply*, to the chat *to*; returns the platform's id of the
        message. Raises a `SendError` (bot.delivery.errors)."""
        ...
