"""One of our messages as a call of the library."""

from __future__ import annotations

from typing import Any

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
)
from telegram import Message as SentMessage
from telegram.ext import ExtBot

from bot.channels.telegram import render
from bot.core.messages import Wish


async def call(bot: ExtBot[Any], to: str, message: render.Message) -> SentMessage:
    if message.file is None:
        return await bot.send_message(
            to,
            message.text,
            reply_markup=_keyboard(message),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
    content = InputFile(message.file.data, message.file.name)
    if message.file.media_type.startswith("image/"):
        return await bot.send_photo(to, content)
    return await bot.send_document(to, content)


def _keyboard(message: render.Message) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    if message.wishes:
        buttons = [
            KeyboardButton(
                button.label,
                request_contact=button.wish is Wish.CONTACT,
                request_location=button.wish is Wish.LOCATION,
            )
            for button in message.wishes
        ]
        return ReplyKeyboardMarkup([buttons], resize_keyboard=True, one_time_keyboard=True)
    return _inline(message.rows) if message.rows else None


def _inline(rows: render.Rows) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(button.label, url=button.url)
                if button.url
                else InlineKeyboardButton(button.label, callback_data=button.data)
                for button in row
            ]
            for row in rows
        ]
    )
