"""Greetings: the entries they offer exist, and no word of them is anybody's own."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from bot.core.documents import file as yaml_file
from bot.core.documents.file import Document, Faults, KeyPath
from bot.core.likeness import closest
from bot.faq.greetings import FILE, GreetingFile
from bot.faq.lint.corpus import Corpus
from bot.faq.lint.finding import Finding, Rule
from bot.faq.lint.house import House


def check(corpus: Corpus, house: House) -> Iterator[Finding]:
    """What keeps the file from being read is told by the loader."""
    file = corpus.folder / FILE
    if not file.exists():
        return
    try:
        document = yaml_file.read(file, FILE)
        parsed = GreetingFile.model_validate(document.data)
    except (Faults, ValidationError):
        return
    yield from dead_links(document, parsed, corpus)
    for at, text in texts(parsed):
        for kind in house.private(text):
            message = f"giống {kind.strip('[]')} của một người"
            yield Finding(document.fault(at, message, "xóa đi"), Rule.PRIVATE)


def dead_links(document: Document, parsed: GreetingFile, corpus: Corpus) -> Iterator[Finding]:
    for number, audience in enumerate(parsed.audiences):
        for place, id_ in enumerate(audience.questions):
            if id_ not in corpus.ids:
                near = closest(id_, corpus.ids)
                hint = f"có phải {near!r}?" if near else "sửa lại id, hoặc xóa"
                message = f"không có mục nào tên {id_!r}"
                at = ("audiences", number, "questions", place)
                yield Finding(document.fault(at, message, hint), Rule.LINKS)


def texts(parsed: GreetingFile) -> Iterator[tuple[KeyPath, str]]:
    for number, audience in enumerate(parsed.audiences):
        yield ("audiences", number, "greeting"), audience.greeting
    for number, place in enumerate(parsed.places):
        yield ("places", number, "headline"), place.headline
        for line, text in enumerate(place.lines):
            yield ("places", number, "lines", line), text
