"""python-telegram-bot set up as we use it: without its own loop, queue and handlers."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import structlog
from telegram import Update
from telegram.ext import AIORateLimiter, Application, ApplicationBuilder
from telegram.request import HTTPXRequest

from bot.channels.telegram.parse import Json
from bot.core.config import Settings

Bot: TypeAlias = Application[Any, Any, Any, Any, Any, Any]
WHOLE = "as_it_came"  # names no field of Telegram's
log = structlog.get_logger()


class Polls(HTTPXRequest):
    """The connection for polling, which hands updates on as they came.

    Of each the library is shown the id only; the whole of it goes along as an argument that the
    library does not know. It would refuse a batch for ever for one update that it cannot parse, and
    write to the log what people said.
    """

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        data: dict[str, Any] = HTTPXRequest.parse_json_payload(payload)
        if isinstance(updates := data.get("result"), list):
            data["result"] = [_wrapped(update) for update in updates if _has_id(update)]
        return data


def _has_id(update: Any) -> bool:
    match update:
        case {"update_id": int()}:
            return True
    log.error("telegram update without an id")  # nothing can be acknowledged by it
    return False


def _wrapped(update: dict[str, Any]) -> dict[str, Any]:
    return {"update_id": update["update_id"], WHOLE: update}


def unwrapped(updates: Iterable[Update]) -> Sequence[Json]:
    """What Telegram sent, from what came over `Polls`."""
    return [update.api_kwargs[WHOLE] for update in updates]


def application(settings: Settings, calls: HTTPXRequest, polls: HTTPXRequest) -> Bot:
    address = settings.telegram_api_url
    return (
        ApplicationBuilder()
        .token(settings.telegram.token)
        .base_url(f"{address}/bot")
        .base_file_url(f"{address}/file/bot")
        .rate_limiter(_limiter())
        .request(calls)
        .get_updates_request(polls)
        .updater(None)
        .job_queue(None)
        .build()
    )


def _limiter() -> AIORateLimiter:
    """20 messages a minute to each group; how fast to write in all is the tempo's (bot/delivery/pacing.py),
    which serves replies before campaigns."""
    return AIORateLimiter(overall_max_rate=0, group_max_rate=20, group_time_period=60)


def hush() -> None:
    """httpx logs every address, and Telegram's hold the token; the limiter logs a traceback for
    what the courier handles."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("telegram.ext.AIORateLimiter").setLevel(logging.CRITICAL)
