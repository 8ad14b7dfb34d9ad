"""What every page of the desk may use, and what it knows of the request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp_jinja2
from aiohttp import web

from bot.booking.wards import Wards
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.core.file_descriptors import Streams
from bot.core.rate_limit import Buckets
from bot.desk.passwords import Hashing
from bot.desk.roles import Right, Role, may
from bot.faq.live import Library
from bot.store.database import Database, Transaction
from bot.store.staff import audit
from bot.store.staff.accounts import Session
from bot.store.values import Ids

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    settings: Settings
    database: Database
    vault: Vault
    library: Library
    clock: Callable[[], datetime]
    wake: Callable[[str], None]
    wards: Wards
    streams: Streams
    ids: Ids = field(default_factory=Ids)
    hashing: Hashing = field(default_factory=Hashing)
    strangers: Buckets = field(default_factory=lambda: Buckets(300, 600))  # tries from new devices
    invented: Buckets = field(default_factory=lambda: Buckets(1, 900))  # lines of the audit log
    stopping: asyncio.Event = field(default_factory=asyncio.Event)  # ends what streams


DESK = web.AppKey("desk", Desk)
MOST = web.AppKey("desk forms", dict[str, int])  # bytes of the forms that may be large, by path
SESSION = web.RequestKey("desk session", Session)
STREAMING = web.RequestKey("desk streaming", bool)  # the answer has begun


def desk_of(request: web.Request) -> Desk:
    return request.config_dict[DESK]


def officer(request: web.Request) -> Session:
    """Who is signed in; only behind the guard."""
    return request[SESSION]


def allowed(session: Session, right: Right, office: str | None = None) -> bool:
    """Whether the officer has *right*, for *office* if one is named."""
    account = session.account
    mine = office is None or not account.offices or office in account.offices
    return mine and may(Role(account.role), right)


async def run(request: web.Request, work: Callable[[Transaction], T]) -> T:
    """*work* in one transaction."""
    return await desk_of(request).database.run(work)


def note(
    tx: Transaction, request: web.Request, what: str, subject: str = "", detail: str = ""
) -> None:
    """Write to the audit log what the officer does, in the same transaction."""
    now = desk_of(request).clock()
    audit.write(tx, now, officer(request).account.id, what, subject, detail)


def new_id(request: web.Request) -> Callable[[], str]:
    desk = desk_of(request)
    return partial(desk.ids.new, desk.clock())


def page(
    request: web.Request, template: str, values: Mapping[str, Any], status: int = 200
) -> web.Response:
    """Render *template* with what every page shows."""
    session = request.get(SESSION)
    desk = desk_of(request)
    shared = {
        "session": session,
        "csrf": session.csrf if session else "",
        "Right": Right,
        "allowed": partial(allowed, session) if session else lambda *_: False,
        "now": desk.clock(),
        "name": desk.settings.name,
        "said": request.query.get("said", ""),
    }
    response = aiohttp_jinja2.render_template(template, request, {**shared, **values})
    response.set_status(status)
    return response


def redirect(to: str) -> web.Response:
    """Look there, by GET. What was typed into an address may hold what no header can."""
    return web.Response(status=303, headers={"Location": quote(to, safe="/?&=%#")})
