"""python-telegram-bot set up as we use it: without its own loop, queue and handlers."""

from __future__ import annotations

import logging
from typing import Any, TypeAlias

import structlog
from telegram import Update
from telegram.ext import AIORateLimiter, Application, ApplicationBuilder
from telegram.request import HTTPXRequest

from bot.config import Settings

Bot: TypeAlias = Application[Any, Any, Any, Any, Any, Any]
log = structlog.get_logger()


class Polls(HTTPXRequest):
    """The connection for polling, which survives an update that the library cannot read: only its
    id is kept. Otherwise the library would refuse the same batch for ever, and write what people
    said to the log."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        data: dict[str, Any] = HTTPXRequest.parse_json_payload(payload)
        if isinstance(updates := data.get("result"), list):
            data["result"] = [_readable(update) for update in updates]
        return data


def _readable(update: dict[str, Any]) -> dict[str, Any]:
    try:
        Update.de_json(update)
    except Exception as error:
        log.error("telegram update not readable", update=update["update_id"], error=repr(error))
        return {"update_id": update["update_id"]}
    return update


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
    """20 messages a minute to each group; how fast to write in all is the tempo's (bot/tempo.py),
    which serves replies before campaigns."""
    return AIORateLimiter(overall_max_rate=0, group_max_rate=20, group_time_period=60)


def hush() -> None:
    """httpx logs every address, and Telegram's hold the token; the limiter logs a traceback for
    what the courier handles."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("telegram.ext.AIORateLimiter").setLevel(logging.CRITICAL)
