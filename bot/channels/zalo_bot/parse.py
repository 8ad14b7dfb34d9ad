"""The Bot Platform's updates as `Incoming`. Pure: JSON in, value out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bot.messages import Address, Incoming, Kind

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


def unwrapped(update: Json) -> Json:
    """The update itself: a webhook gets it in an envelope, polling does not."""
    inside = update.get("result")
    return inside if isinstance(inside, dict) else update


def incoming(update: Json, now: datetime) -> Incoming | None:
    """What a person did; None for what is not for us: groups, other bots, no person at all."""
    update = unwrapped(update)
    match update:
        case {
            "event_name": str(name),
            "message": {
                "message_id": str() | int() as id_,
                "chat": {"id": str() | int() as chat} as place,
            } as message,
        } if id_ and chat:
            if place.get("chat_type", "PRIVATE") != "PRIVATE" or _is_bot(message):
                return None
            kind, text = _content(name, message)
            return Incoming(str(id_), Address(NAME, str(chat)), kind, _date(message, now), text)
    return None


def _is_bot(message: Json) -> bool:
    match message:
        case {"from": {"is_bot": True}}:
            return True
    return False


def _content(name: str, message: Json) -> tuple[Kind, str]:
    if name == TEXT and isinstance(text := message.get("text"), str):
        return Kind.TEXT, text
    return MEDIA.get(name, Kind.UNKNOWN), ""


def _date(message: Json, now: datetime) -> datetime:
    """When it happened, in UTC, from milliseconds; *now* where Zalo does not say."""
    match message:
        case {"date": int(milliseconds)} if 0 < milliseconds < 1 << 43:
            return datetime.fromtimestamp(milliseconds / 1000, UTC)
    return now
