"""Answers that somebody puts into their own message, in any chat of theirs.

Not a handler: nobody talks with the bot here, nothing is remembered of who asked or what. The
platform wants the answer at once, so it goes neither through a transaction nor the outbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.clock import local
from bot.core.config import Settings
from bot.core.text import clean
from bot.faq.entries import Kind
from bot.faq.matching.matcher import Matcher, Outcome, Result
from handlers.texts import common

MOST = 5  # answers to choose from
SHORTEST = 4  # letters; less is not a question yet
GIST = 120  # characters that stand under the title


@dataclass(frozen=True, slots=True)
class Snippet:
    """One answer: `title` and `gist` are what one chooses by, `text` is what is sent."""

    entry: str
    title: str
    gist: str
    text: str


def look_up(matcher: Matcher, settings: Settings, query: str, now: datetime) -> tuple[Snippet, ...]:
    """The answers that *query* may mean, best first; none where the bot would admit that it does
    not know."""
    query = clean(query)
    if len(query.strip()) < SHORTEST:
        return ()
    found = _found(matcher.match(query), settings)
    return tuple(snippet for id_ in found if (snippet := _snippet(matcher, id_, now)))


def _found(result: Result, settings: Settings) -> list[str]:
    """Where the bot would answer, that answer and what else is likely; where it would ask back, what
    it would ask about."""
    match result.outcome:
        case Outcome.ANSWER:
            least = settings.matching.ask_back
            return [one.entry for one in result.matches[:MOST] if one.confidence >= least]
        case Outcome.ASK_BACK:
            return [one.entry for one in result.matches[: settings.matching.choices]]
    return []


def _snippet(matcher: Matcher, id_: str, now: datetime) -> Snippet | None:
    entry = matcher.faq.entries[id_].on(local(now).date())
    if entry.kind is not Kind.ANSWER:
        return None
    source = common.source_line(entry)
    parts = (f"❓ {entry.question}", common.entry_text(entry), f"Nguồn: {source}" if source else "")
    text = "\n\n".join(part for part in parts if part)
    gist = entry.answer if len(entry.answer) <= GIST else entry.answer[: GIST - 1].rstrip() + "…"
    return Snippet(entry.id, entry.title, gist, text)
