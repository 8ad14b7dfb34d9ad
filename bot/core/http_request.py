"""What stands at the HTTP door: who calls what, and how long we wait for what they have to say."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp import web

from bot.core.config.channels import Listen
from bot.core.file_descriptors import Runner

T = TypeVar("T")

HEAD_WITHIN = 30.0  # seconds for a request's head to be whole, from the start or the last answer on
BODY_WITHIN = 20.0  # seconds for a body to be whole; a bad mobile network needs some
NOBODY = "unknown"  # the address of whoever has none that can be read
LONGEST_NAME = 255  # of a file, on any disk
BODY = web.AppKey("seconds for a body", float)


def runner(
    app: web.Application,
    *,
    head_within: float = HEAD_WITHIN,
    body_within: float = BODY_WITHIN,
    connections: int,
    **more: Any,
) -> web.AppRunner:
    """A runner of *app* that does not wait for ever for who sends a byte now and then, and closes
    what idles when there are more than *connections*."""
    app[BODY] = body_within
    return Runner(app, connections, access_log=None, keepalive_timeout=head_within, **more)


@web.middleware
async def no_endless_names(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """404 for a static file whose name no file can have: the disk would fail instead of not finding it."""
    static = isinstance(request.match_info.route.resource, web.StaticResource)
    if static and len(request.raw_path) > LONGEST_NAME:
        raise web.HTTPNotFound
    return await handler(request)


async def in_time(request: web.Request, body: Awaitable[T]) -> T:
    """*body* of *request* when it has come whole; raises 408 when it takes too long, 400 when the
    caller has gone away."""
    try:
        async with asyncio.timeout(request.config_dict.get(BODY, BODY_WITHIN)):
            return await body
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    except ConnectionError as error:
        raise web.HTTPBadRequest from error


def address(request: web.Request, listen: Listen) -> str:
    """The network that the request comes from, `NOBODY` where that is no address. Behind a proxy of
    ours it is what that one wrote last into X-Forwarded-For: anything before could be made up by the
    caller."""
    found = request.remote or ""
    if listen.behind_proxy:
        said = ",".join(request.headers.getall("X-Forwarded-For", []))
        found = said.rsplit(",", 1)[-1].strip() or found
    return _network(found)


def site(network: str) -> str:
    """The household or company that *network* (see `address`) belongs to: of IPv6 it is given up to
    2^16 of them, and whoever counts places must not take them for so many neighbours."""
    if ":" not in network:
        return network
    try:
        return str(ipaddress.ip_network(network).supernet(new_prefix=48))
    except ValueError:
        return network


def route(request: web.Request) -> str:
    """The pattern that the request matched, "none" for none; the address itself may hold somebody's code
    or token, and has no end of values."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"


def _network(text: str) -> str:
    """A subscriber has one IPv4 address, and 2^64 of IPv6, whatever the port. All that is no address
    shares the limits of one, so that nobody makes up a fresh one with each request."""
    try:
        found = ipaddress.ip_address(_without_port(text.strip('"')))
    except ValueError:
        return NOBODY
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found), 64), strict=False))


def _without_port(text: str) -> str:
    """The address in `203.0.113.7:51234`, `[2001:db8::1]:443` or `fe80::1%eth0`, the forms that
    proxies write (RFC 7239, section 6)."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return text.partition("%")[0]
