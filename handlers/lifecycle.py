"""Opening the chat, blocking and unblocking it."""

from __future__ import annotations

from bot.messages import Answer, Conversation, Kind
from bot.store import conversations
from handlers import ask, coach, texts
from handlers.turn import Turn

# What most people come for; those that the FAQ has are offered under the welcome.
COMMON = ("dang-ky-muc-2", "kich-hoat-cac-buoc", "noi-lam-the", "cuoc-goi-gia-cong-an")
ENTRY_LINK = "e_"  # deep link `e_<entry id>`: opens with that answer


def handle(turn: Turn) -> Answer | None:
    match turn.incoming.kind:
        case Kind.BLOCKED | Kind.UNBLOCKED:
            reachable = turn.incoming.kind is Kind.UNBLOCKED
            conversations.set_reachable(turn.tx, turn.incoming.sender, reachable)
            return Answer()
        case Kind.START:
            return start(turn)
    return None


def start(turn: Turn) -> Answer:
    if turn.data == coach.LINK:
        return coach.begin(turn)
    common = [entry for id_ in COMMON if (entry := turn.entry(id_))]
    welcome = texts.welcome(turn.settings.name, common)
    linked = turn.entry(turn.data.removeprefix(ENTRY_LINK)) if turn.data else None
    if linked is not None:
        shown = ask.show(turn, linked)
        return Answer((welcome, *shown.replies), shown.conversation)
    return Answer((welcome,), Conversation())
