"""Zalo's events as `Incoming`. Pure: JSON in, value out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bot.channels.reading import SIGNS as READABLE
from bot.channels.reading import said, shown, words
from bot.core.messages import Address, Incoming, Kind

NAME = "zalo-oa"
# A tap comes back as a text that is the button's payload: this sign, then our data. Anybody can
# type that too, so it is as little trusted as any other button's data.
TAP = "#vneid:"

Json: TypeAlias = Mapping[str, Any]

# `user_send_image`, or `anonymous_send_image` of somebody who is no account (yet).
SENT = re.compile(r"(user|anonymous)_send_(?!group_)(\w+)")
TEXT, CARD = "text", "business_card"
MEDIA = {
    "image": Kind.PHOTO,
    "gif": Kind.STICKER,
    "sticker": Kind.STICKER,
    "audio": Kind.VOICE,
    "video": Kind.DOCUMENT,
    "file": Kind.DOCUMENT,
    "location": Kind.LOCATION,
    "link": Kind.UNKNOWN,
    CARD: Kind.UNKNOWN,  # anybody's: only the form gives one's own number
}
FOLLOWING = {"follow": Kind.START, "unfollow": Kind.BLOCKED}
FORM = "user_submit_info"
# Not said to us, but a sign of life: we may write to them again for a while.
SIGNS = frozenset({"user_click_chatnow", "user_click_button", "user_call_oa"})
# About what we sent, or said in a group of Zalo's. `oa_…` are our own echoes.
IGNORED = frozenset({
    "user_received_message", "user_seen_message", "user_reacted_message", "anonymous_reacted_message",
})  # fmt: skip
ECHO = "oa_"
GROUP = "group"
# In an address of somebody who is no account: "anonymous:<their id>:<id of the talk>".
ANONYMOUS = "anonymous"
OPAQUE = re.compile(r"[\w-]{1,64}", re.ASCII)
PICTURES = frozenset(
    {"image", "gif", "sticker", "audio"}
)  # whose addresses lead to Zalo's own store


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
        name in SIGNS
        or name in {"follow", FORM}
        or ((sent := SENT.fullmatch(name)) and sent[1] == "user")
    )
    return (sender, min(when(event, now), now)) if sender and alive else None


def incoming(event: Json, now: datetime) -> Incoming | None:
    """What a person did; None for what is not for the dialogue."""
    name, sender = event.get("event_name"), _sender(event)
    if sender is None or not isinstance(name, str) or _passed_over(name):
        return None
    at, id_ = when(event, now), _id(name, event, sender)
    match FOLLOWING.get(name), event:
        case Kind() as kind, _:
            return Incoming(id_, sender, kind, at)
        case _, {"info": {"phone": str() | int() as phone}} if name == FORM and phone:
            return Incoming(id_, sender, Kind.CONTACT, at, str(phone))
    sent = SENT.fullmatch(name)
    message = event.get("message")
    if not isinstance(message, dict) and not sent:
        return None
    return _message(id_, sender, at, sent[2] if sent else "", _object(message))


def known(event: Json) -> bool:
    """Whether *event* is one that the documents name."""
    name = str(event.get("event_name"))
    sent = SENT.fullmatch(name)
    named = sent is not None and sent[2] in {TEXT, *MEDIA}
    return named or _passed_over(name) or name in {*FOLLOWING, FORM}


def overlooked(event: Json) -> str:
    """The name of an *event* that somebody may have said something with and nothing can be made of;
    "" for others. To ask where `incoming` finds nothing."""
    name = event.get("event_name")
    if not isinstance(name, str):
        return "without a name"
    spoken = SENT.fullmatch(name) or (isinstance(event.get("message"), dict) and not known(event))
    return name if spoken and not _passed_over(name) else ""


def _passed_over(name: str) -> bool:
    return name in SIGNS or name in IGNORED or name.startswith(ECHO) or GROUP in name


def _message(id_: str, sender: Address, at: datetime, sort: str, message: Json) -> Incoming:
    """What was sent, of the *sort* that the event's name tells ("" for a name that nobody knows)."""
    attachments = _attachments(message) if sort != CARD else []
    text = said(message.get("text"))
    about = text or "\n".join(words(attachments)) or "\n".join(_addresses(sort, attachments))
    beside = MEDIA.get(sort)
    if text.startswith(TAP):
        return Incoming(id_, sender, Kind.BUTTON, at, data=text.removeprefix(TAP).strip())
    if about:
        others = shown(words(attachments, (*READABLE, "name")), *about.splitlines())
        seen = "" if sort in PICTURES else others
        return Incoming(id_, sender, Kind.TEXT, at, about, beside=beside, shown=seen)
    if sort == TEXT and isinstance(message.get("text"), str):
        return Incoming(id_, sender, Kind.TEXT, at)
    kind, data = beside or Kind.UNKNOWN, _place(attachments) if sort == "location" else ""
    return Incoming(id_, sender, kind, at, data=data, shown=shown(words(attachments, ("name",))))


