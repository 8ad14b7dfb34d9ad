"""What Prometheus may know: figures, nobody's data. The one door to prometheus-client.

Everything is measured at the edges by wrappers that the composition root puts around the parts, and
read from the database where that knows the effect. Labels come from short lists of our own, so that
no stranger can make figures grow without end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any, Protocol, TypeVar

from aiohttp import web
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from bot.core.config import Settings
from bot.core.http_request import route
from bot.core.messages import Incoming, Reply
from bot.delivery.errors import SendError
from bot.delivery.pacing import Tempo
from bot.dialogue import Delivered
from bot.ops.insider import is_insider
from bot.ops.metrics_readings import Facts, Readings
from bot.ops.pulse import Pulse
from bot.store.database import Database, Transaction, Undone

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Handle = Callable[[Incoming], Awaitable[Delivered]]

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds
SLOW = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30)
METHODS = frozenset({"GET", "HEAD", "POST"})
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


__all__ = ["Facts", "Metrics"]


class Sender(Protocol):
    """What the courier sends through."""

    name: str
    tempo: Tempo

    async def send(self, to: str, reply: Reply, id: str) -> str: ...

    def resume(self, id: str, receipt: str) -> None: ...

    def receipts(self, id: str) -> str: ...


class Metrics:
    """One service's figures, in a registry of its own."""

    def __init__(self, facts: Callable[[], Facts]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library gives it no types; nobody needs birthdays
        self.registry = CollectorRegistry()
        self._vitals = Readings(facts)
        self.registry.register(self._vitals)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._messages = self._counter("messages", "Updates that came in", "channel", "kind")
        self._faults = self._counter("message_faults", "Updates without an answer", "channel")
        self._replies = self._counter("replies", "Replies by what they are", "channel", "tone")
        self._turn = self._histogram("turn_seconds", "From update to commit", FAST, "channel")
        self._sends = self._counter("sends", "Attempts to send", "channel", "outcome")
        self._send = self._histogram("send_seconds", "One attempt to send", SLOW, "channel")
        self._commit = self._histogram("database_seconds", "One piece of work to its commit", FAST)
        self._lost = self._counter("database_faults", "Pieces of work that were undone")
        self._requests = self._counter("http_requests", "Answers", "route", "method", "status")
        self._request = self._histogram("http_seconds", "One request", FAST, "route")

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(f"vneid_{name}", help_, labels, registry=self.registry)

    def _histogram(
        self, name: str, help_: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(f"vneid_{name}", help_, labels, buckets=buckets, registry=self.registry)

    def handling(self, handle: Handle) -> Handle:
        """*handle*, with what comes in and what is answered counted."""

        async def counted(incoming: Incoming) -> Delivered:
            channel = incoming.sender.channel
            self._messages.labels(channel, incoming.kind.value).inc()
            try:
                with self._turn.labels(channel).time():
                    delivered = await handle(incoming)
            except Exception:
                self._faults.labels(channel).inc()
                raise
            for reply in delivered.replies:
                self._replies.labels(channel, reply.tone.value).inc()
            return delivered

        return counted

    def sending(self, sender: Sender) -> Sender:
        """*sender*, with its attempts counted by outcome."""
        return _Sending(sender, self._sends, self._send)

    def timing(self, database: Database) -> Database:
        """*database*, with every piece of work timed, the wait for the writer included."""
        return _Timing(database, self._commit, self._lost)

    @property
    def requests(self) -> Any:
        """The middleware that counts requests by route, never by address."""

        @web.middleware
        async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
            began, status = perf_counter(), 500
            try:
                response = await handler(request)
                status = response.status
                if response.content_type != "text/event-stream":
                    self._request.labels(route(request)).observe(perf_counter() - began)
                return response
            except web.HTTPException as error:
                status = error.status
                raise
            finally:
                method = request.method if request.method in METHODS else "other"
                self._requests.labels(route(request), method, status).inc()

        return counted

    def routes(self, settings: Settings, pulse: Pulse) -> list[web.RouteDef]:
        async def page(request: web.Request) -> web.Response:
            if not is_insider(request, settings):
                raise web.HTTPForbidden
            self._vitals.last = await pulse.take()
            body = generate_latest(self.registry)
            return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

        return [web.get("/metrics", page)]


class _Sending:
    def __init__(self, sender: Sender, outcomes: Counter, seconds: Histogram) -> None:
        self.name = sender.name
        self.tempo = sender.tempo
        self._sender = sender
        self._outcomes = outcomes
        self._seconds = seconds.labels(sender.name)

    def resume(self, id: str, receipt: str) -> None:
        self._sender.resume(id, receipt)

    def receipts(self, id: str) -> str:
        return self._sender.receipts(id)

    async def send(self, to: str, reply: Reply, id: str) -> str:
        outcome = "broken_off"
        try:
            with self._seconds.time():
                receipt = await self._sender.send(to, reply, id)
            outcome = "sent"
            return receipt
        except SendError as error:
            outcome = type(error).__name__.lower()
            raise
        except Exception:
            outcome = "fault"
            raise
        finally:
            self._outcomes.labels(self.name, outcome).inc()


class _Timing:
    def __init__(self, database: Database, seconds: Histogram, faults: Counter) -> None:
        self._database = database
        self._seconds = seconds
        self._faults = faults

    async def run(self, work: Callable[[Transaction], T], /) -> T:
        try:
            with self._seconds.time():
                return await self._database.run(work)
        except Undone:
            raise
        except Exception:
            self._faults.inc()
            raise

    def transaction(self) -> Any:
        return self._database.transaction()

    @property
    def shared(self) -> bool:
        return self._database.shared

    def used_by_others(self) -> bool:
        return self._database.used_by_others()

    def scrub(self) -> None:
        self._database.scrub()

    def close(self) -> None:
        self._database.close()
