"""Somebody who chats, and a clock that moves only when a test says so."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.actions import Action
from bot.core.messages import Address, Incoming, Kind, Reply
from bot.dialogue import Delivered


@dataclass
class Clock:
    """Time that moves only when a test says so."""

    now: datetime = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 10:00 in Vietnam

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Heard:
    """What the bot said to one message."""

    replies: tuple[Reply, ...]

    @property
    def text(self) -> str:
        return "\n---\n".join(reply.text for reply in self.replies)

    @property
    def buttons(self) -> dict[str, str]:
        """Label -> data of all buttons."""
        return {b.label: b.data for reply in self.replies for b in reply.buttons}

    @property
    def entries(self) -> list[str]:
        return [reply.entry for reply in self.replies if reply.entry]

    @property
    def tones(self) -> list[str]:
        return [reply.tone.value for reply in self.replies]


@dataclass
class Person:
    """Somebody who chats. Every message has a new update id unless one is given."""

    handle: Callable[[Incoming], Delivered]
    address: Address
    clock: Clock
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def does(self, kind: Kind, text: str = "", data: str = "", **more: Any) -> Heard:
        id_ = str(more.pop("id", "") or f"{self.address.user}-{next(self.ids)}")
        incoming = Incoming(id_, self.address, kind, self.clock(), text, data, **more)
        return Heard(self.handle(incoming).replies)

    def says(self, text: str, **more: Any) -> Heard:
        return self.does(Kind.TEXT, text=text, **more)

    def presses(self, button: str | Action, **more: Any) -> Heard:
        data = button.pack() if isinstance(button, Action) else button
        return self.does(Kind.BUTTON, data=data, **more)
