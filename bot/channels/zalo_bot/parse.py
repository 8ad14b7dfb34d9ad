"""The Bot Platform's updates as `Incoming`. Pure: JSON in, value out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bot.channels.reading import SIGNS, said, shown, words
from bot.core.messages import Address, Incoming, Kind

NAME = "zalo-bot"

Json: TypeAlias = Mapping[str, Any]

MEDIA = {
    "message.image.received": Kind.PHOTO,
    "message.sticker.received": Kind.STICKER,
    "message.voice.received": Kind.VOICE,
    # Zalo keeps from us what protected people write: children, the disabled, those who cannot read.
    "message.unsupported.received": Kind.HIDDEN,
}
TEXT = "message.text.received"
# Who somebody is and what they answer to: nothing that they say.
NOT_SAID = frozenset({"from", "chat", "quote", "reply_to_message"})


def unwrapped(update: Json) -> Json:
    """The update itself: a webhook gets it in an envelope, polling does not."""
    inside = update.get("result")
    return inside if isinstance(inside, dict) else update


def incoming(update: Json, now: datetime) -> Incoming | None:
    """What a person did; None for what is not for us: groups, other bots, no person at all."""
    update = unwrapped(update)
    message, person = update.get("message"), _person(update)
    if not isinstance(message, dict) or person is None or _is_anothers(message):
        return None
    id_ = message.get("message_id")
    known = isinstance(id_, str | int) and id_
    at = _date(message, now)
    kind, text, beside = _content(str(update.get("event_name")), message)
    seen = shown(words(message, SIGNS, {"from", "chat"}), text, *text.splitlines())
    return Incoming(
        str(id_) if known else mark(update), person, kind, at, text, beside=beside, shown=seen
    )


def overlooked(update: Json) -> str:
    """The kind of an *update* that somebody may have said something with and nothing can be made of;
    "" for others. To ask where `incoming` finds nothing."""
    update = unwrapped(update)
    message = update.get("message")
    if isinstance(message, dict) and _is_anothers(message):
        return ""
    return str(update.get("event_name") or "without a name") if update else ""


def mark(update: Json) -> str:
    """What an update is known by that has no id; names nobody."""
    raw = json.dumps(unwrapped(update), sort_keys=True).encode()
    return hashlib.sha256(raw).hexdigest()[:16]


def _person(update: Json) -> Address | None:
    """Whose private chat it is: the chat has its person's id."""
    match update:
        case {"message": {"chat": {"id": str() | int() as id_}}} if id_:
            return Address(NAME, str(id_))
        case {"message": {"from": {"id": str() | int() as id_}}} if id_:
            return Address(NAME, str(id_))
    return None


def _is_anothers(message: Json) -> bool:
    """Whether a group, or a bot, said it."""
    match message:
        case {"chat": {"chat_type": str(type_)}} if type_ != "PRIVATE":
            return True
        case {"from": {"is_bot": True}}:
            return True
    return False


def _content(name: str, message: Json) -> tuple[Kind, str, Kind | None]:
    """Kind and text of a message, and what came beside its words."""
    medium = MEDIA.get(name)
    text = said(message.get("text")) or said(message.get("caption"))
    if not text and medium is not Kind.PHOTO:
        text = "\n".join(words(message, skip=NOT_SAID))
    if text:
        return Kind.TEXT, text, medium if medium is not Kind.HIDDEN else None
    if name == TEXT and isinstance(message.get("text"), str):
        return Kind.TEXT, "", None
    return medium or Kind.UNKNOWN, "", None


def _date(message: Json, now: datetime) -> datetime:
    """When it happened, in UTC, from milliseconds; *now* where Zalo does not say."""
    match message:
        case {"date": int(milliseconds)} if 0 < milliseconds < 1 << 43:
            return datetime.fromtimestamp(milliseconds / 1000, UTC)
    return now
