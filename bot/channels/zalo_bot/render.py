"""A `Reply` as the Bot Platform's messages: it has no buttons, so choices are numbers in the text."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from bot.channels import zalo_files
from bot.channels.split_text import split
from bot.channels.zalo_files import Address
from bot.core import deep_links
from bot.core.messages import Attachment, Reply, Wish

MAX_TEXT = 2000  # units in one message
CHOOSE = "👉 Gõ số để chọn:"


@dataclass(frozen=True, slots=True)
class Message:
    """A text, or a picture that Zalo fetches from `photo`."""

    text: str = ""
    photo: str = ""


def messages(
    reply: Reply, address: Address | None = None, public_url: str = ""
) -> tuple[Message, ...]:
    """*reply* in as few messages as its length allows. Without an *address* files are left out,
    without a *public_url* the link that people pass on."""
    text = unicodedata.normalize("NFC", "\n\n".join(_parts(reply, address, public_url)))
    files = enumerate(reply.attachments) if address else ()
    photos = (
        Message(photo=_place(file, address(n), public_url))
        for n, file in files
        if address and _is_picture(file)
    )
    return (*(Message(part) for part in split(text, MAX_TEXT)), *photos)


def _parts(reply: Reply, address: Address | None, public_url: str) -> list[str]:
    source = f"Nguồn: {reply.source}" if reply.source else ""
    pages = (button for button in reply.buttons if button.url and not button.calls)
    links = [f"→ {button.label}: {button.url}" for button in pages]
    links += [
        f"{button.label}: {deep_links.web(public_url, deep_links.entry(button.entry))}"
        for button in reply.buttons
        if button.wish is Wish.SHARE and public_url
    ]
    files = zalo_files.lines(reply, address, _is_picture)
    parts = (reply.text, source, reply.calls, "\n".join(links), "\n".join(files), _choices(reply))
    return [part for part in parts if part]


def _choices(reply: Reply) -> str:
    if not reply.taps:
        return ""
    numbered = enumerate(reply.taps, reply.first or 1)
    return "\n".join([CHOOSE, *(f"{number}. {button.label}" for number, button in numbered)])


def _place(file: Attachment, address: str, public_url: str) -> str:
    """Where Zalo fetches the picture from; one that is drawn when it is wanted has a place for all."""
    return f"{public_url}/cards/{file.card}.png" if file.card else address


def _is_picture(file: Attachment) -> bool:
    return file.media_type in zalo_files.PICTURES
