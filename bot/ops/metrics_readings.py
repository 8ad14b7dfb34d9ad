"""Figures that are read when they are asked for, from the database and from the process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.core.messages import Priority
from bot.store.health import Vitals

KINDS = {
    Priority.REPLY: "reply",
    Priority.REMINDER: "reminder",
    Priority.BROADCAST: "broadcast",
}
# Told also while there is no row: an alert that looks an hour back needs a figure that was there then.
STATES = ("due", "sending", "failed", "missed")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the process knows without its database."""

    channels: tuple[str, ...]  # those that are on
    version: str
    entries: int
    reloads: int
    faulty: bool
    backup_age: float | None  # seconds; None: there is none, or none is made
    backup_failures: int
    streams_open: int
    streams_most: int
    streams_closed: int  # to make room for others, since the start


class Readings(Collector):
    """The figures of the last look at the database, and of the process."""

    def __init__(self, facts: Callable[[], Facts]) -> None:
        self.last: Vitals | None = None
        self._facts = facts

    def collect(self) -> Iterator[Metric]:
        yield gauge("database_up", "Whether the database commits", {(): self.last is not None})
        yield from _of_process(self._facts())
        if self.last:
            yield from _of_database(self.last, self._facts().channels)

    def describe(self) -> Iterable[Metric]:
        """Nothing: the names are known, and the process has no facts yet when this is asked."""
        return ()


def gauge(name: str, help_: str, values: Mapping[Any, float], *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"vneid_{name}", help_, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def _of_process(facts: Facts) -> Iterator[Metric]:
    yield gauge("faq_entries", "FAQ entries in use", {(facts.version,): facts.entries}, "version")
    yield gauge("faq_faulty", "Whether the FAQ's files have faults", {(): facts.faulty})
    reloads = CounterMetricFamily("vneid_faq_reloads", "Versions that went live since the start")
    reloads.add_metric((), facts.reloads)
    yield reloads
    failures = CounterMetricFamily("vneid_backup_failures", "Backups that could not be made")
    failures.add_metric((), facts.backup_failures)
    yield failures
    age = {} if facts.backup_age is None else {(): facts.backup_age}
    yield gauge("backup_age_seconds", "Age of the newest backup", age)
    yield from _of_streams(facts)


def _of_streams(facts: Facts) -> Iterator[Metric]:
    yield gauge("streams_open", "Pages that wait for messages", {(): facts.streams_open})
    yield gauge("streams_most", "How many may, by the limits", {(): facts.streams_most})
    closed = CounterMetricFamily("vneid_streams_closed", "Streams that made room for others")
    closed.add_metric((), facts.streams_closed)
    yield closed


def _of_database(vitals: Vitals, channels: Iterable[str]) -> Iterator[Metric]:
    rows = dict.fromkeys(product(channels, STATES), 0) | dict(vitals.rows)
    yield gauge("outbox_rows", "Rows by state", rows, "channel", "state")
    retrying = {(channel,): count for channel, count in vitals.retrying.items()}
    yield gauge("outbox_retrying", "Rows tried in vain that wait", retrying, "channel")
    oldest = {
        (channel, KINDS.get(priority, "other")): age
        for (channel, priority), age in vitals.oldest_due.items()
    }
    yield gauge("outbox_oldest_due_seconds", "Age of the oldest due row", oldest, "channel", "kind")
    booked = CounterMetricFamily(
        "vneid_bookings", "Bookings that came into a state today, of all processes", labels=("to",)
    )
    for what, count in vitals.booked.items():
        booked.add_metric((what,), count)
    yield booked
    waiting = {(state,): count for state, count in vitals.waiting.items()}
    yield gauge("waiting_list", "People on the waiting list", waiting, "state")
    open_ = {("alert",): vitals.alerts, ("handoff",): vitals.handoffs, ("call",): vitals.calls}
    yield gauge("officers_work", "What waits for officers", open_, "what")
