"""What becomes of a row whose sending failed: again later, or given up. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.errors import NotBefore, Refused, SendError, Throttled, Uncertain, Unreachable
from bot.store.outbox.outbox import Letter

FIRST_PAUSE = 1.0  # seconds, doubled at each attempt
LONGEST_PAUSE = 300.0
GIVE_UP_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Again:
    """Send it again at `at`."""

    at: datetime
    uncertain: bool


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Do not send it; `unreachable` says that the person cannot be written to at all."""

    reason: str
    unreachable: bool = False


def decide(error: SendError, letter: Letter, now: datetime, jitter: float) -> Again | GiveUp:
    """What becomes of a row whose sending failed. *jitter* is from 0 to 1."""
    if isinstance(error, Unreachable):
        return GiveUp(f"unreachable: {error}", unreachable=True)
    if isinstance(error, Refused):
        return GiveUp(f"refused: {error}")
    at = _again(error, letter.attempts, now, jitter)
    end = letter.useful_until or letter.created_at + GIVE_UP_AFTER
    if at > end:
        return GiveUp(f"not sent in time: {error}")
    return Again(at, uncertain=isinstance(error, Uncertain))


def _again(error: SendError, attempts: int, now: datetime, jitter: float) -> datetime:
    """When to try again: when the platform says, else after pauses that grow."""
    match error:
        case NotBefore():
            return max(error.at, now + timedelta(seconds=FIRST_PAUSE))
        case Throttled():
            return now + timedelta(seconds=error.retry_after)
    pause = min(FIRST_PAUSE * 2.0 ** min(attempts - 1, 16), LONGEST_PAUSE)
    return now + timedelta(seconds=pause * (0.5 + jitter / 2))
