"""What Telegram refuses in texts, keyboards and answers inline."""

from __future__ import annotations

import re
from typing import Any

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
START = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ApiError(Exception):
    """An answer with `ok: false`."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def require(condition: object, description: str) -> None:
    if not condition:
        raise ApiError(400, f"Bad Request: {description}")


def check_article(result: dict[str, Any]) -> None:
    require(result["type"] == "article", "unknown inline query result type")
    require(1 <= len(result["id"].encode()) <= 64, "RESULT_ID_INVALID")
    require(result["title"].strip(), "ARTICLE_TITLE_EMPTY")
    text = result["input_message_content"]["message_text"]
    require(text.strip(), "MESSAGE_TEXT_EMPTY")
    require(utf16(text) <= 4096, "MESSAGE_TOO_LONG")
    check_keyboard(result.get("reply_markup", {}).get("inline_keyboard", []))


def check_keyboard(keyboard: list[list[dict[str, str]]]) -> None:
    require(sum(map(len, keyboard)) <= 100, "reply markup is too long")
    for row in keyboard:
        require(1 <= len(row) <= 8, "a row has 1-8 buttons")
        for button in row:
            require(button.get("text"), "text buttons are unallowed in the inline keyboard")
            if "url" in button:
                require(button["url"].startswith(("https://", "http://", "tg://")), "BUTTON_URL")
            else:
                size = len(button["callback_data"].encode())
                require(1 <= size <= 64, "BUTTON_DATA_INVALID")
