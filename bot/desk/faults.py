"""A fault of ours on a page: what the officer sees, and what the log knows."""

from __future__ import annotations

import secrets

import structlog
from aiohttp import web

from bot.desk.context import page

log = structlog.get_logger()


def sorry(request: web.Request) -> web.Response:
    """The page for a fault, called while it is being handled. It says a reference and nothing of the
    fault itself; the log has the same reference with the traceback, and the route rather than the
    address, in which somebody's code may stand."""
    reference = secrets.token_hex(4).upper()
    resource = request.match_info.route.resource
    where = resource.canonical if resource else ""
    log.exception("desk page failed", reference=reference, method=request.method, page=where)
    return page(request, "error.html", {"status": 500, "reference": reference}, 500)
