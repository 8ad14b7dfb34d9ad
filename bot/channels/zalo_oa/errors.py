"""What Zalo's error numbers mean. They come in a HTTP 200, so every answer is looked up here.

The tables are data: when Zalo adds or changes a number, only a line changes.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import Enum, auto

from bot.core.clock import VIETNAM
from bot.delivery.errors import (
    NotBefore,
    OutsideWindow,
    Refused,
    SendError,
    Throttled,
    Unavailable,
    Unreachable,
)

AFTER_NIGHT = time(6, 5)  # Zalo's night is 22:00-06:00 (numbers -234 and -133)
NEW_DAY = time(7, 5)  # day's quotas begin anew at midnight; nobody wants to be woken for that
BACK_OFF = 30.0  # seconds; limits are counted by the minute


class Act(Enum):
    """What to do about an error."""

    RENEW = auto()  # the token was refused: renew it once, then again
    SLOWER = auto()  # too many calls
    UPLOAD = auto()  # the picture is gone: upload it again
    LATER = auto()  # passes by itself
    TOMORROW = auto()  # a day's quota is used up
    MORNING = auto()  # not at night
    WINDOW = auto()  # silent for too long: a form, or another channel
    BY_PHONE = auto()  # this form goes to phone numbers only
    GONE = auto()  # cannot be written to at all
    NEVER = auto()  # this message will not be taken
    OPERATOR = auto()  # nothing goes out until somebody mends it


# The Official Account API (openapi.zalo.me).
OA = {
    -32: Act.SLOWER,
    -100: Act.UPLOAD,
    -200: Act.LATER,  # sending failed
    -201: Act.NEVER,  # a field is wrong
    -204: Act.OPERATOR,  # the account is deleted
    -205: Act.OPERATOR,  # the account does not exist
    -209: Act.OPERATOR,  # the app has no right
    -210: Act.NEVER,  # too long
    -211: Act.TOMORROW,  # quota
    -212: Act.OPERATOR,  # the app is not registered for the API
    -213: Act.GONE,  # does not follow the account
    -216: Act.RENEW,
    -217: Act.GONE,  # has blocked invitations
    -218: Act.TOMORROW,  # this person's quota
    -219: Act.OPERATOR,  # the app was taken away or blocked
    -220: Act.RENEW,
    -221: Act.OPERATOR,  # the account is not verified
    -223: Act.OPERATOR,  # quota of the account's package
    -224: Act.OPERATOR,  # the account's package is too small
    -227: Act.GONE,  # blocked, or not seen for 45 days
    -230: Act.WINDOW,
    -232: Act.WINDOW,
    -233: Act.NEVER,  # kind of message not supported
    -234: Act.MORNING,
    -235: Act.NEVER,  # not for this kind of account
    -240: Act.NEVER,  # the old API
    -244: Act.GONE,  # wants no such messages
    -248: Act.NEVER,  # against the rules
    -249: Act.BY_PHONE,
    -320: Act.OPERATOR,  # no Zalo Cloud Account
    -321: Act.OPERATOR,  # no money left
}

# Forms by phone number (business.openapi.zalo.me).
PHONE = {
    -32: Act.SLOWER,
    -108: Act.NEVER,  # no phone number
    -109: Act.OPERATOR,  # unknown form
    -111: Act.OPERATOR,  # the form's parameters do not match ours …
    -112: Act.OPERATOR,
    -1121: Act.OPERATOR,
    -1122: Act.OPERATOR,
    -1124: Act.OPERATOR,
    -114: Act.NEVER,  # cannot get any
    -115: Act.OPERATOR,  # no money left
    -117: Act.OPERATOR,  # no right to this form
    -118: Act.NEVER,  # no Zalo account
    -119: Act.NEVER,  # cannot get any
    -124: Act.RENEW,
    -126: Act.OPERATOR,  # development mode …
    -127: Act.OPERATOR,
    -131: Act.OPERATOR,  # the form is not approved
    -132: Act.NEVER,  # a parameter is wrong
    -133: Act.MORNING,
    -135: Act.OPERATOR,
    -136: Act.OPERATOR,  # Zalo Cloud Account …
    -137: Act.OPERATOR,
    -139: Act.NEVER,  # refused by the person …
    -140: Act.NEVER,
    -141: Act.NEVER,
    -144: Act.TOMORROW,
    -146: Act.OPERATOR,  # the form is off
    -147: Act.TOMORROW,
    -216: Act.RENEW,
    -220: Act.RENEW,
}


class ZaloError(Exception):
    """Zalo said no: its number and words, and what to do."""

    def __init__(self, number: int, words: str, act: Act) -> None:
        super().__init__(f"{number} {words}")
        self.number = number
        self.act = act


def explain(error: ZaloError, now: datetime) -> SendError:
    """What the courier may do after *error*."""
    match error.act:
        case Act.SLOWER:
            return Throttled(BACK_OFF)
        case Act.LATER | Act.OPERATOR | Act.RENEW:
            return Unavailable(str(error))
        case Act.TOMORROW:
            return NotBefore(_next(now, NEW_DAY, later_day=True))
        case Act.MORNING:
            return NotBefore(_next(now, AFTER_NIGHT))
        case Act.WINDOW | Act.BY_PHONE:
            return OutsideWindow(str(error))
        case Act.GONE:
            return Unreachable(str(error))
    return Refused(str(error))


def _next(now: datetime, clock: time, *, later_day: bool = False) -> datetime:
    """The next time that Vietnam's clocks show *clock*; with *later_day* not today's."""
    there = now.astimezone(VIETNAM)
    today = datetime.combine(there.date(), clock, VIETNAM)
    return today if today > there and not later_day else today + timedelta(days=1)
