"""Which of the buttons that were shown do what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from bot.core.actions import Action, parse

A = TypeVar("A", bound=Action)


def those(kind: type[A], data: Iterable[str]) -> list[A]:
    """The buttons of one kind, in their order; *data* is of all."""
    return [found for one in data if isinstance(found := parse(one), kind)]


def first(kind: type[A], data: Iterable[str]) -> A | None:
    return next(iter(those(kind, data)), None)
