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

from bot.config import Settings
from bot.desk import guard
from bot.desk.context import DESK, MOST, Desk
from bot.desk.filters import FILTERS
from bot.desk.room import ROOM, Room
from bot.desk.routes import ROUTES
from bot.library import Library
from bot.places import Wards
from bot.store.database import Database
from bot.vault import Vault

HERE = Path(__file__).parent


def make_desk(
    settings: Settings,
    database: Database,
    vault: Vault,
    library: Library,
    clock: Callable[[], datetime],
    wake: Callable[[str], None],
    wards: Wards,
) -> web.Application:
    """The sub-application; *wake* tells the courier of a channel with new rows."""
    app = web.Application(middlewares=[guard.protect])
    app[DESK] = Desk(settings, database, vault, library, clock, wake, wards)
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
        app.router.add_route(route.method, route.path, guard.guarded(route))
    app.add_routes([web.static("/static", HERE / "static")])
    app.on_shutdown.append(_end_streams)
    return app


async def _end_streams(app: web.Application) -> None:
    """Before requests under way are waited for; the pages come back by themselves."""
    app[DESK].stopping.set()
