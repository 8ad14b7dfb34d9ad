"""What endless texts cost, and how long others wait beside whoever sends them. Run: `python -m tests.bench.hostile`.

First the CPU time of one text of 16 KiB, the dearest of tests/support/endless.py: for each part of reading, each door
and each step of the talk (aim: under 50 ms). Then the real service: honest questions at an even pace, quiet and beside
one who sends such texts one after the other, as fast as they are answered (aim: the slowest hundredth waits at most
twice as long).
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.booking import wards as places
from bot.core import privacy
from bot.core.crypto import Vault
from bot.core.messages import Address, Incoming, Kind
from bot.core.text import clean
from bot.core.vietnamese import plain
from bot.dialogue import Dialogue
from bot.faq import entries
from bot.faq.matching.matcher import Matcher, Thresholds
from bot.store.database import SqliteDatabase
from tests.bench.messages import first_session, web_requests
from tests.support import town
from tests.support.endless import STEPS, doors, texts
from tests.support.load import Stats, answer, drive, post
from tests.support.paths import PROJECT
from tests.support.people import Clock
from tests.support.service import running, write_config

HONEST, RATE = 1000, 100.0  # requests, and how many a second
TURNS = 3  # turns of quiet and beside, of which the middle one counts
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LINE = "{:<28} {:>8} {:>8}  {}"


def spent(work: Callable[[], object]) -> float:
    """Milliseconds of CPU, of all threads."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def row(name: str, times: list[tuple[float, str]]) -> None:
    times.sort()
    dearest, text = times[-1]
    print(LINE.format(name, f"{times[len(times) // 2][0]:.1f}", f"{dearest:.1f}", repr(text[:24])))


@dataclass
class Talk:
    """Somebody in the made-up town of the tests, with the whole FAQ."""

    runner: asyncio.Runner
    dialogue: Dialogue
    clock: Clock
    count: int = 0

    def does(self, kind: Kind, text: str = "", data: str = "") -> None:
        self.count += 1
        self.clock.move(seconds=1)
        person = Address("web", f"an{self.count // 20}")  # nobody is told to pause
        incoming = Incoming(str(self.count), person, kind, self.clock(), text, data)
        self.runner.run(self.dialogue.handle(incoming))

    def go_to(self, step: str) -> None:
        self.count += 20 - self.count % 20
        for act in STEPS[step]:
            if isinstance(act, str):
                self.does(Kind.TEXT, act)
            else:
                self.does(Kind.BUTTON, data=act.pack())


@contextmanager
def talk(matcher: Matcher, wards: places.Wards) -> Iterator[Talk]:
    database, clock = SqliteDatabase(":memory:"), Clock(NOW)
    town.build(database)
    limits = town.SETTINGS.limits.model_copy(
        update={"holds_per_address": 10**6, "messages_per_minute": 10**6}
    )
    settings = town.SETTINGS.model_copy(update={"limits": limits})
    vault = Vault("a made-up key")
    dialogue = Dialogue(database, settings, lambda: matcher, clock, vault, wards)
    with asyncio.Runner() as runner:
        yield Talk(runner, dialogue, clock)
    database.close()


def steps(matcher: Matcher, wards: places.Wards) -> None:
    with talk(matcher, wards) as chat:
        for number, step in enumerate(STEPS):
            times = []
            for text in list(texts())[
                number :: len(STEPS)
            ]:  # of one that was read what it means is known
                chat.go_to(step)
                times.append((spent(partial(chat.does, Kind.TEXT, text)), text))
            row(step, times)


def parts(matcher: Matcher, wards: places.Wards) -> None:
    looks: dict[str, Callable[[str], object]] = {
        "clean": clean,
        "mask": lambda text: privacy.mask(clean(text)),
        "words": lambda text: plain(clean(text)),
        "what is asked": lambda text: matcher.understand(clean(text)),
        "a place": lambda text: wards.find(clean(text)),
        "a danger": lambda text: matcher.danger(clean(text)),
    }
    for name, look in looks.items():
        look("ở đâu")  # what is made at the first use is made
        row(name, [(spent(partial(look, text)), text) for text in texts()])
    names = [name for name, _ in doors("")]
    found = [(name, text, work) for text in texts() for name, work in doors(text)]
    for name in names:
        row(
            f"{name}, parsed", [(spent(work), text) for which, text, work in found if which == name]
        )


async def endless(port: int, requests: list[bytes], stop: asyncio.Event) -> int:
    """Send the texts one after the other, each as soon as the one before is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while not stop.is_set():
        writer.write(requests[count % len(requests)])
        await answer(reader)
        count += 1
    writer.close()
    return count


def hostile(session: str) -> list[bytes]:
    """The texts as requests, as long as the door takes them; made before anything is timed, as who is
    honest is timed in the same process."""
    bodies = (
        json.dumps({"session": session, "text": text}, ensure_ascii=False).encode()
        for text in texts(14_000)
    )
    return [post("/api/chat", body) for body in bodies if len(body) <= 16_000]


async def beside(port: int) -> None:
    sessions = [await first_session(port) for _ in range(50)]
    await drive(port, web_requests(sessions, 500))
    requests = hostile(sessions[0])
    quiet, busy = [], []
    for _ in range(TURNS):
        quiet.append(await drive(port, web_requests(sessions, HONEST, new=True), rate=RATE))
        stop = asyncio.Event()
        sender = asyncio.create_task(endless(port, requests, stop))
        busy.append(await drive(port, web_requests(sessions[1:], HONEST, new=True), rate=RATE))
        stop.set()
        print(
            f"  beside {await sender} texts in {busy[-1].seconds:.0f} s: {told(quiet[-1])} -> {told(busy[-1])}"
        )
    for share in (0.5, 0.99):
        before, after = (middle(runs, share) for runs in (quiet, busy))
        figures = f"{before:.1f} ms quiet, {after:.1f} ms beside, ratio {after / before:.2f}"
        print(f"p{share * 100:.0f} of honest questions: {figures}")


def told(stats: Stats) -> str:
    return f"p50 {stats.percentile(0.5):.1f} p99 {stats.percentile(0.99):.1f} ms"


def middle(runs: list[Stats], share: float) -> float:
    return sorted(run.percentile(share) for run in runs)[len(runs) // 2]


def main() -> None:
    matcher = Matcher.build(entries.load(PROJECT / "faq"), Thresholds())
    wards = places.load()
    print(LINE.format("CPU ms of 16 KiB", "median", "dearest", "which"))
    parts(matcher, wards)
    steps(matcher, wards)
    with tempfile.TemporaryDirectory() as name, running(write_config(Path(name))) as service:
        asyncio.run(beside(service.port))


if __name__ == "__main__":
    main()
