"""Whole messages per second through the web API and the Telegram webhook, beside a bare handler.

Each message is checked for repetition, answered, and committed to the disk before its answer goes
out. The bare handler parses the same JSON and answers at once. Run: `python -m tests.bench.messages`.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from tests.support.load import Stats, answer, drive, post, questions
from tests.support.service import Service, running, write_config

MESSAGES = 6000
TOKEN = "1:benchmark"
SECRET = "benchmark-secret"


def bare(port: multiprocessing.Queue[int]) -> None:
    """An aiohttp handler that only parses JSON, on the same event loop as the service."""
    import uvloop

    async def handle(request: web.Request) -> web.Response:
        body = await request.json()
        return web.json_response({"session": body.get("session", ""), "replies": []})

    async def telegram(request: web.Request) -> web.Response:
        await request.read()
        message = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}
        me = {"id": 1, "is_bot": True, "first_name": "b", "username": "b_bot"}
        is_message = request.path.endswith("sendMessage")
        result = message if is_message else me if request.path.endswith("getMe") else True
        return web.json_response({"ok": True, "result": result})

    async def serve() -> None:
        app = web.Application()
        app.add_routes([web.post("/api/chat", handle), web.post("/{_:.*}", telegram)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port.put(runner.addresses[0][1])
        await asyncio.Event().wait()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())


@contextmanager
def bare_server() -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=bare, args=(queue,), daemon=True)
    process.start()
    yield queue.get(timeout=20)
    process.kill()
    process.join()


async def first_session(port: int) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(post("/api/chat", json.dumps({"session": "", "text": "menu"}).encode()))
    _, body = await answer(reader)
    writer.close()
    return str(json.loads(body)["session"])


def web_requests(sessions: list[str], count: int, *, new: bool = False) -> list[bytes]:
    """Questions in turn; with *new* no two are the same, so that nothing can be remembered."""
    asked = questions()
    bodies = (
        {"session": sessions[n % len(sessions)], "text": asked[n % len(asked)] + f" {n}" * new}
        for n in range(count)
    )
    return [post("/api/chat", json.dumps(body).encode()) for body in bodies]


def telegram_requests(count: int) -> list[bytes]:
    asked, now = questions(), int(time.time())
    header = f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n"
    requests = []
    for n in range(count):
        chat = {"id": 1000 + n % 500, "type": "private", "first_name": "T"}
        who = {"id": chat["id"], "is_bot": False, "first_name": "T"}
        text = asked[n % len(asked)]
        message = {"message_id": n, "date": now, "chat": chat, "from": who, "text": text}
        body = json.dumps({"update_id": n + 1, "message": message}).encode()
        requests.append(post("/webhook/telegram", body, header))
    return requests


def row(name: str, stats: Stats, base: float) -> None:
    failed = f", {stats.failed} FAILED" if stats.failed else ""
    print(
        f"{name:34} {stats.rate:8.0f}/s  ratio {stats.rate / base:5.2f}   "
        f"p50 {stats.percentile(0.5):6.1f} ms  p99 {stats.percentile(0.99):6.1f} ms{failed}"
    )


async def measure(service: Service, bare_port: int) -> None:
    sessions = [await first_session(service.port) for _ in range(50)]
    requests = web_requests(sessions, MESSAGES)
    await drive(bare_port, requests[:500])
    await drive(service.port, requests[:500])
    base = await drive(bare_port, requests)
    row("bare aiohttp handler (JSON only)", base, base.rate)
    fresh = await drive(service.port, web_requests(sessions, MESSAGES, new=True))
    row("POST /api/chat, every question new", fresh, base.rate)
    whole = await drive(service.port, requests)
    row("POST /api/chat, 770 questions", whole, base.rate)
    half = await drive(service.port, requests[:2000], rate=whole.rate / 2)
    row("  the same at half load", half, base.rate)
    telegram = await drive(service.port, telegram_requests(MESSAGES))
    row("Telegram webhook, committed", telegram, base.rate)
    print(f"resident memory {service.resident_mb():.0f} MB (aim: under 200)")


def first_answer(folder: Path) -> float:
    """Seconds from the start of the process to its first answer over HTTP."""
    began = time.perf_counter()
    with running(write_config(folder)) as service:
        asyncio.run(first_session(service.port))
        return time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as name, bare_server() as bare_port:
        folder = Path(name)
        print(f"first answer {first_answer(folder):.2f} s after the start (aim: within 2)")
        extra = (
            "public_url: https://bench.example\n"
            f"telegram_api_url: http://127.0.0.1:{bare_port}\n"
            "telegram: {token: '${BENCH_TOKEN}', webhook_secret: '${BENCH_SECRET}'}\n"
        )
        environment = {"BENCH_TOKEN": TOKEN, "BENCH_SECRET": SECRET}
        with running(write_config(folder, extra), environment=environment) as service:
            asyncio.run(measure(service, bare_port))


if __name__ == "__main__":
    main()
