"""The whole service as a process of its own, on a clock that may run faster than the world's.

`python -m tests.many.process CONFIG SPEED BEGAN`: a lease of a minute ends after a few seconds, for
all processes that were given the same two numbers.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from bot.app import make_app
from bot.core import config
from bot.ops import logs
from bot.ops.deployment import open_database


def faster(speed: float, began: float) -> Callable[[], datetime]:
    """The time since *began* (seconds of 1970) goes by *speed* times as fast."""
    return lambda: datetime.fromtimestamp(began + (time.time() - began) * speed, UTC)


async def serve(file: Path, speed: float, began: float) -> None:
    settings = config.load(file)
    app = make_app(settings, open_database(settings), faster(speed, began))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    logs.start()
    asyncio.run(serve(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
