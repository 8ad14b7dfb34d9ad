"""The officers' desk: an aiohttp sub-application under /desk, rendered on the server.

`routes.py` is the table of all pages: path, view, and the right that each needs. `guard.py` asks
for it before any view runs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.booking.wards import Wards
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.core.file_descriptors import Streams
from bot.desk import access
from bot.desk.context import DESK, MOST, Desk
from bot.desk.faq_session import ROOM, Room
from bot.desk.filters import FILTERS
from bot.desk.routes import ROUTES
from bot.faq.live import Library
from bot.store.database import Database

HERE = Path(__file__).parent


def make_desk(
    settings: Settings,
    database: Database,
    vault: Vault,
    library: Library,
    clock: Callable[[], datetime],
    wake: Callable[[str], None],
    wards: Wards,
    streams: Streams,
) -> web.Application:
    """The sub-application; *wake* tells the courier of a channel with new rows."""
    app = web.Application(middlewares=[access.protect])
    app[DESK] = Desk(settings, database, vault, library, clock, wake, wards, streams)
    app[ROOM] = Room()
    app[MOST] = {route.path: route.most for route in ROUTES if route.most}
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    for route in ROUTES:
        app.router.add_route(route.method, route.path, access.guarded(route))
    app.add_routes([web.static("/static", HERE / "static")])
    app.on_shutdown.append(_end_streams)
    return app


async def _end_streams(app: web.Application) -> None:
    """Before requests under way are waited for; the pages come back by themselves."""
    app[DESK].stopping.set()
