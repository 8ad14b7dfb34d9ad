"""A `Reply` as Zalo's messages. Pure: value in, values out."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bot.channels import zalo_files
from bot.channels.split_text import split
from bot.channels.zalo_files import Address
from bot.channels.zalo_oa.parse import TAP
from bot.core import actions, deep_links
from bot.core.messages import Attachment, Button, Facts, Reply, Wish

MAX_TEXT = 2000  # units in one message
MAX_BUTTONS = 5
MAX_TITLE = 100
MAX_PAYLOAD = 1000
MAX_IMAGE = 1024 * 1024  # bytes
MORE = "Xem thêm lựa chọn ▸"
FORM_TITLE = "Gửi số điện thoại của bạn"
FORM_SUBTITLE = "Chỉ dùng để giữ lịch và nhắc lịch. Không gửi cũng được, bạn cứ gõ tiếp."
# Longest values of a form's parameters (ZBS documents, by the parameter's kind).
LONGEST = {"name": 30, "code": 30, "date": 20, "time": 20}
LONGEST_OTHER = 200

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Message:
    """One of Zalo's messages: text with buttons, a picture, or the form that asks for a phone
    number. Without the form everything goes on, so its refusal does no harm."""

    text: str = ""
    buttons: tuple[Button, ...] = ()
    picture: Attachment | None = None
    form: bool = False


def messages(
    reply: Reply, row: str, address: Address | None = None, public_url: str = ""
) -> tuple[Message, ...]:
    """*reply* in as few messages as its length allows; the buttons stand under the last text.

    *row* is the outbox row's id, which further pages of choices name. Files that Zalo does not take
    stand in the text as links where there is an *address*, and so does the link that people pass on
    where there is a *public_url*.
    """
    taps, links = _usable(reply)
    in_text = len(taps) + len(links) > MAX_BUTTONS
    lines = [f"→ {button.label}: {button.url}" for button in links] if in_text else []
    lines += share_lines(reply, public_url)
    text = "\n\n".join(_parts(reply, lines, address))
    buttons = (*(() if in_text else links), *taps)
    *first, last = split(unicodedata.normalize("NFC", text), MAX_TEXT)
    pictures = (Message(picture=file) for file in reply.attachments if _is_picture(file))
    asks = any(button.wish is Wish.CONTACT for button in reply.buttons)
    form = (Message(form=True),) if asks else ()
    return (*map(Message, first), Message(last, _page(reply, buttons, row)), *pictures, *form)


def _page(reply: Reply, buttons: Sequence[Button], row: str) -> tuple[Button, ...]:
    """As many buttons as fit; the last of them leads to the rest (see handlers/menu.py)."""
    if len(buttons) <= MAX_BUTTONS:
        return tuple(buttons)
    shown = MAX_BUTTONS - 1
    rest = reply.taps.index(buttons[shown])
    return (*buttons[:shown], actions.button(MORE, actions.MoreChoices(row, rest)))


def _usable(reply: Reply) -> tuple[list[Button], list[Button]]:
    """The buttons that answer, and those that open a page; the rest would be refused."""
    taps, links = [], []
    for button in reply.buttons:
        if button.wish or button.calls:
            continue
        if button.url.startswith("https://") and button.label:
            links.append(button)
        elif button.data and button.label and len(TAP + button.data) <= MAX_PAYLOAD:
            taps.append(button)
        else:
            log.error("button dropped", label=button.label, channel="zalo-oa")
    return taps, links


def _parts(reply: Reply, links: Sequence[str], address: Address | None) -> list[str]:
    files = zalo_files.lines(reply, address, _is_picture)
    source = f"Nguồn: {reply.source}" if reply.source else ""
    parts = (reply.text, source, reply.calls, "\n".join(links), "\n".join(files))
    return [part for part in parts if part]


def _is_picture(file: Attachment) -> bool:
    return file.media_type in zalo_files.PICTURES and len(file.data) <= MAX_IMAGE


def share_lines(reply: Reply, public_url: str) -> list[str]:
    """The link to an answer, to be passed on with it."""
    shared = (button for button in reply.buttons if button.wish is Wish.SHARE)
    return [
        f"{button.label}: {deep_links.web(public_url, deep_links.entry(button.entry))}"
        for button in shared
        if public_url
    ]


def text_body(message: Message) -> dict[str, Any]:
    """The payload of a text with buttons."""
    if not message.buttons:
        return {"text": message.text}
    buttons = [_button(button) for button in message.buttons]
    return {
        "text": message.text,
        "attachment": {"type": "template", "payload": {"buttons": buttons}},
    }


def _button(button: Button) -> dict[str, Any]:
    title = cut(button.label, MAX_TITLE)
    if button.url:
        return {"title": title, "type": "oa.open.url", "payload": {"url": button.url}}
    return {"title": title, "type": "oa.query.hide", "payload": TAP + button.data}


def picture_body(attachment: str) -> dict[str, Any]:
    """The payload of a picture that was uploaded."""
    elements = [{"media_type": "image", "attachment_id": attachment}]
    payload = {"template_type": "media", "elements": elements}
    return {"attachment": {"type": "template", "payload": payload}}


def form_body(picture: str) -> dict[str, Any]:
    """The payload that asks for the phone number, under the *picture* at an https address."""
    element = {"title": FORM_TITLE, "subtitle": FORM_SUBTITLE, "image_url": picture}
    payload = {"template_type": "request_user_info", "elements": [element]}
    return {"attachment": {"type": "template", "payload": payload}}


def values(facts: Facts, parameters: Mapping[Any, str]) -> dict[str, str]:
    """What an approved form gets: its own names, values no longer than it takes."""
    return {
        theirs: cut(facts.values.get(ours, ""), LONGEST.get(ours, LONGEST_OTHER))
        for ours, theirs in parameters.items()
    }


def cut(text: str, longest: int) -> str:
    """*text*, shortened with "…" when it is too long."""
    text = unicodedata.normalize("NFC", text)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
