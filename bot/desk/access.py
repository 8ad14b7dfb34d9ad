"""Before any page: who is it, may they, and did the request come from our own page?

ASVS 5.0 level 2 items that this keeps: V3.3 (cookies), V3.4 (headers; HSTS: bot/app.py), V3.5 (CSRF: token and
Origin), V7 (sessions: new id at sign-in, idle and absolute end), V8 (access by role and office).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote, urlsplit

from aiohttp import web
from aiohttp.http import HttpProcessingError

from bot.core import http_request
from bot.desk.context import MOST, SESSION, STREAMING, allowed, desk_of, page, redirect
from bot.desk.error_pages import busy, sorry
from bot.store.database import UNAVAILABLE
from bot.store.staff import accounts

if TYPE_CHECKING:
    from bot.desk.routes import Route

COOKIE = "__Host-desk"
IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)  # a full working day
TOUCH_AFTER = timedelta(minutes=1)  # a session's last use is written this often
MAX_FORM = 64 * 1024  # bytes of a form; Vietnamese takes up to nine for one letter
MAX_KEPT = 16 * 1024  # characters of a form that is kept over a new sign-in
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
}
DEFAULT_PORTS = {"http": 80, "https": 443}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Origin: TypeAlias = tuple[str, str, int]  # scheme, host, port


def token_id(token: str) -> str:
    """What the database knows a session by."""
    return hashlib.sha256(token.encode()).hexdigest()


@web.middleware
async def protect(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Headers on every answer, and errors as pages."""
    if request.method == "POST":
        request = request.clone(client_max_size=_most(request))
    response = await _answer(request, handler)
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/desk/static/"):
            response.headers["Cache-Control"] = "no-cache"
    return response


def _most(request: web.Request) -> int:
    """Bytes that this form may have."""
    return request.config_dict[MOST].get(
        http_request.route(request).removeprefix("/desk"), MAX_FORM
    )


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            error.headers.update(HEADERS)
            raise
        values = {"status": error.status, "reference": ""}
        return page(request, "error.html", values, error.status)
    except Exception as error:
        if STREAMING in request:  # half of an answer is out: nothing can be said any more
            raise
        return await busy(request, error) if isinstance(error, UNAVAILABLE) else sorry(request)


def guarded(route: Route) -> Handler:
    """The view of *route*, behind its checks."""

    async def handle(request: web.Request) -> web.StreamResponse:
        await _readable(request)
        if route.right is None:
            _same_origin(request)
            return await route.view(request)
        session = await _session(request)
        if session is None:
            return await _sign_in_first(request)
        request[SESSION] = session
        if not allowed(session, route.right, request.match_info.get("office")):
            raise web.HTTPForbidden
        if request.method == "POST":
            await _our_own_form(request, session)
        if session.account.must_change and not route.before_change:
            return redirect("/desk/me?said=change")
        return await route.view(request)

    return handle


async def _readable(request: web.Request) -> None:
    """Raise 400 for a form that cannot be read; what can be is kept by the request."""
    if request.method != "POST":
        return
    try:
        await http_request.in_time(request, request.post())
    except (LookupError, ValueError, HttpProcessingError, web.RequestPayloadError) as error:
        raise web.HTTPBadRequest from error


def in_background(request: web.Request) -> bool:
    """Whether a page asks by itself: no sign that somebody still sits at the desk."""
    asks = request.headers.get("X-Background"), request.headers.get("Accept")
    return asks[0] is not None or asks[1] == "text/event-stream"


async def _session(request: web.Request) -> accounts.Session | None:
    token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    desk = desk_of(request)
    now, id_ = desk.clock(), token_id(token)
    session = await desk.database.run(
        lambda tx: accounts.find_session(tx, id_, now - ABSOLUTE, now - IDLE)
    )
    if session and now - session.seen_at > TOUCH_AFTER and not in_background(request):
        await desk.database.run(lambda tx: accounts.seen(tx, id_, now))
    return session


async def _our_own_form(request: web.Request, session: accounts.Session) -> None:
    """Raise 403 unless a page of ours sent this form, in this session."""
    _same_origin(request)
    given = str((await request.post()).get("csrf", ""))
    if not hmac.compare_digest(given.encode(), session.csrf.encode()):
        raise web.HTTPForbidden


def _same_origin(request: web.Request) -> None:
    """A browser tells where a form comes from; what says nothing at all is let through only for
    reading."""
    if request.method != "POST":
        return
    said = request.headers.getall("Origin", [])
    if len(said) != 1 or (origin := _origin(said[0])) is None or origin != _own_origin(request):
        raise web.HTTPForbidden


def _own_origin(request: web.Request) -> Origin | None:
    """The origin of our own pages, as the browser that asks has to know it. At the address that
    the public knows that is `public_url`'s; elsewhere it is told by the connection, or by our proxy
    where one stands in front: that speaks https unless it says otherwise, for without https no
    browser keeps the cookie."""
    settings = desk_of(request).settings
    known = urlsplit(settings.public_url)
    public = _origin(f"{known.scheme}://{known.netloc}")
    if public and _origin(f"{known.scheme}://{request.host}") == public:
        return public
    scheme = request.scheme
    if settings.listen.behind_proxy:
        said = ",".join(request.headers.getall("X-Forwarded-Proto", []))
        scheme = said.rsplit(",", 1)[-1].strip().lower() or "https"
    return _origin(f"{scheme}://{request.host}")


def _origin(url: str) -> Origin | None:
    """Scheme, host and port of *url*; None when it is more, or less, than an origin (RFC 6454)."""
    try:
        parts = urlsplit(url.lower())
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    bare = f"{parts.scheme}://{parts.netloc}" == url.lower() and "@" not in url
    return (parts.scheme, parts.hostname, port) if bare and parts.hostname else None


async def _sign_in_first(request: web.Request) -> web.StreamResponse:
    """Ask for a sign-in; what was being sent is kept and offered again afterwards."""
    back = request.path_qs if request.method == "GET" else ""
    if request.method == "GET":
        return redirect(f"/desk/sign-in?next={quote(back, safe='')}")
    _same_origin(request)
    form = await request.post()
    kept = [(k, v) for k, v in form.items() if isinstance(v, str) and k != "csrf"]
    if sum(len(value) for _, value in kept) > MAX_KEPT:
        kept = []
    values = {"next": request.path, "kept": kept, "fault": "", "account": "", "code": False}
    return page(request, "sign_in.html", {**values, "expired": True}, 401)


def safe_path(path: str) -> str:
    """*path* if it leads to the desk, else the desk's first page: no way out to another site."""
    good = path.startswith("/desk/") and _host(path) == "" and "\\" not in path
    return path if good else "/desk/"


def _host(url: str) -> str | None:
    """The host that *url* names, "" for none; None when it is no address at all."""
    try:
        return urlsplit(url).netloc
    except ValueError:  # such as half an IPv6 address
        return None
