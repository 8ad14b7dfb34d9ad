"""Telegram's updates as `Incoming`. Pure: JSON in, value out.

The JSON is read as it comes, not through the library's classes: this is the hot path of the
webhook, and an update with a part that nobody has heard of yet must not fail.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bot.channels.telegram.groups import GROUPS, Me, said_to
from bot.messages import OWN, Address, Incoming, Kind

NAME = "telegram"
UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "inline_query")
GROUP_COMMANDS = frozenset({"start", "menu", "help", "hoi", "datlich", "lichcuatoi", "canbo"})

Json: TypeAlias = Mapping[str, Any]

# `/command@bot_name rest`
COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)

# The first part found in a message says what it is. An animation carries a `document` as well, and
# a venue a `location`.
MEDIA = {
    "photo": Kind.PHOTO,
    "voice": Kind.VOICE,
    "audio": Kind.VOICE,
    "video_note": Kind.VOICE,
    "sticker": Kind.STICKER,
    "animation": Kind.STICKER,
    "dice": Kind.STICKER,
    "video": Kind.DOCUMENT,
    "document": Kind.DOCUMENT,
    "location": Kind.LOCATION,
}

# Traces that the app leaves in the chat; nobody said anything.
SERVICE = frozenset({
    "pinned_message", "message_auto_delete_timer_changed", "write_access_allowed",
    "connected_website", "chat_background_set", "boost_added",
})  # fmt: skip


def incoming(update: Json, now: datetime, me: Me | None = None) -> Incoming | None:
    """What a person did; None for what is not for us: what people say to each other in groups, and
    updates of unknown kinds. Without knowing who we are (*me*), groups are not heard."""
    match update:
        case {"update_id": int(id_), "message": {"chat": {"type": str(type_)}} as message} if (
            type_ in GROUPS
        ):
            return _in_group(str(id_), message, now, me) if me else None
        case {"update_id": int(id_), "message": {"chat": {"type": "private"}} as message}:
            return _message(str(id_), message, now, edited=False)
        case {"update_id": int(id_), "edited_message": {"chat": {"type": "private"}} as message}:
            # A live location is "edited" every few seconds: only words count.
            return _message(str(id_), message, now, edited=True) if "text" in message else None
        case {"update_id": int(id_), "callback_query": {"from": {"id": int(user)}} as query}:
            return _tap(str(id_), user, query, now)
        case {"update_id": int(id_), "my_chat_member": {"chat": {"type": "private"}} as change}:
            return _membership(str(id_), change, now)
    return None


def inline(update: Json) -> tuple[str, str, str] | None:
    """Who is writing a question behind the bot's name in some chat: id of the query, of the person,
    and the words so far."""
    match update:
        case {"inline_query": {"id": str(id_), "from": {"id": int(user)}, "query": str(words)}}:
            return id_, str(user), words
    return None


def query_id(update: Json) -> str | None:
    """The id of a pressed button, which Telegram wants acknowledged."""
    match update:
        case {"callback_query": {"id": str(id_)}}:
            return id_
    return None


def _message(id_: str, message: Json, now: datetime, *, edited: bool) -> Incoming | None:
    sender = _address(message["chat"])
    if sender is None or not SERVICE.isdisjoint(message):
        return None
    kind, text, data = _content(message)
    return Incoming(id_, sender, kind, _date(message, now), text, data, edited)


def _in_group(id_: str, message: Json, now: datetime, me: Me) -> Incoming | None:
    """The group is who asks: the answer goes to all of it."""
    words = said_to(me, message, GROUP_COMMANDS)
    sender = _address(message["chat"])
    if words is None or sender is None:
        return None
    kind, text, data = _text(words)
    return Incoming(id_, sender, kind, _date(message, now), text, data, public=True)


def _content(message: Json) -> tuple[Kind, str, str]:
    """Kind, text and data of a message."""
    match message:
        case {"text": str(text)}:
            return _text(text)
        case {"contact": {"user_id": int(owner), "phone_number": str(phone)}, "from": {"id": user}}:
            return (Kind.CONTACT, phone, OWN) if owner == user else (Kind.UNKNOWN, "", "")
        case {"location": {"latitude": float(latitude), "longitude": float(longitude)}}:
            return Kind.LOCATION, "", f"{latitude:.5f},{longitude:.5f}"
    found = next((kind for name, kind in MEDIA.items() if name in message), Kind.UNKNOWN)
    return found, "", ""


def _text(text: str) -> tuple[Kind, str, str]:
    command = COMMAND.fullmatch(text.strip())
    if command is None:
        return Kind.TEXT, text, ""
    name, rest = command[1].lower(), (command[2] or "").strip()
    if name == "start":
        return Kind.START, "", rest
    return Kind.TEXT, f"/{name} {rest}".rstrip(), ""


def _tap(id_: str, user: int, query: Json, now: datetime) -> Incoming | None:
    """A pressed button. The message under it may be too old for Telegram to name; a private chat
    has its person's id."""
    match query:
        case {"message": {"chat": {"type": str(type_)}}} if type_ != "private":
            return None
        case {"data": str(data)}:
            return Incoming(id_, Address(NAME, str(user)), Kind.BUTTON, now, data=data)
    return None


def _membership(id_: str, change: Json, now: datetime) -> Incoming | None:
    sender = _address(change["chat"])
    match change:
        case {"new_chat_member": {"status": "kicked"}}:
            kind = Kind.BLOCKED
        case {"new_chat_member": {"status": "member"}}:
            kind = Kind.UNBLOCKED
        case _:
            return None
    return Incoming(id_, sender, kind, _date(change, now)) if sender else None


def _address(chat: Json) -> Address | None:
    match chat:
        case {"id": int(id_)}:
            return Address(NAME, str(id_))
    return None


def _date(part: Json, now: datetime) -> datetime:
    """When it happened, in UTC; *now* where Telegram does not say (0: too old to tell)."""
    match part:
        case {"date": int(seconds)} if 0 < seconds < 1 << 33:
            return datetime.fromtimestamp(seconds, UTC)
    return now
