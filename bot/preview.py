"""How an answer looks on each channel: how many messages, how long, which buttons.

The limits are the platforms' own; the text is what `handlers.texts` makes for every channel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.messages import Reply


@dataclass(frozen=True, slots=True)
class Limits:
    """`characters` of one message (0: any; `utf16`: counted in UTF-16 units), `buttons` under it (the rest
    is typed as a number), `title`: characters of a button that a phone shows whole."""

    name: str
    characters: int
    utf16: bool
    buttons: int
    title: int


CHANNELS = (
    Limits("Telegram", 4096, True, 100, 36),
    Limits("Zalo", 2000, False, 5, 36),
    Limits("Web", 0, False, 100, 60),
)


@dataclass(frozen=True, slots=True)
class Preview:
    """`length` of the whole text as the channel counts it, `messages` it is sent in, titles of
    `buttons`, and of those that do not fit and become `numbered` lines of text."""

    channel: Limits
    length: int
    messages: int
    buttons: tuple[str, ...]
    numbered: tuple[str, ...]


def previews(reply: Reply) -> Iterator[Preview]:
    titles = tuple(f"{button.label} ↗" if button.url else button.label for button in reply.buttons)
    for channel in CHANNELS:
        shown = titles[: channel.buttons]
        rest = titles[channel.buttons :]
        length = measure(full_text(reply), channel)
        messages = -(-length // channel.characters) if channel.characters else 1
        yield Preview(channel, length, messages, shown, rest)


def full_text(reply: Reply) -> str:
    """The text as sent, with the line that names the source."""
    return f"{reply.text}\n\nNguồn: {reply.source}" if reply.source else reply.text


def measure(text: str, channel: Limits) -> int:
    if channel.utf16:
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text)
