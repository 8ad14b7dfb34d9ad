"""Around handlers: an announcement above the first answer; and what was waited for, asked again after a question
in between was answered."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from bot.core.messages import Answer, Kind, Reply
from bot.store.staff import switches
from handlers import activation
from handlers.booking import form, place
from handlers.person import linked_accounts, profile
from handlers.texts import common
from handlers.turn import Handler, Turn

QUIET = frozenset({Kind.BLOCKED, Kind.UNBLOCKED})


def announcing(handler: Handler) -> Handler:
    """*handler*, whose first answer while an announcement to everybody ("VNeID đang quá tải") is on begins with it,
    unless that is urgent."""

    def handle(turn: Turn) -> Answer | None:
        answer = handler(turn)
        if answer is None or not answer.replies or answer.urgent or turn.incoming.kind in QUIET:
            return answer
        notice = switches.value(turn.tx, switches.NOTICE, turn.now)
        if notice is None:
            return answer
        mark = hashlib.sha256(notice.encode()).hexdigest()[:8]
        if turn.conversation.told == mark:
            return answer
        after = replace(answer.conversation or turn.conversation, told=mark)
        shown = common.notice(f"📢 {notice}")
        return replace(answer, replies=(shown, *answer.replies), conversation=after)

    return handle


def asking_again(handler: Handler) -> Handler:
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
