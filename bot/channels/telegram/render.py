"""A `Reply` as Telegram's messages. Pure: value in, values out.

Telegram counts UTF-16 units: an emoji counts two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

import structlog

from bot.channels.split_text import split, units
from bot.core import actions, deep_links
from bot.core.messages import Attachment, Button, Reply, Wish

MAX_TEXT = 4096  # UTF-16 units in one message
MAX_BUTTONS = 100
SHORT_LABEL = 16  # UTF-16 units: two such buttons fit side by side on a small phone
WISH_LINE = "👇 Hoặc bấm nút ở bàn phím bên dưới để gửi cho nhanh."
DEVICE = frozenset({Wish.CONTACT, Wish.LOCATION})
LINKS = frozenset({Wish.SHARE, Wish.PRIVATE})
GIST = 300  # UTF-16 units of an answer that go with a link to it
SCHEMES = ("https://", "http://", "tg://")

Rows: TypeAlias = tuple[tuple[Button, ...], ...]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Message:
    """One of Telegram's messages: plain text with rows of buttons under it, or a file.

    `wishes` are buttons in place of the phone's keyboard, which ask it for a number or a place.
    """

    text: str = ""
    rows: Rows = ()
    wishes: tuple[Button, ...] = ()
    file: Attachment | None = None


def messages(reply: Reply, username: str = "") -> tuple[Message, ...]:
    """*reply* in as few messages as its length allows; the buttons stand under the last text.

    Telegram shows one kind of keyboard under a message, so wishes get a line of their own, but for
    those that are links to the bot of this *username*.
    """
    source = f"Nguồn: {reply.source}" if reply.source else ""
    text = "\n\n".join(part for part in (reply.text, source, reply.calls) if part)
    *first, last = split(text, MAX_TEXT)
    wishes = tuple(button for button in reply.buttons if button.wish in DEVICE)
    opened = (_opened(button, reply, username) for button in reply.buttons)
    buttons = rows(b for b in opened if not (b.wish or b.calls))
    asked = (Message(WISH_LINE, wishes=wishes),) if wishes else ()
    files = (Message(file=file) for file in reply.attachments)
    return (*map(Message, first), Message(last, buttons), *files, *asked)


def _opened(button: Button, reply: Reply, username: str) -> Button:
    """A wish for a link to us becomes that link, where we know who we are."""
    if not username or button.wish not in LINKS:
        return button
    address = deep_links.telegram(username, deep_links.entry(button.entry))
    if button.wish is Wish.SHARE:
        gist = split(reply.text, GIST)[0]
        address = deep_links.telegram_share(address, gist)
    return Button(button.label, url=address)


def rows(buttons: Iterable[Button]) -> Rows:
    """Long labels one to a row, short neighbours two to a row.

    Short ones are paired from the end of their run, so that the last two (👍 👎) stay together.
    """
    usable = [button for button in buttons if _usable(button)][:MAX_BUTTONS]
    found: list[tuple[Button, ...]] = []
    for short, run in groupby(usable, lambda button: units(button.label) <= SHORT_LABEL):
        neighbours = list(run)
        found += _pairs(neighbours) if short else [(button,) for button in neighbours]
    return tuple(found)


def _pairs(run: Sequence[Button]) -> list[tuple[Button, ...]]:
    alone = len(run) % 2
    pairs = [tuple(run[n : n + 2]) for n in range(alone, len(run), 2)]
    return [(run[0],), *pairs] if alone else pairs


def _usable(button: Button) -> bool:
    """Telegram would refuse the whole message for one button of these."""
    size = len(button.data.encode())
    acts = button.url.startswith(SCHEMES) if button.url else 1 <= size <= actions.LONGEST
    usable = bool(button.label) and acts
    if not usable:
        log.error("button dropped", label=button.label, bytes=size, channel="telegram")
    return usable
