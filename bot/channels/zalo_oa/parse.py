"""Zalo's events as `Incoming`. Pure: JSON in, value out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bot.messages import Address, Incoming, Kind

NAME = "zalo-oa"
# A tap comes back as a text that is the button's payload: this sign, then our data. Anybody can
# type that too, so it is as little trusted as any other button's data.
TAP = "#vneid:"

Json: TypeAlias = Mapping[str, Any]

MEDIA = {
    "user_send_image": Kind.PHOTO,
    "user_send_gif": Kind.STICKER,
    "user_send_sticker": Kind.STICKER,
    "user_send_audio": Kind.VOICE,
    "user_send_video": Kind.DOCUMENT,
    "user_send_file": Kind.DOCUMENT,
    "user_send_location": Kind.LOCATION,
    "user_send_link": Kind.UNKNOWN,
    "user_send_business_card": Kind.UNKNOWN,  # anybody's: only the form gives one's own number
}
FOLLOWING = {"follow": Kind.START, "unfollow": Kind.BLOCKED}
# Not said to us, but a sign of life: we may write to them again for a while.
SIGNS = frozenset({"user_click_chatnow", "user_click_button", "user_call_oa"})
# About what we sent, or from people who are no account (yet). `oa_send_…` are our own echoes.
IGNORED = frozenset({"user_received_message", "user_seen_message", "user_reacted_message"})
ECHO = "oa_send_"


def account(event: Json) -> str:
    """The Official Account that *event* came to; "" when it does not say."""
    match event:
        case {"oa_id": str() | int() as id_}:
            return str(id_)
        case {"event_name": str(name), "sender": {"id": str() | int() as id_}} if name.startswith(
            ECHO
        ):
            return str(id_)
        case {"recipient": {"id": str() | int() as id_}}:
            return str(id_)
    return ""


def interaction(event: Json, now: datetime) -> tuple[Address, datetime] | None:
    """Who has just done something that lets us write to them for a while, and when."""
    name = str(event.get("event_name"))
    sender = _sender(event)
    alive = (
        name in SIGNS or name in MEDIA or name in {"follow", "user_send_text", "user_submit_info"}
    )
    return (sender, min(when(event, now), now)) if sender and alive else None


def incoming(event: Json, now: datetime) -> Incoming | None:
    """What a person did; None for what is not for the dialogue."""
    name, sender = event.get("event_name"), _sender(event)
    if sender is None or not isinstance(name, str):
        return None
    found = _content(name, event)
    if found is None:
        return None
    kind, text, data = found
    return Incoming(_id(name, event, sender), sender, kind, when(event, now), text, data)


def known(event: Json) -> bool:
    """Whether *event* is one that the documents name."""
    name = str(event.get("event_name"))
    names = {*MEDIA, *FOLLOWING, *SIGNS, *IGNORED, "user_send_text", "user_submit_info"}
    return name in names or name.startswith(ECHO)


def _content(name: str, event: Json) -> tuple[Kind, str, str] | None:
    """Kind, text and data."""
    match name, event:
        case "user_send_text", {"message": {"text": str(text)}}:
            return _text(text)
        case "user_send_link", {"message": {"text": str(text)}} if text.strip():
            return Kind.TEXT, text, ""
        case "user_submit_info", {"info": {"phone": str() | int() as phone}} if phone:
            return Kind.CONTACT, str(phone), ""
        case "user_send_location", {"message": {"attachments": [{"payload": payload}, *_]}}:
            return Kind.LOCATION, "", _place(payload)
    kind = MEDIA.get(name) or FOLLOWING.get(name)
    return (kind, "", "") if kind else None


def _text(text: str) -> tuple[Kind, str, str]:
    if text.startswith(TAP):
        return Kind.BUTTON, "", text.removeprefix(TAP).strip()
    return Kind.TEXT, text, ""


def _place(payload: Any) -> str:
    """ "latitude,longitude", or "" when Zalo does not say."""
    try:
        place = payload["coordinates"]
        latitude, longitude = float(place["latitude"]), float(place["longitude"])
    except (KeyError, TypeError, ValueError):
        return ""
    return f"{latitude:.5f},{longitude:.5f}"


def _sender(event: Json) -> Address | None:
    match event:
        case {"follower": {"id": str() | int() as id_}} | {"sender": {"id": str() | int() as id_}}:
            return Address(NAME, str(id_)) if str(id_).isdigit() else None
    return None


def _id(name: str, event: Json, sender: Address) -> str:
    """The message's id; events without one are told apart by who, what and when."""
    match event:
        case {"message": {"msg_id": str() | int() as id_}} if id_:
            return str(id_)
    return f"{name}:{sender.user}:{event.get('timestamp', '')}"


def when(event: Json, now: datetime) -> datetime:
    """When it happened, in UTC, from milliseconds in text; *now* where Zalo does not say."""
    text = str(event.get("timestamp", ""))
    if not (text.isascii() and text.isdigit() and 12 <= len(text) <= 13):
        return now
    return datetime.fromtimestamp(int(text) / 1000, UTC)
