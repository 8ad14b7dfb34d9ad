"""One attempt to send a letter through a channel; whatever fails is a `SendError` that says what may
be done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog

from bot.core.messages import Reply
from bot.delivery.errors import Refused, SendError, Unavailable, Uncertain
from bot.delivery.pacing import Tempo
from bot.store.database import DatabaseFault
from bot.store.outbox.outbox import Letter
from handlers.texts.reminders import together

SEND_TIMEOUT = (
    30.0  # seconds; shorter than the courier's lease, so that a slow send cannot be sent twice
)

log = structlog.get_logger()


class Sender(Protocol):
    """The sending half of a channel."""

    name: str
    tempo: Tempo

    async def send(self, to: str, reply: Reply, id: str) -> str:
        """Send *reply* to the chat *to*; returns the platform's id. Raises a `SendError`."""
        ...

    def resume(self, id: str, receipt: str) -> None:
        """The row *id* was begun before, maybe by another process: *receipt* names those of its
        messages that have gone out, which are not sent again."""
        ...

    def receipts(self, id: str) -> str:
        """Of those messages of the row *id* that have gone out so far, as `SendError.sent` has them."""
        ...


async def attempt(sender: Sender, letter: Letter, opened: Callable[[Reply], Reply]) -> str:
    """Send *letter*; returns the platform's id. *opened* gives a reply's files as they are sent."""
    if letter.receipt:
        sender.resume(letter.id, letter.receipt)
    try:
        async with asyncio.timeout(SEND_TIMEOUT):
            reply = await _whole(_joined(letter), opened)
            return await sender.send(letter.address.user, reply, letter.id)
    except SendError:
        raise
    except DatabaseFault as error:  # asked by the channel before it sends
        raise _cut_short(sender, letter, Unavailable("the database did not answer")) from error
    except TimeoutError as error:
        raise _cut_short(sender, letter, Uncertain("no answer in time")) from error
    except Exception as error:
        log.exception("channel failed", channel=sender.name, row=letter.id)
        # Not its words: they may quote the message, and an alert with them outlives that.
        raise Refused(f"fault in the channel: {type(error).__name__}") from error


def _cut_short(sender: Sender, letter: Letter, error: SendError) -> SendError:
    """The channel had no chance to say what has gone out: it is asked."""
    error.sent = sender.receipts(letter.id)
    return error


async def _whole(reply: Reply, opened: Callable[[Reply], Reply]) -> Reply:
    return await asyncio.to_thread(opened, reply) if reply.attachments else reply


def _joined(letter: Letter) -> Reply:
    """What is sent: one message for the row and those that are said with it."""
    if not letter.companions:
        return letter.reply
    return together([letter.reply, *(companion.reply for companion in letter.companions)])
