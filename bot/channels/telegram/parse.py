"""Telegram's updates as `Incoming`. Pure: JSON in, value out.

The JSON is read as it comes, not through the library's classes: an update with a part that is missing,
or that nobody has heard of yet, must not fail. Polling and webhook both end here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bot.channels.telegram import words
from bot.channels.telegram.groups import GROUPS, Me, said_to
from bot.core.messages import OWN, Address, Incoming, Kind

NAME = "telegram"
UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "inline_query")
GROUP_COMMANDS = frozenset({"start", "menu", "help", "hoi", "datlich", "lichcuatoi", "canbo"})

Json: TypeAlias = Mapping[str, Any]

# `/command@bot_name rest`
COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)

# The first part of `words.MEDIA` that is found in a message says what it is.
MEDIA = {
    "photo": Kind.PHOTO,
    "live_photo": Kind.PHOTO,
    "paid_media": Kind.PHOTO,
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
    "connected_website", "chat_background_set", "boost_added", "forum_topic_created",
    "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
})  # fmt: skip

# Updates that hold no message to us: taps and the rest are read by their own names.
NO_MESSAGE = frozenset({
    "inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
    "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request", "chat_boost",
    "removed_chat_boost", "message_reaction", "message_reaction_count", "business_connection",
    "deleted_business_messages", "purchased_paid_media", "managed_bot", "guest_message",
})  # fmt: skip
# Of these nothing is lost when nothing is made of them.
NOTHING_SAID = NO_MESSAGE - {"callback_query", "inline_query"}
BUSINESS = "business"  # in the names of updates from the talks of an account that a bot looks after


def incoming(update: Json, now: datetime, me: Me | None = None) -> Incoming | None:
    """What a person did; None for what is not for us: what people say to each other in groups, and
    updates of unknown kinds without words. Without knowing who we are (*me*), groups are not heard."""
    match update:
        case {"update_id": int(id_), "callback_query": dict(query)}:
            return _tap(str(id_), query, now)
        case {"update_id": int(id_), "my_chat_member": dict(change)}:
            return _membership(str(id_), change, now)
        case {"update_id": int(id_)}:
            found = (_read(str(id_), name, part, now, me) for name, part in _messages(update))
            return next((read for read in found if read), None)
    return None


def _messages(update: Json) -> Iterator[tuple[str, Json]]:
    """The messages in *update*, by the name of their kind."""
    for name, part in update.items():
        if name not in NO_MESSAGE and isinstance(part, dict):
            yield name, part


def _read(id_: str, name: str, message: Json, now: datetime, me: Me | None) -> Incoming | None:
    edited = name.startswith("edited")
    if _among_others(message):
        return _in_group(id_, message, now, me) if me and not edited else None
    said = words.own(message)
    sender = _person(message)
    if sender is None or (BUSINESS in name and not _speaks(message, sender)):
        return None
    # A live location is "edited" every few seconds, and what a future kind of update is about
    # nobody knows: there, only words count.
    if not said and (edited or name not in ("message", "business_message")):
        return None
    if not said and not SERVICE.isdisjoint(message):
        return None
    return _incoming(id_, sender, message, said, now, edited=edited)


def overlooked(update: Json) -> str:
    """The kind of an *update* that somebody may have said something with and nothing can be made of:
    "" when there is none in it. To ask where `incoming` and `inline` find nothing."""
    names = [name for name in update if name != "update_id"]
    if not isinstance(update.get("update_id"), int):
        return "without an id"
    found = (name for name in names if not _passed_over(name, update[name]))
    return next(found, "" if names else "empty")


def _passed_over(name: str, part: Any) -> bool:
    """Whether it was decided that nothing is to be made of this *part*."""
    if name in NOTHING_SAID or not isinstance(part, dict):
        return name in NOTHING_SAID
    if name == "callback_query":
        return "game_short_name" in part or _among_others(_under(part))
    return name != "inline_query" and (_among_others(part) or _person(part) is not None)


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


def _in_group(id_: str, message: Json, now: datetime, me: Me) -> Incoming | None:
    """The group is who asks: the answer goes to all of it."""
    said = said_to(me, message, GROUP_COMMANDS)
    sender = _address(message["chat"])
    if said is None or sender is None:
        return None
    kind, text, data = _text(said)
    shown = words.around(message, said)
    return Incoming(id_, sender, kind, _date(message, now), text, data, public=True, shown=shown)


def _incoming(
    id_: str, sender: Address, message: Json, said: str, now: datetime, *, edited: bool
) -> Incoming:
    kind, text, data = _content(message, said)
    album = message.get("media_group_id")
    return Incoming(
        id_,
        sender,
        kind,
        _date(message, now),
        text,
        data,
        edited,
        beside=_medium(message) if said else None,
        shown=words.around(message, said),
        album=album if isinstance(album, str) else "",
    )


def _content(message: Json, said: str) -> tuple[Kind, str, str]:
    """Kind, text and data of a message in which somebody *said* something, or nothing."""
    match message:
        case {
            "contact": {"user_id": int(owner), "phone_number": str(phone)},
            "from": {"id": int(user)},
        } if owner == user:
            return Kind.CONTACT, phone, OWN
        case _ if said:
            return _text(said)
        case {"location": {"latitude": int() | float() as y, "longitude": int() | float() as x}}:
            return Kind.LOCATION, "", f"{y:.5f},{x:.5f}"
    empty = Kind.TEXT if isinstance(message.get("text"), str) else Kind.UNKNOWN
    return _medium(message) or empty, "", ""


def _medium(message: Json) -> Kind | None:
    """What is in *message* that is no text."""
    return next((MEDIA[name] for name in words.MEDIA if name in message), None)


def _text(text: str) -> tuple[Kind, str, str]:
    command = COMMAND.fullmatch(text.strip())
    if command is None:
        return Kind.TEXT, text, ""
    name, rest = command[1].lower(), (command[2] or "").strip()
    if name == "start":
        return Kind.START, "", rest
    return Kind.TEXT, f"/{name} {rest}".rstrip(), ""


def _tap(id_: str, query: Json, now: datetime) -> Incoming | None:
    """A pressed button. The message under it may be too old for Telegram to show or even name: a
    private chat has its person's id."""
    under = _under(query)
    sender = None if _among_others(under) else _person(query) or _person(under)
    match query:
        case {"data": str(data)} if sender:
            return Incoming(id_, sender, Kind.BUTTON, now, data=data)
    return None


