"""A fault of ours on a page: what the officer sees, and what the log knows."""

from __future__ import annotations

import secrets

import structlog
from aiohttp import web

from bot.core.http_request import route
from bot.desk.context import page
from bot.store.database import AGAIN_AFTER

SECRETS = frozenset({"password", "old", "new", "again", "secret"})  # never written into a page

log = structlog.get_logger()


def sorry(request: web.Request) -> web.Response:
    """The page for a fault, called while it is being handled. It says a reference and nothing of the
    fault itself; the log has the same reference with the traceback."""
    reference = secrets.token_hex(4).upper()
    log.exception(
        "desk page failed", reference=reference, method=request.method, page=route(request)
    )
    return page(request, "error.html", {"status": 500, "reference": reference}, 500)


async def busy(request: web.Request, error: Exception) -> web.Response:
    """The page for a database that cannot do it now. Nothing was written; what was in the form stands
    in the page, to be sent again by one tap."""
    log.error("database unavailable", page=route(request), reason=str(error))
    values = {"posted": request.method == "POST", "kept": await _kept(request)}
    response = page(request, "busy.html", {**values, "path": request.path_qs}, 503)
    response.headers["Retry-After"] = str(AGAIN_AFTER)
    return response


async def _kept(request: web.Request) -> list[tuple[str, str]]:
    """The fields of the form; none where it has a file or a secret, which no page can keep."""
    form = await request.post() if request.method == "POST" else {}
    fields = [(name, value) for name, value in form.items() if isinstance(value, str)]
    whole = len(fields) == len(form) and not SECRETS & form.keys()
    return fields if whole else []
