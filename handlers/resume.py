"""A question in the middle of booking (or of activating) is answered, then that goes on where it was."""

from __future__ import annotations

from dataclasses import replace

from bot.core.messages import Answer, Kind, Reply
from handlers import activation
from handlers.booking import form, place
from handlers.person import linked_accounts, profile
from handlers.turn import Handler, Turn


def after(handler: Handler) -> Handler:
    """*handler*, followed by what was being waited for when something else was typed."""

    def handle(turn: Turn) -> Answer | None:
        answer = handler(turn)
        if answer is None or turn.incoming.kind is not Kind.TEXT or _left(turn, answer):
            return answer
        return replace(answer, replies=(*answer.replies, *_prompt(turn)))

    return handle


def _left(turn: Turn, answer: Answer) -> bool:
    """Whether the answer has led somewhere else."""
    after = answer.conversation
    return after is not None and after.step != turn.conversation.step


def _prompt(turn: Turn) -> tuple[Reply, ...]:
    return (
        *place.prompt(turn),
        *form.prompt(turn),
        *linked_accounts.prompt(turn),
        *activation.prompt(turn),
        *profile.prompt(turn),
    )