def _under(query: Json) -> Json:
    """The message under a pressed button, as far as it is told."""
    message = query.get("message")
    return message if isinstance(message, dict) else {}


def _membership(id_: str, change: Json, now: datetime) -> Incoming | None:
    sender = None if _among_others(change) else _person(change)
    match change:
        case {"new_chat_member": {"status": "kicked"}}:
            kind = Kind.BLOCKED
        case {"new_chat_member": {"status": "member"}}:
            kind = Kind.UNBLOCKED
        case _:
            return None
    return Incoming(id_, sender, kind, _date(change, now)) if sender else None


def _among_others(part: Json) -> bool:
    """Whether it happened in a group or a channel. Their ids are below zero, people's above."""
    match part:
        case {"chat": {"type": "private"}}:
            return False
        case {"chat": {"type": str(type_)}} if type_ in GROUPS:
            return True
        case {"chat": {"id": int(id_)}}:
            return id_ < 0
    return False


def _person(part: Json) -> Address | None:
    """Whose private chat it happened in: the chat has its person's id."""
    match part:
        case {"chat": {"id": int() as id_}} | {"from": {"id": int() as id_}} if id_ > 0:
            return Address(NAME, str(id_))
    return None


def _speaks(message: Json, person: Address) -> bool:
    match message:
        case {"from": {"id": id_}}:
            return str(id_) == person.user
    return False


def _address(chat: Any) -> Address | None:
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
