"""What the outside world knows: what it said and was acknowledged, and what arrived.

Nothing in here comes from the service's database: it is what that database is compared with.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

Id = tuple[str, str]  # channel, and the update's or the message's id there


@dataclass
class Said:
    """One message of a person. Times are seconds on the monotonic clock; 0 means not yet."""

    channel: str
    id: str
    person: str
    first: float
    acked: float = 0.0
    attempts: int = 0
    after: str = ""  # the person's message that was acknowledged before this one was sent at all
    replies: tuple[str, ...] = ()  # on the web: the ids that came back with the acknowledgement


@dataclass(frozen=True)
class Arrival:
    """One message that reached somebody. `number` counts them all."""

    channel: str
    receipt: str
    person: str
    text: str
    data: tuple[str, ...]  # what its buttons mean
    at: float
    number: int


@dataclass(frozen=True)
class Stay:
    """A booking as it was until it was moved, cancelled or marked; times by the service's clock."""

    version: int
    slot: str
    booked: datetime
    until: datetime


@dataclass
class Visit:
    """A booking as its person was told about it. `pending` changes are on their way; when the
    outcome of one was never seen the visit is `doubtful`: then every outcome is right."""

    code: str
    channel: str
    person: str
    slot: str  # "" when they were not told which, as with a place that was offered
    reminded: bool
    at: float
    booked: datetime  # by the service's clock
    version: int = 1
    state: str = "booked"
    pending: int = 0
    doubtful: bool = False
    past: list[Stay] = field(default_factory=list)

    @property
    def sure(self) -> bool:
        return not self.doubtful and not self.pending

    def ends(self, until: datetime) -> None:
        """What it was ends here; who was not to be reminded any more has no stay to look at."""
        if self.state == "booked":
            self.past.append(Stay(self.version, self.slot, self.booked, until))


@dataclass
class Ledger:
    said: dict[Id, Said] = field(default_factory=dict)
    arrivals: dict[Id, Arrival] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)  # an officer's answer -> whom it was for
    refusals: list[tuple[float, str]] = field(default_factory=list)  # when, and what
    unfriendly: list[str] = field(default_factory=list)  # errors that no citizen should see
    notes: Counter[str] = field(default_factory=Counter)
    listeners: dict[Id, Callable[[Arrival], None]] = field(default_factory=dict)

    def arrived(
        self, channel: str, receipt: str, person: str, text: str, data: tuple[str, ...]
    ) -> None:
        number = len(self.arrivals)
        new = Arrival(channel, receipt, person, text, data, time.monotonic(), number)
        self.arrivals[channel, receipt] = new
        if listener := self.listeners.get((channel, person)):
            listener(new)

    def acknowledge(self, said: Said) -> None:
        """The service has said that it holds this message."""
        said.acked = said.acked or time.monotonic()

    def refused(self, what: str) -> None:
        self.refusals.append((time.monotonic(), what))
