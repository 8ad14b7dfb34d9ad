"""Questions: answer, ask back, or admit; and the buttons that go straight to an entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.core.actions import Ask, AskAll, AsPicture, Book, button
from bot.core.clock import local
from bot.core.config import Settings
from bot.core.messages import Answer, Button, Conversation, Kind, Reply
from bot.faq.entries import Entry
from bot.faq.entries import Kind as EntryKind
from bot.faq.matching.aspect import Aspect
from bot.faq.matching.matcher import Outcome, Result
from bot.store.campaigns import attribution
from bot.store.people import questions
from bot.store.staff import tallies
from handlers.texts import activation, common
from handlers.turn import Turn

RELATED = 2  # buttons to neighbouring questions under an answer
MOST_TAPS = 5  # under an answer: as many as every channel shows at once


def handle(turn: Turn) -> Answer | None:
    if isinstance(turn.action, AsPicture):
        return _named(turn, turn.action.entry, _picture)
    answer = _handle(turn)
    if answer is not None:
        attribution.asked(turn.tx, turn.incoming.sender, turn.now)
    return answer


def _handle(turn: Turn) -> Answer | None:
    match turn.action:
        case Ask(id_):
            return _named(turn, id_, show)
        case AskAll(id_):
            return _named(turn, id_, _whole)
    return _question(turn) if turn.incoming.kind is Kind.TEXT else None


def _named(turn: Turn, id_: str, shown: Callable[[Turn, Entry], Answer]) -> Answer | None:
    entry = turn.entry(id_)
    return shown(turn, entry) if entry and entry.kind is EntryKind.ANSWER else None


def understands(turn: Turn) -> bool:
    """Whether the text is a question that this handler has an answer to."""
    result = turn.reading.meaning().whole
    known = result.outcome is Outcome.ANSWER and result.sure
    return known or result.neighbour is not None


def show(turn: Turn, entry: Entry) -> Answer:
    """The entry that a button or deep link names."""
    return Answer((_answer(turn, entry),), _after(turn.conversation, entry.id))


def plainly(turn: Turn, entry: Entry) -> Reply:
    """The entry inside another talk, which goes on under it: no way elsewhere."""
    call = action(entry, turn.settings) if entry.action == "call" else None
    return common.answer(entry, (), None, call)


def _question(turn: Turn) -> Answer:
    results = turn.reading.meaning(turn.conversation.entry).each
    replies = [_reply(turn, result) for result in results]
    if turn.incoming.edited:
        replies.insert(0, common.edited())
    answered = [reply.entry for reply in replies if reply.entry]
    conversation = _after(turn.conversation, answered[-1] if answered else None)
    return Answer(tuple(replies), conversation)


def _reply(turn: Turn, result: Result) -> Reply:
    id_ = turn.new_id()
    best = result.neighbour or (result.matches[0].entry if result.matches else None)
    questions.record(
        turn.tx,
        id=id_,
        person=turn.incoming.sender,
        at=turn.now,
        text=turn.masked.text,
        outcome=result.outcome.value,
        entry=best,
        confidence=result.confidence,
        content=turn.faq.version,
    )
    entries = [entry for match in result.matches if (entry := turn.entry(match.entry))]
    if result.outcome is Outcome.ANSWER and entries:
        if not result.sure:
            return _likely(turn, entries[: turn.settings.matching.choices], result.asks)
        return _answer(turn, entries[0], result.asks, id_)
    if result.outcome is Outcome.ASK_BACK and entries:
        return common.ask_back(entries[: turn.settings.matching.choices])
    neighbour = turn.entry(result.neighbour) if result.neighbour else None
    return common.neighbour(neighbour) if neighbour else common.admit(turn.settings.contact)


def _answer(
    turn: Turn, entry: Entry, asks: Sequence[Aspect] = (), question: str | None = None
) -> Reply:
    does = action(entry, turn.settings)
    spread = (common.card(entry), common.share(entry))
    room = MOST_TAPS - 2 - bool(does and does.data) - (2 if question else 0)
    related = _related(turn, entry)[: max(room, 0)]
    return common.first_answer(entry, asks, related, question, does, spread)


def _whole(turn: Turn, entry: Entry) -> Answer:
    """All of the entry whose first reply left something out."""
    related = _related(turn, entry)
    reply = common.answer(entry, related, None, action(entry, turn.settings), (common.card(entry),))
    return Answer((reply,), _after(turn.conversation, entry.id))


def _picture(turn: Turn, entry: Entry) -> Answer:
    """For groups that pass on pictures."""
    tallies.add(turn.tx, tallies.CARD, local(turn.now).date())
    return Answer((common.picture_of(entry),))


def _likely(turn: Turn, entries: Sequence[Entry], asks: Sequence[Aspect]) -> Reply:
    """The first of *entries*, and the others that are ours to answer as ways out."""
    others = [entry for entry in entries[1:] if entry.kind is EntryKind.ANSWER]
    return common.likely(entries[0], asks, others, action(entries[0], turn.settings))


def action(entry: Entry, settings: Settings) -> Button | None:
    """What one would do after reading *entry*: book (the service it speaks of, if it is one's),
    activate step by step, or call."""
    services = settings.booking.services
    if entry.action == "book" and services:
        own = next((one for one in services if entry.id in (one.bring, one.fee)), None)
        return button("📅 Đặt lịch hẹn", Book(own.id if own else ""))
    if entry.action == "activate":
        return activation.BEGIN
    return common.call(settings.contact) if entry.action == "call" else None


def _related(turn: Turn, entry: Entry) -> list[Entry]:
    found = (turn.entry(id_) for id_ in entry.related)
    return [other for other in found if other][:RELATED]


def _after(conversation: Conversation, entry: str | None) -> Conversation:
    return replace(conversation, entry=entry or conversation.entry)
