"""What an error of Telegram's means for the row that was being sent."""

from __future__ import annotations

from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.delivery.errors import Refused, SendError, Throttled, Unavailable, Uncertain, Unreachable

NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
CONFLICT = (
    "another process polls with this token, or a webhook is set elsewhere: "
    "stop that one, or give this deployment a bot of its own"
)


def explain(error: TelegramError) -> SendError:
    """What the courier may do after *error*. Never tells the token, which the library's own
    messages do."""
    match error:
        case RetryAfter():
            return Throttled(_seconds(error.retry_after))
        case Forbidden():
            return Unreachable(error.message)
        case InvalidToken():
            return Unavailable("the token was refused")
        case Conflict():
            return Unavailable(CONFLICT)
        case BadRequest() if "chat not found" in error.message.lower():
            return Unreachable(error.message)
        case BadRequest() | ChatMigrated():  # before NetworkError, which BadRequest is one of
            return Refused(error.message)
        case NetworkError() if isinstance(error.__cause__, NOTHING_SENT):
            return Unavailable(error.message)
    return Uncertain(error.message)


def _seconds(value: float | timedelta) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else float(value)
