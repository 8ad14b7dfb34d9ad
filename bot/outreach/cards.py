"""What stands on the picture of an answer: the question, the answer line by line, where it comes from
and where to ask more. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.core import deep_links
from bot.core.config import Settings
from bot.faq.entries import Entry
from bot.outreach import links

MOST_LINES = 5
# A sentence ends before a capital letter or a quotation mark; "1900.0368" and "TP.HCM" do not.
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[“\"A-ZÀ-ỸĐ0-9])")
FEE, TIME = "Lệ phí", "Thời gian"


@dataclass(frozen=True, slots=True)
class Card:
    """`lines` are the answer's sentences; `steps` and `facts` (fee and time) are what else there is,
    if there is room. `where` are the names people may find the bot by, `address` what the QR code
    says ("" for none)."""

    name: str
    question: str
    lines: tuple[str, ...]
    steps: tuple[str, ...]
    facts: tuple[str, ...]
    source: str
    day: date
    where: tuple[str, ...]
    address: str
    hotline: str


def of(entry: Entry, settings: Settings, day: date) -> Card:
    """The card of *entry* as it reads on *day*."""
    today = entry.on(day)
    found = list(links.of(settings, deep_links.entry(entry.id)))
    leading = [link for link in found if link.carries]
    return Card(
        name=settings.name,
        question=today.question,
        lines=_lines(today.answer),
        steps=today.steps,
        facts=tuple(f"{name}: {value}" for name, value in _facts(today) if value),
        source="; ".join(map(str, today.sources)),
        day=day,
        where=tuple(link.name for link in found),
        address=_address(settings, entry.id) if leading else "",
        hotline=settings.contact.hotline,
    )


def _address(settings: Settings, entry: str) -> str:
    """The web chat where there is one: everybody can open it."""
    payload = deep_links.entry(entry)
    if settings.public_url:
        return deep_links.web(settings.public_url, payload)
    return deep_links.telegram(settings.outreach.telegram_username, payload)


def _facts(entry: Entry) -> tuple[tuple[str, str | None], ...]:
    return (FEE, entry.fee), (TIME, entry.time)


def _lines(answer: str) -> tuple[str, ...]:
    """The sentences of *answer*, all of them; the last line takes what is more than `MOST_LINES`."""
    sentences = SENTENCE.split(" ".join(answer.split()))
    return (*sentences[: MOST_LINES - 1], " ".join(sentences[MOST_LINES - 1 :]))[: len(sentences)]