def _attachments(message: Json) -> list[Any]:
    """What came along, but for people's cards, which are JSON in a description."""
    found = message.get("attachments")
    return [one for one in found if not _is_card(one)] if isinstance(found, list) else []


def _is_card(attachment: Any) -> bool:
    match attachment:
        case {"type": str(type_)} if type_ == CARD:
            return True
        case {"payload": {"description": str(description)}}:
            return description.lstrip().startswith("{") and '"phone"' in description
    return False


def _addresses(sort: str, attachments: list[Any]) -> list[str]:
    return words(attachments, ("url",)) if sort == "link" else []


def _place(attachments: list[Any]) -> str:
    """ "latitude,longitude", or "" when Zalo does not say."""
    try:
        place = attachments[0]["payload"]["coordinates"]
        latitude, longitude = float(place["latitude"]), float(place["longitude"])
    except (IndexError, KeyError, TypeError, ValueError):
        return ""
    return f"{latitude:.5f},{longitude:.5f}"


def _sender(event: Json) -> Address | None:
    match event:
        case {
            "event_name": str(name),
            "sender": {"id": str() | int() as id_},
            "message": {"conversation_id": str() | int() as talk},
        } if name.startswith(ANONYMOUS):
            good = OPAQUE.fullmatch(str(id_)) and OPAQUE.fullmatch(str(talk))
            return Address(NAME, f"{ANONYMOUS}:{id_}:{talk}") if good else None
        case {"follower": {"id": str() | int() as id_}} | {"sender": {"id": str() | int() as id_}}:
            return Address(NAME, str(id_)) if str(id_).isdigit() else None
    return None


def recipient(user: str) -> dict[str, str]:
    """Whom to write to, as Zalo wants it named; *user* as in an `Address`."""
    kind, _, rest = user.partition(":")
    if kind != ANONYMOUS:
        return {"user_id": user}
    id_, _, talk = rest.partition(":")
    return {"anonymous_id": id_, "conversation_id": talk}


def _id(name: str, event: Json, sender: Address) -> str:
    """The message's id; events without one are told apart by who, what and when."""
    match event:
        case {"message": {"msg_id": str() | int() as id_}} if id_:
            return str(id_)
    return f"{name}:{sender.user}:{event.get('timestamp', '')}"


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def mark(event: Json) -> str:
    """What an event is known by when nothing of it can be handled; names nobody."""
    raw = json.dumps(event, sort_keys=True).encode()
    return hashlib.sha256(raw).hexdigest()[:16]


def when(event: Json, now: datetime) -> datetime:
    """When it happened, in UTC, from milliseconds in text; *now* where Zalo does not say."""
    text = str(event.get("timestamp", ""))
    if not (text.isascii() and text.isdigit() and 12 <= len(text) <= 13):
        return now
    return datetime.fromtimestamp(int(text) / 1000, UTC)
