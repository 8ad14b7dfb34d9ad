"""What a form sends, cleaned at the door."""

from __future__ import annotations

import unicodedata

from aiohttp import web

from bot.core.text import few_marks

# What nobody types: control and private characters, and those that turn the direction of writing.
DROPPED = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
KEPT = frozenset("\n\u200d")  # the joiner holds emoji together


async def fields(request: web.Request) -> dict[str, str]:
    """The form's texts by name; files are left out."""
    form = await request.post()
    return {name: tidy(value) for name, value in form.items() if isinstance(value, str)}


def tidy(text: str) -> str:
    """NFC, plain line ends, no invisible characters, no blanks at the ends of lines."""
    whole = unicodedata.normalize("NFC", few_marks(text).replace("\r\n", "\n").replace("\r", "\n"))
    whole = whole.replace("\t", " ").replace("\u2028", "\n").replace("\u2029", "\n")
    seen = "".join(c for c in whole if c in KEPT or unicodedata.category(c) not in DROPPED)
    return "\n".join(line.rstrip() for line in seen.split("\n")).strip()


def one_line(text: str) -> str:
    return " ".join(text.split())


def lines(text: str) -> tuple[str, ...]:
    """One item for each line that says something."""
    return tuple(line for row in text.split("\n") if (line := one_line(row)))
