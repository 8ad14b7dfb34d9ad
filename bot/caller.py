"""Where a request comes from."""

from __future__ import annotations

from aiohttp import web

from bot.config.channels import Listen


def address(request: web.Request, listen: Listen) -> str:
    """The caller's address; behind a proxy of our own, what that one says last."""
    if listen.behind_proxy:
        forwarded = request.headers.get("X-Forwarded-For", "")
        return forwarded.rsplit(",", 1)[-1].strip() or str(request.remote)
    return str(request.remote)
