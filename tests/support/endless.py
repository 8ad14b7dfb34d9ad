"""Long texts of people who want to keep a machine busy: a beginning that some part of the code waits for, then
the same again and again, and an end that disappoints it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from bot.channels.telegram import parse as telegram
from bot.channels.telegram.groups import Me
from bot.channels.web import json_api
from bot.channels.zalo_bot import parse as zalo_bot
from bot.channels.zalo_oa import parse as zalo_oa
from bot.core.actions import (
    Action,
    Activate,
    Ask,
    AskOfficer,
    Book,
    ChangeProfile,
    Hold,
    LinkAccount,
)
from tests.support.town import EIGHT

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

LENGTH = 16 * 1024  # characters: as much as the web's door takes in one request
HEADS = ("", "a", "otp", "mật khẩu là ", "tôi tên là ", "phường 12 ", "pt", "/hoi ", "0")
AGAIN = (
    " ", "\n", " \n", "\u00a0", "\u200b", "0", "1 ", "12.", "0900000001 ", "a", "á ", "ế", "\u0323\u0301", "🙂",
    ".", ",", "?", "-", "(", '"', "a.", "a-", "a?", "đ ", "và ", ", và ", " với lại", "otp ", "otp la ", "pass123456",
    "mk: ", "goi ", "no goi gui ", "co nguoi hoi ", "cho ma otp ", "da ", "cam on ", "tên là ", "lớp 1 ", "sinh năm ",
    "phường ", "quận 1, ", "vn eid ", "ddawng ", "tphcm ", "không ", "\ufdfa", "١", "ab1 ", "goi no doc a a a a ",
)  # fmt: skip
TAILS = ("b", "1", "?")
# What leads to each step: what is pressed, and what is said.
STEPS: Mapping[str, tuple[Action | str, ...]] = {
    "nothing is waited for": (),
    "a place": (Book("the"),),
    "names": (Hold("the", EIGHT),),
    "a phone number": (Hold("the", EIGHT), "cô Ba"),
    "a question to an officer": (AskOfficer(),),
    "a booking's code": (LinkAccount(),),
    "a booking's phone": (LinkAccount(), "BCDF34"),
    "a one-time code": (LinkAccount(), "BCDF34", "0900000001"),
    "a ward": (ChangeProfile("ward"),),
    "a step of activating": (Activate(),),
    "a follow-up": (Ask("mat-the"),),
}


def text(head: str, again: str, tail: str = "", length: int = LENGTH) -> str:
    """*head*, *again* as often as it fits, *tail*: *length* characters."""
    room = length - len(head) - len(tail)
    return head + (again * (room // len(again) + 1))[:room] + tail


def texts(length: int = LENGTH) -> Iterator[str]:
    """Each beginning with each piece; the ends take turns."""
    for number, head in enumerate(HEADS):
        for place, again in enumerate(AGAIN):
            yield text(head, again, TAILS[(number + place) % len(TAILS)], length)


def doors(said: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """What each channel makes of a message with *said* in it."""
    chat, me = {"id": 1, "type": "private"}, Me(1, "vneid_bot")
    update = {"update_id": 1, "message": {"chat": chat, "date": 1, "text": said}}
    yield "telegram", lambda: telegram.incoming(update, NOW, me)
    group = {"update_id": 1, "message": {"chat": {"id": 2, "type": "group"}, "text": said}}
    yield "a group", lambda: telegram.incoming(group, NOW, me)
    person, message = {"id": "1"}, {"text": said, "msg_id": "1"}
    event = {"event_name": "user_send_text", "sender": person, "message": message}
    yield "zalo-oa", lambda: zalo_oa.incoming(event, NOW)
    sent = {"message_id": "1", "chat": {"id": "1"}, "text": said}
    yield "zalo-bot", lambda: zalo_bot.incoming({"event_name": zalo_bot.TEXT, "message": sent}, NOW)
    yield "web", lambda: json_api.text_of({"text": said}, "text")
