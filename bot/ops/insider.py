"""Who may see figures and details of the service: its deployer, not the public."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from aiohttp import web

from bot.core.config import Settings

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def is_insider(request: web.Request, settings: Settings) -> bool:
    """Whether *request* shows the token, or, where there is none, comes from this very machine.

    Behind a proxy every request comes from this machine, so there only the token counts; and so it
    does for private networks: a container's published port makes the whole world look like one.
    """
    if token := settings.watch.token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode())
    proxied = settings.listen.behind_proxy or settings.public_url
    if proxied or any(name in request.headers for name in FORWARDED):
        return False
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return peer is not None and ip_address(str(peer[0])).is_loopback
