"""In what ways a channel could not send. Imports nothing of ours."""

from __future__ import annotations

from datetime import datetime


class SendError(Exception):
    """A channel could not send; each kind below tells the courier what may be done. `sent` are the
    receipts of those messages of a long reply that had gone out before."""

    sent: str = ""


class Unavailable(SendError):
    """Nothing was sent, for a reason that passes: try again."""


class Uncertain(SendError):
    """The platform did not say whether it took the message."""


class Throttled(Unavailable):
    """Too fast: nothing was sent, and the platform says how many seconds to wait."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"retry after {retry_after:g} s")
        self.retry_after = retry_after


class NotBefore(Unavailable):
    """Nothing was sent: the platform takes it from `at` (aware) on, such as after the night."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"not before {at.isoformat(timespec='minutes')}")
        self.at = at


class Refused(SendError):
    """The platform will never take this message."""


class OutsideWindow(Refused):
    """This channel may not write to the person now, as they have been silent for too long; they
    are not gone, and another channel may reach them."""


class Unreachable(SendError):
    """The person has blocked the bot or is gone."""
