"""What can be read in a platform's JSON, whatever its form: words of people, and addresses. Pure.

The platforms invent new kinds of messages every few months. Their names are not known here, but a text
is called `text`, a title `title` and an address `url` in all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]

# What holds words, in the order in which they are read.
WORDS = ("text", "caption", "question", "title", "description")
# What else tells where something leads, or what it is.
SIGNS = (*WORDS, "url", "file_name", "address")
MAX_PARTS = 40
MAX_DEPTH = 6
MAX_SHOWN = 2000  # characters that are looked through for danger


def words(part: Any, names: Collection[str] = WORDS, skip: Collection[str] = ()) -> list[str]:
    """The texts in *part* under one of *names*, the outer ones first; nothing under *skip*."""
    return list(islice(_texts(part, tuple(names), frozenset(skip), MAX_DEPTH), MAX_PARTS))


def _texts(part: Any, names: tuple[str, ...], skip: frozenset[str], depth: int) -> Iterator[str]:
    if isinstance(part, dict):
        for name in names:
            if name not in skip and (text := said(part.get(name))):
                yield text
        part = [inside for name, inside in part.items() if name not in skip]
    if isinstance(part, list) and depth:
        for inside in part:
            if isinstance(inside, dict | list):
                yield from _texts(inside, names, skip, depth - 1)


def said(value: Any) -> str:
    """*value* if it is a text with something in it, else ""."""
    return value if isinstance(value, str) and value.strip() else ""


def shown(found: Iterable[str], *but: str) -> str:
    """The texts *found*, each once and without those in *but*, as `Incoming.shown` holds them."""
    kept = dict.fromkeys(text for text in found if text not in but)
    return "\n".join(kept)[:MAX_SHOWN]
