"""Somebody is being cheated, or was: before all else they are told what to do now."""

from __future__ import annotations

from dataclasses import replace

from bot.core import addresses
from bot.core.actions import DangerSteps
from bot.core.messages import Answer, Button, Kind, Reply
from bot.faq.dangers import DangerKind
from bot.faq.matching.matcher import Outcome
from bot.store.people import questions
from handlers.questions import ask
from handlers.texts import common, safety
from handlers.turn import Turn


def handle(turn: Turn) -> Answer | None:
    """Stands before all else. Also the button behind which the full list stands."""
    if isinstance(turn.action, DangerSteps):
        kind = turn.faq.dangers.kinds.get(turn.action.kind)
        return Answer((safety.steps(kind, _about(turn, kind)),)) if kind else None
    if turn.incoming.kind is not Kind.TEXT or not (found := told(turn)):
        return None
    entry = found[0].entry or turn.conversation.entry
    return Answer(found, replace(turn.conversation, entry=entry), urgent=True)


def address(turn: Turn) -> Answer | None:
    """Of an address that deceives is warned above the answer."""
    if turn.incoming.kind is not Kind.TEXT or not (found := addressed(turn)):
        return None
    rest = ask.handle(turn)
    replies = rest.replies if rest else ()
    return Answer((*found, *replies), rest.conversation if rest else None, urgent=True)


def warnings(turn: Turn) -> tuple[Reply, ...]:
    """What has to be said first, of the words and of all else that came with them."""
    return told(turn) or addressed(turn)


def told(turn: Turn) -> tuple[Reply, ...]:
    """Of a danger that the words tell of, or those that came along."""
    danger = turn.reading.danger
    kind = turn.faq.dangers.kinds.get(danger.kind) if danger else None
    if kind is None:
        return ()
    _record(turn, kind)
    return (safety.now(kind, _about(turn, kind)[:1]),)


def addressed(turn: Turn) -> tuple[Reply, ...]:
    shown = turn.incoming.shown
    found = (*addresses.find(turn.text), *addresses.find(shown))
    if any(one.installs for one in found) or is_app(shown):
        return (safety.app_file(),)
    if any(one.poses for one in found):
        return (safety.posing_address(),)
    return ()


def is_app(shown: str) -> bool:
    """Whether a line of *shown* is the name of a file that installs an app."""
    return any(line.strip().lower().endswith(addresses.APP) for line in shown.splitlines())


def _about(turn: Turn, kind: DangerKind) -> list[Button]:
    found = (turn.entry(id_) for id_ in kind.entries)
    return [common.ask_button(entry) for entry in found if entry]


def _record(turn: Turn, kind: DangerKind) -> None:
    """As a question that was answered, so that a wave of fraud is seen where questions are looked at."""
    questions.record(
        turn.tx,
        id=turn.new_id(),
        person=turn.incoming.sender,
        at=turn.now,
        text=turn.masked.text,
        outcome=Outcome.ANSWER.value,
        entry=kind.entries[0],
        confidence=1.0,
        content=turn.faq.version,
    )
