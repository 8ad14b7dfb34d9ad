"""Said where others read along (a family's group): questions are answered, nothing personal is.

Stands first: no other handler ever sees such a message. Its buttons lead to a private talk.
"""

from __future__ import annotations

from bot.matching.entries import Entry
from bot.matching.matcher import Outcome, Result
from bot.messages import Answer, Button, Kind, Reply
from bot.store import questions
from handlers import (
    book,
    coach,
    handoff,
    link,
    menu,
    mydata,
    profile,
    safety,
    safety_texts,
    stop,
    texts,
    thanks,
    visits,
    waiting,
)  # fmt: skip
from handlers import group_texts as say
from handlers.turn import Turn

PERSONAL = frozenset().union(
    *(book.WORDS, visits.WORDS, link.WORDS, link.LEAVE_WORDS, handoff.WORDS, coach.WORDS),
    *(mydata.SHOW_WORDS, mydata.ERASE_WORDS, stop.WORDS),
    *(profile.NEWS_WORDS, profile.SHOW_WORDS, profile.ERASE_WORDS, waiting.WORDS),
)
ASK = "/hoi"  # a command with a question behind it


def handle(turn: Turn) -> Answer | None:
    if not turn.incoming.public:
        return None
    if turn.incoming.kind is Kind.START:
        return Answer((say.hello(turn.settings.name),))
    if turn.incoming.kind is not Kind.TEXT:
        return Answer()
    words = turn.words.strip("/ ")
    if not words or words in menu.WORDS:
        return Answer((say.hello(turn.settings.name),))
    if thanks.said(words):
        return Answer((texts.notice(texts.NO_TROUBLE),))
    if words in PERSONAL or _is_other_command(turn):
        return Answer((say.in_private(),))
    return Answer((*_scam(turn), _reply(turn, turn.matcher.match(_question(turn)))))


def _is_other_command(turn: Turn) -> bool:
    return turn.text.startswith("/") and not turn.text.startswith(f"{ASK} ")


def _question(turn: Turn) -> str:
    return turn.text.removeprefix(ASK).strip()


def _scam(turn: Turn) -> tuple[Reply, ...]:
    return (safety_texts.scam_now(),) if safety.looks_like_scam(turn.words) else ()


def _reply(turn: Turn, result: Result) -> Reply:
    """As in private (handlers/ask.py), without what only one person may press."""
    questions.record(
        turn.tx,
        id=turn.new_id(),
        person=turn.incoming.sender,
        at=turn.now,
        text=turn.masked.text,
        outcome=result.outcome.value,
        entry=result.neighbour or (result.matches[0].entry if result.matches else None),
        confidence=result.confidence,
        content=turn.matcher.faq.version,
    )
    found = [entry for match in result.matches if (entry := turn.entry(match.entry))]
    if result.outcome is Outcome.ANSWER and found:
        return say.answer(found[0], _call(turn, found[0]))
    if result.outcome is Outcome.ASK_BACK and found:
        return say.which(found[: turn.settings.matching.choices])
    neighbour = turn.entry(result.neighbour) if result.neighbour else None
    return say.answer(neighbour, ()) if neighbour else say.admit(turn.settings.contact)


def _call(turn: Turn, entry: Entry) -> tuple[Button, ...]:
    return (texts.call(turn.settings.contact),) if entry.action == "call" else ()
