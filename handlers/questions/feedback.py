"""👍 and 👎 under an answer, with a reason for 👎."""

from __future__ import annotations

from bot.core.messages import Answer, Kind
from bot.store.people import questions
from handlers.texts import feedback as say
from handlers.turn import Turn


def handle(turn: Turn) -> Answer | None:
    if turn.incoming.kind is not Kind.BUTTON:
        return None
    verb, _, rest = turn.data.partition(":")
    value, _, question = rest.partition(":")
    if verb == "vote" and value in {"up", "down"}:
        return _vote(turn, question, value)
    if verb == "why" and value in say.REASONS:
        done = questions.explain_vote(turn.tx, question, turn.incoming.sender, value)
        return Answer((say.thanks_reason() if done else say.forgotten(),))
    return None


def _vote(turn: Turn, question: str, value: str) -> Answer:
    if not questions.vote(turn.tx, question, turn.incoming.sender, value):
        return Answer((say.forgotten(),))
    reply = say.thanks_up() if value == "up" else say.thanks_down(question)
    return Answer((reply,))
