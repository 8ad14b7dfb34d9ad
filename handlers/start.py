"""Opening the chat, blocking and unblocking it."""

from __future__ import annotations

from bot.core import deep_links
from bot.core.messages import Answer, Conversation, Kind
from bot.store.people import conversations
from handlers import activation, greet
from handlers.questions import ask
from handlers.texts import common as texts
from handlers.texts import poster
from handlers.turn import Turn

# What most people come for; those that the FAQ has are offered under the welcome.
COMMON = ("dang-ky-muc-2", "kich-hoat-cac-buoc", "noi-lam-the", "cuoc-goi-gia-cong-an")


def handle(turn: Turn) -> Answer | None:
    match turn.incoming.kind:
        case Kind.BLOCKED | Kind.UNBLOCKED:
            reachable = turn.incoming.kind is Kind.UNBLOCKED
            conversations.set_reachable(turn.tx, turn.incoming.sender, reachable)
            return Answer()
        case Kind.START:
            return start(turn, turn.data)
    return greet.typed(turn)


def start(turn: Turn, payload: str = "") -> Answer:
    """The welcome, or what the deep link's *payload* leads to."""
    if payload == activation.LINK:
        return activation.begin(turn)
    greeted = greet.linked(turn, payload)
    if greeted is not None:
        return greeted
    common = [entry for id_ in COMMON if (entry := turn.entry(id_))]
    welcome = texts.welcome(turn.settings.name, common)
    entry = turn.entry(payload.removeprefix(deep_links.ENTRY)) if payload else None
    if entry is not None:
        shown = ask.show(turn, entry)
        return Answer((welcome, *shown.replies), shown.conversation)
    # An entry may have gone since; `ASK` only leads here.
    known = payload in ("", deep_links.ASK) or payload.startswith(deep_links.ENTRY)
    warning = () if known else (poster.forged(turn.settings),)
    return Answer((*warning, welcome), Conversation())
