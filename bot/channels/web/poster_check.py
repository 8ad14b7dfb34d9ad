"""The public page "Kiểm tra áp phích": is this poster ours, and does it belong here?

Asked with the code that is printed (`?ma=`) or the payload of a link (`?p=`). Who tries many codes that
are none is held up for a while; addresses are counted in memory and forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from bot.core import http_request
from bot.core.clock import VIETNAM
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.faq.greetings import Greetings
from bot.outreach import links, posters
from bot.store.campaigns import posters as stored
from bot.store.database import Database

PATHS = (links.CHECK_PATH, "/poster")
MOST_MISSES = 30  # of one address within the window: many phones share one
WINDOW = timedelta(minutes=10)
MOST_ADDRESSES = 10_000
LONGEST = 100  # characters that are looked at
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}


class Misses:
    """How often each address has asked for codes that are none."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, list[datetime]] = OrderedDict()

    def too_many(self, who: str) -> bool:
        recent = [at for at in self._seen.get(who, ()) if at > self._clock() - WINDOW]
        return len(recent) >= MOST_MISSES

    def add(self, who: str) -> None:
        recent = [*self._seen.pop(who, ()), self._clock()]
        self._seen[who] = recent[-MOST_MISSES:]
        if len(self._seen) > MOST_ADDRESSES:
            self._seen.popitem(last=False)


class PosterCheck:
    """`words` are the greetings in use: they name the kinds of places."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        vault: Vault,
        words: Callable[[], Greetings],
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._database = database
        self._vault = vault
        self._words = words
        self._misses = Misses(clock)
        folder = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
        pages = jinja2.Environment(
            loader=folder, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
        )
        self._page = pages.get_template("poster.html")

    def routes(self) -> list[web.RouteDef]:
        return [web.get(path, self.show) for path in PATHS]

    async def show(self, request: web.Request) -> web.Response:
        typed, payload = (request.query.get(name, "")[:LONGEST] for name in ("ma", "p"))
        if not typed.strip() and not payload:
            return self._answer("ask")
        who = http_request.address(request, self._settings.listen)
        if self._misses.too_many(who):
            return self._answer("wait", typed=typed)
        code = posters.genuine(self._vault, payload) if payload else _code(typed)
        found = await self._database.run(lambda tx: stored.get(tx, code)) if code else None
        if found is None:
            self._misses.add(who)
            state = "forged" if payload else "unknown" if code else "no code"
            return self._answer(state, typed=typed)
        return self._answer("retired" if found.retired_at else "genuine", found, typed)

    def _answer(
        self, state: str, poster: stored.Poster | None = None, typed: str = ""
    ) -> web.Response:
        kind = self._words().places.get(poster.kind) if poster else None
        values: dict[str, Any] = {
            "state": state,
            "typed": posters.shown(poster.code) if poster else typed.strip(),
            "poster": poster,
            "kind": kind.name if kind else "",
            "day": lambda at: f"{at.astimezone(VIETNAM):%d/%m/%Y}",
            "links": tuple(links.of(self._settings, "")),
            "name": self._settings.name,
            "contact": self._settings.contact,
        }
        status = 429 if state == "wait" else 200
        headers = HEADERS | (
            {"Retry-After": str(int(WINDOW.total_seconds()))} if status == 429 else {}
        )
        text = self._page.render(values)
        return web.Response(text=text, content_type="text/html", status=status, headers=headers)


def _code(typed: str) -> str | None:
    """The code, also without the "PT-" before it."""
    return posters.typed(typed) or posters.typed(f"PT-{typed.strip()}")
