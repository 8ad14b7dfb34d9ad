"""Calls to a platform's API: a JSON object, or what the courier may do without one."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout

from bot.delivery.errors import Throttled, Unavailable, Uncertain

TIMEOUT = ClientTimeout(total=20, connect=8)  # seconds
TOO_FAST = 30.0  # seconds to wait where the platform does not say


async def post(session: ClientSession, url: str, **request: Any) -> dict[str, Any]:
    """POST and return the JSON object of the answer, whatever its status below 500.

    Raises `Unavailable` when nothing was sent, `Throttled`, or `Uncertain` when the answer does not
    say what became of it. No error names the address: it may hold a token.
    """
    timeout = request.pop("timeout", TIMEOUT)
    try:
        async with session.post(url, timeout=timeout, **request) as response:
            return _object(response.status, await response.read())
    except ClientConnectorError as error:
        raise Unavailable("no connection") from error
    except (ClientError, TimeoutError) as error:
        raise Uncertain(f"broken off: {type(error).__name__}") from error


def _object(status: int, body: bytes) -> dict[str, Any]:
    if status == 429:
        raise Throttled(TOO_FAST)
    if status >= 500:
        raise Uncertain(f"status {status}")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Uncertain(f"status {status}, no JSON") from error
    if not isinstance(data, dict):
        raise Uncertain(f"status {status}, no JSON object")
    return data


class Client:
    """`client()`: the connections, made at their first use, as they belong to the loop that runs then."""

    def __init__(self) -> None:
        self._session: ClientSession | None = None

    def __call__(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession()
        return self._session

    async def close(self) -> None:
        if self._session:
            await self._session.close()
