"""How an answer looks on each channel: how many messages, how long, which buttons.

The limits are the platforms' own; the text is what `handlers.texts.common` makes for every channel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.core import privacy
from bot.core.messages import Button, Reply
from bot.faq.entries import Entry
from bot.faq.lint import House
from bot.faq.matching.matcher import Thresholds
from handlers.texts import common


@dataclass(frozen=True, slots=True)
class Limits:
    """`characters` of one message (0: any; `utf16`: counted in UTF-16 units), `buttons` under it,
    `title`: characters of a button that a phone shows whole, `dials`: whether a button can."""

    name: str
    characters: int
    utf16: bool
    buttons: int
    title: int
    dials: bool = False


CHANNELS = (
    Limits("Telegram", 4096, True, 100, 36),
    Limits("Zalo", 2000, False, 5, 36),
    Limits("Web", 0, False, 100, 60, dials=True),
)


@dataclass(frozen=True, slots=True)
class Preview:
    """`length` of the whole text as the channel counts it, `messages` it is sent in, titles of
    `buttons`; where they do not all fit, `links` become lines of the text, and what is still too
    much comes `later`, on a further page."""

    channel: Limits
    length: int
    messages: int
    buttons: tuple[str, ...]
    links: tuple[str, ...]
    later: tuple[str, ...]


def previews(reply: Reply) -> Iterator[Preview]:
    for channel in CHANNELS:
        shown = [b for b in reply.buttons if not b.wish and (channel.dials or not b.calls)]
        fit = len(shown) <= channel.buttons
        links = () if fit else tuple(button.label for button in shown if button.url)
        titles = [_title(button) for button in shown if fit or not button.url]
        most = channel.buttons if len(titles) <= channel.buttons else channel.buttons - 1
        length = measure(full_text(reply, channel), channel)
        messages = -(-length // channel.characters) if channel.characters else 1
        yield Preview(channel, length, messages, tuple(titles[:most]), links, tuple(titles[most:]))


def _title(button: Button) -> str:
    return f"{button.label} ↗" if button.url else button.label


def full_text(reply: Reply, channel: Limits = CHANNELS[-1]) -> str:
    """The text as sent, with the line that names the source, and whom to call where no button
    dials."""
    source = f"Nguồn: {reply.source}" if reply.source else ""
    calls = "" if channel.dials else reply.calls
    return "\n\n".join(part for part in (reply.text, source, calls) if part)


def measure(text: str, channel: Limits) -> int:
    if channel.utf16:
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text)


def house(today: date, quick: bool, thresholds: Thresholds) -> House:
    """What the checks need to know of the upper layers; *quick* asks no question of a matcher."""

    def message(entry: Entry) -> str:
        return full_text(common.answer(entry, (), None))

    def private(text: str) -> list[str]:
        return [kind.value for kind in privacy.mask(text).found]

    return House(today, message, private, match=not quick, thresholds=thresholds)
