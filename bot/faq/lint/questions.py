"""The regression questions: lines that cannot be read, phrasings among them, entries with few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.core.documents.file import Fault
from bot.core.likeness import plain
from bot.faq import regression
from bot.faq.entries import Kind
from bot.faq.lint.corpus import Corpus
from bot.faq.lint.finding import Finding, Rule
from bot.faq.lint.house import House
from bot.faq.regression import Row

FEWEST = 3


def check(corpus: Corpus, house: House) -> Iterator[Finding]:
    if not (corpus.folder / regression.FOLDER).is_dir():
        return
    rows, faults = regression.read(corpus.folder, corpus.ids)
    for fault in faults:
        yield Finding(fault, Rule.QUESTIONS)
    yield from seen_before(corpus, rows)
    if not faults:  # questions that could not be read are not missing
        yield from too_few(corpus, rows)


def seen_before(corpus: Corpus, rows: list[Row]) -> Iterator[Finding]:
    """A question that is also a phrasing, or asked twice, measures nothing."""
    known = {
        plain(text): f"phrasings của mục {item.entry.id}" for item, _, text in corpus.phrasings
    }
    for row in rows:
        key = plain(row.question)
        if key in known:
            message = f"câu này đã có ở {known[key]}"
            fault = Fault(row.file, row.line, 1, message, "thay bằng một cách hỏi khác")
            yield Finding(fault, Rule.QUESTIONS)
        known.setdefault(key, f"{row.file}:{row.line}")


def too_few(corpus: Corpus, rows: list[Row]) -> Iterator[Finding]:
    counts = Counter(row.expected for row in rows)
    for item in corpus.items:
        number = counts[item.entry.id]
        if item.entry.kind is Kind.ANSWER and number < FEWEST:
            message = f"mục {item.entry.id!r} có {number} câu hỏi mẫu, nên có từ {FEWEST}"
            hint = "thêm dòng vào questions/*.tsv, khác các câu trong phrasings"
            yield item.finding(Rule.QUESTIONS, ("id",), message, hint, serious=False)
