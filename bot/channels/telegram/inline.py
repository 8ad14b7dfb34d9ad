"""`@bot câu hỏi` in any chat: the answers to choose from while somebody is typing.

Telegram sends what is typed at nearly every key and drops what comes after some ten seconds, so
this is answered at once or not at all: no transaction, no outbox, and nothing of who asked is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

import structlog
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.channels.split_text import split
from bot.core import deep_links
from handlers.questions.inline import Snippet

MAX_TEXT = 4096  # UTF-16 units in one message
MAX_TITLE = 64
PAUSE = 0.3  # seconds without a further key, after which the words count as typed
DEADLINE = 8.0  # seconds; Telegram takes no answer after some ten
AT_ONCE = 4  # questions looked up at a time
CACHED = 300  # seconds for which Telegram gives the same answer to everybody
ASK_IN_PRIVATE = "Không thấy câu cần? Hỏi riêng trợ lý"

LookUp: TypeAlias = Callable[[str], Sequence[Snippet]]
log = structlog.get_logger()


class Inline:
    """Answers the newest words of each person; `count` is told that there were answers."""

    def __init__(
        self, look_up: LookUp, count: Callable[[], Awaitable[None]], pause: float = PAUSE
    ) -> None:
        self._look_up = look_up
        self._count = count
        self._pause = pause
        self._newest: dict[str, str] = {}  # by person, for as long as they wait
        self._places = asyncio.Semaphore(AT_ONCE)

    async def answer(
        self, bot: ExtBot[Any], username: str, query: str, person: str, words: str
    ) -> None:
        """Answer *query*, unless the same person has typed on meanwhile."""
        self._newest[person] = query
        try:
            async with asyncio.timeout(DEADLINE):
                await asyncio.sleep(self._pause)
                if self._newest.get(person) == query:
                    await self._offer(bot, username, query, words)
        except (TelegramError, TimeoutError) as error:
            log.info("telegram inline query not answered", error=type(error).__name__)
        finally:
            if self._newest.get(person) == query:
                del self._newest[person]

    async def _offer(self, bot: ExtBot[Any], username: str, query: str, words: str) -> None:
        async with self._places:
            found = await asyncio.to_thread(self._look_up, words)
        await bot.answer_inline_query(
            query,
            [_article(snippet, username) for snippet in found],
            cache_time=CACHED,
            is_personal=False,
            button=InlineQueryResultsButton(ASK_IN_PRIVATE, start_parameter=deep_links.ASK),
        )
        if found:
            await self._count()


def _article(snippet: Snippet, username: str) -> InlineQueryResultArticle:
    address = deep_links.telegram(username, deep_links.entry(snippet.entry))
    button = InlineKeyboardButton("Hỏi thêm trợ lý", url=address)
    return InlineQueryResultArticle(
        snippet.entry,
        snippet.title[:MAX_TITLE],
        InputTextMessageContent(
            split(snippet.text, MAX_TEXT)[0],
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        ),
        description=snippet.gist,
        reply_markup=InlineKeyboardMarkup([[button]]),
    )
