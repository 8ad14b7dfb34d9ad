"""A notice to everybody ("VNeID đang quá tải"), shown once in each chat for as long as it is on."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from bot.core.messages import Answer, Kind
from bot.store.staff import switches
from handlers.texts import common
from handlers.turn import Handler, Turn

QUIET = frozenset({Kind.BLOCKED, Kind.UNBLOCKED})


def above(handler: Handler) -> Handler:
    """*handler*, whose first answer while a notice is on begins with it, unless that is urgent."""

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
