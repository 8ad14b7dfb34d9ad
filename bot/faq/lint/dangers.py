"""Dangers: what they lead to exists, nothing stands in two kinds, and what is ordinary raises no alarm."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from bot.core.documents import file as yaml_file
from bot.core.documents.file import Document, Faults, KeyPath
from bot.core.likeness import closest, plain
from bot.faq import regression
from bot.faq.dangers import FILE, DangerFile
from bot.faq.lint.corpus import Corpus
from bot.faq.lint.finding import Finding, Rule
from bot.faq.lint.house import House
from bot.faq.matching.matcher import Matcher

ADDED = "thêm câu này vào ordinary, hoặc bỏ câu giống nó trong phrases"


def check(corpus: Corpus, house: House) -> Iterator[Finding]:
    """What keeps the file from being read is told by the loader."""
    file = corpus.folder / FILE
    if not file.exists():
        return
    try:
        document = yaml_file.read(file, FILE)
        parsed = DangerFile.model_validate(document.data)
    except (Faults, ValidationError):
        return
    yield from dead_links(document, parsed, corpus)
    yield from told_twice(document, parsed)
    yield from two_meanings(document, parsed)
    yield from private(document, parsed, house)
    if corpus.faq is not None and house.match:
        yield from alarms(document, parsed, corpus, Matcher.build(corpus.faq, house.thresholds))


def dead_links(document: Document, parsed: DangerFile, corpus: Corpus) -> Iterator[Finding]:
    for number, kind in enumerate(parsed.kinds):
        for place, id_ in enumerate(kind.entries):
            if id_ not in corpus.ids:
                near = closest(id_, corpus.ids)
                hint = f"có phải {near!r}?" if near else "sửa lại id, hoặc xóa"
                message = f"không có mục nào tên {id_!r}"
                at = ("kinds", number, "entries", place)
                yield Finding(document.fault(at, message, hint), Rule.LINKS)


def told_twice(document: Document, parsed: DangerFile) -> Iterator[Finding]:
    """In two kinds, or as danger and as ordinary, a text teaches nothing."""
    seen: dict[str, str] = {}
    for at, text in phrases(parsed):
        name = "ordinary" if at[0] == "ordinary" else parsed.kinds[int(at[1])].id
        first = seen.setdefault(plain(text), name)
        if first != name:
            message = f"câu này đã có ở {first}"
            yield Finding(document.fault(at, message, "giữ lại một chỗ"), Rule.SAME)


def two_meanings(document: Document, parsed: DangerFile) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for name, texts in parsed.words.items():
        for number, text in enumerate(texts):
            first = seen.setdefault(text.casefold(), name)
            if first != name:
                message = f"{text!r} đã có ở dòng {first!r}"
                fault = document.fault(("words", name, number), message, "giữ ở một dòng")
                yield Finding(fault, Rule.SAME)


def private(document: Document, parsed: DangerFile, house: House) -> Iterator[Finding]:
    for at, text in phrases(parsed):
        for kind in house.private(text):
            message = f"giống {kind.strip('[]')} của một người"
            yield Finding(document.fault(at, message, "xóa đi"), Rule.PRIVATE)


def alarms(
    document: Document, parsed: DangerFile, corpus: Corpus, matcher: Matcher
) -> Iterator[Finding]:
    """What is ordinary and raises an alarm; of the regression questions too, which were not learnt."""
    for number, text in enumerate(parsed.ordinary.phrases):
        if matcher.danger(text):
            fault = document.fault(
                ("ordinary", "phrases", number), "câu này vẫn bị báo động", ADDED
            )
            yield Finding(fault, Rule.ALARM)
    near = {id_ for kind in parsed.kinds for id_ in kind.entries}
    rows, _ = regression.read(corpus.folder, corpus.ids)
    for row in rows:
        if row.expected not in near and matcher.danger(row.question):
            message = f"câu mẫu này bị báo động ({row.file}:{row.line}): {row.question!r}"
            fault = document.fault(("ordinary",), message, "thêm câu cùng ý vào ordinary")
            yield Finding(fault, Rule.ALARM, serious=False)


def phrases(parsed: DangerFile) -> Iterator[tuple[KeyPath, str]]:
    for number, kind in enumerate(parsed.kinds):
        for place, text in enumerate(kind.phrases):
            yield ("kinds", number, "phrases", place), text
    for place, text in enumerate(parsed.ordinary.phrases):
        yield ("ordinary", "phrases", place), text
