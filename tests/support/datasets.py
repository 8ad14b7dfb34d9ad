"""The question sets that matchers are measured on: our FAQ, and public Vietnamese intents."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from bot.faq import entries
from bot.faq.entries import Entry, Faq
from bot.faq.score import OUT_OF_SCOPE, read_rows
from tests.support.paths import PROJECT

PUBLIC = ("rasa_pool", "vnslu")
MOST_TESTS = 700  # questions of a set; the slowest peer takes 5 ms for each of six variants

Pairs = Sequence[tuple[str, str]]


class Dataset(NamedTuple):
    name: str
    faq: Faq
    train: Pairs
    test: Pairs


def own_faq() -> Dataset:
    faq = entries.load(PROJECT / "faq")
    train = [(t, e.id) for e in faq.entries.values() for t in (e.question, *e.phrasings)]
    files = sorted((PROJECT / "faq/questions").glob("*.tsv"))
    rows = [row for file in files for row in read_rows(file, faq.entries)]
    test = [(row.question, row.expected) for row in rows if row.expected != OUT_OF_SCOPE]
    return Dataset("faq", faq, train, test)


def public(file: Path) -> Dataset:
    data = json.loads(file.read_text(encoding="utf-8"))
    train, test = ([(text, intent) for text, intent in data[part]] for part in ("train", "test"))
    return Dataset(file.stem, as_faq(train), train, test[:MOST_TESTS])


def as_faq(pairs: Pairs) -> Faq:
    """Entries with only id, question and phrasings; the id is the intent itself."""
    by_intent: dict[str, list[str]] = {}
    for text, intent in pairs:
        by_intent.setdefault(intent, []).append(text)
    made = {
        intent: Entry.model_construct(id=intent, question=first, answer="-", phrasings=tuple(rest))
        for intent, (first, *rest) in by_intent.items()
    }
    return Faq((), MappingProxyType(made), MappingProxyType({}), "")


def datasets() -> Iterator[Dataset]:
    yield own_faq()
    folder = Path(os.environ.get("VNEID_EVAL", PROJECT.parent / "shared/eval"))
    for name in PUBLIC:
        file = folder / f"{name}.json"
        if file.exists():
            yield public(file)
        else:
            print(f"\n{name}.json is not in {folder.name}/: not measured")
