"""👍 and 👎 under an answer, with a reason for 👎."""

from __future__ import annotations

from bot.core.actions import ExplainVote, Vote
from bot.core.messages import Answer
from bot.store.people import questions
from handlers.texts import feedback as say
from handlers.turn import Turn


def handle(turn: Turn) -> Answer | None:
    match turn.action:
        case Vote(value, question):
            return _vote(turn, question, value)
        case ExplainVote(reason, question) if reason in say.REASONS:
            done = questions.explain_vote(turn.tx, question, turn.incoming.sender, reason)
            return Answer((say.thanks_reason() if done else say.forgotten(),))
    return None


def _vote(turn: Turn, question: str, value: str) -> Answer:
    if not questions.vote(turn.tx, question, turn.incoming.sender, value):
        return Answer((say.forgotten(),))
    reply = say.thanks_up() if value == "up" else say.thanks_down(question)
    return Answer((reply,))
