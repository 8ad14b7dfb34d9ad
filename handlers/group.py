"""Said where others read along (a family's group): questions are answered, nothing personal is.

Stands first: no other handler ever sees such a message. Its buttons lead to a private talk.
"""

from __future__ import annotations

from bot.core.messages import Answer, Button, Kind, Reply
from bot.faq.entries import Entry
from bot.faq.matching.matcher import Outcome, Result
from bot.store.people import questions
from handlers import activation, menu, opt_out
from handlers.booking import my_visits, place, waiting_list
from handlers.person import linked_accounts, my_data, profile
from handlers.questions import handoff, safety, small_talk
from handlers.texts import common  # fmt: skip
from handlers.texts import group as say
from handlers.turn import ASK, Turn

PERSONAL = frozenset().union(
    *(
        place.WORDS,
        my_visits.WORDS,
        linked_accounts.WORDS,
        linked_accounts.LEAVE_WORDS,
        handoff.WORDS,
        activation.WORDS,
    ),
    *(my_data.SHOW_WORDS, my_data.ERASE_WORDS, opt_out.WORDS),
    *(profile.NEWS_WORDS, profile.SHOW_WORDS, profile.ERASE_WORDS, waiting_list.WORDS),
)


def handle(turn: Turn) -> Answer | None:
    if not turn.incoming.public:
        return None
    if turn.incoming.kind is Kind.START:
        return Answer((say.hello(turn.settings.name),))
    if turn.incoming.kind is not Kind.TEXT:
        return Answer()
    if danger := safety.told(turn):
        return Answer(tuple(map(say.warning, danger)), urgent=True)
    words = turn.words.strip("/ ")
    if not words or words in menu.WORDS:
        return Answer((say.hello(turn.settings.name),))
    if small_talk.is_thanks(words):
        return Answer((common.notice(common.NO_TROUBLE),))
    if words in PERSONAL or _is_other_command(turn):
        return Answer((say.in_private(),))
    return Answer((*safety.addressed(turn), _reply(turn, turn.reading.meaning().whole)))


def _is_other_command(turn: Turn) -> bool:
    return turn.text.startswith("/") and not turn.text.startswith(f"{ASK} ")


def _reply(turn: Turn, result: Result) -> Reply:
    """As in private (handlers/questions/ask.py), without what only one person may press."""
    questions.record(
        turn.tx,
        id=turn.new_id(),
        person=turn.incoming.sender,
        at=turn.now,
        text=turn.masked.text,
        outcome=result.outcome.value,
        entry=result.neighbour or (result.matches[0].entry if result.matches else None),
        confidence=result.confidence,
        content=turn.faq.version,
    )
    found = [entry for match in result.matches if (entry := turn.entry(match.entry))]
    if result.outcome is Outcome.ANSWER and result.sure and found:
        return say.answer(found[0], _call(turn, found[0]))
    if result.outcome is not Outcome.ADMIT and found:
        return say.which(found[: turn.settings.matching.choices])
    neighbour = turn.entry(result.neighbour) if result.neighbour else None
    return say.answer(neighbour, ()) if neighbour else say.admit(turn.settings.contact)


def _call(turn: Turn, entry: Entry) -> tuple[Button, ...]:
    return (common.call(turn.settings.contact),) if entry.action == "call" else ()
