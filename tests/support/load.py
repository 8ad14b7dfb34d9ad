"""A load generator on raw sockets: light enough not to be what is measured."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.support.paths import PROJECT

HEAD = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "{extra}Content-Length: {length}\r\n\r\n"
)


def post(path: str, body: bytes, extra: str = "") -> bytes:
    """One HTTP request, ready to be written to a socket."""
    return HEAD.format(path=path, length=len(body), extra=extra).encode() + body


@dataclass
class Stats:
    """What a run gave: seconds in all, seconds of each answer, and answers that were not 200."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        return sorted(self.times)[min(int(len(self.times) * share), len(self.times) - 1)] * 1000


async def drive(
    port: int, requests: Sequence[bytes], *, connections: int = 100, rate: float | None = None
) -> Stats:
    """Send *requests* over some kept-alive connections, as fast as they are answered or at *rate*
    per second. With a rate, waiting for a free connection counts as part of the answer's time."""
    stats = Stats()
    start = time.perf_counter()
    times = (start + n / rate for n in range(len(requests))) if rate else None
    work = zip(requests, times, strict=True) if times else ((r, 0.0) for r in requests)
    await asyncio.gather(*(_connection(port, work, stats) for _ in range(connections)))
    stats.seconds = time.perf_counter() - start
    return stats


async def _connection(port: int, work: Iterator[tuple[bytes, float]], stats: Stats) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request, planned in work:
        now = time.perf_counter()
        if planned > now:
            await asyncio.sleep(planned - now)
        began = planned or now
        writer.write(request)
        status, _ = await answer(reader)
        stats.times.append(time.perf_counter() - began)
        stats.failed += status != 200
    writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The status and body of one response with a Content-Length."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length)


def questions() -> list[str]:
    """The regression questions: varied, as people type them."""
    files = sorted((PROJECT / "faq" / "questions").glob("*.tsv"))
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    found = [line.split("\t")[0] for line in lines]
    random.Random(1).shuffle(found)
    return found
