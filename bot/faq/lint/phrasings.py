"""Phrasings that stand in two entries, nearly alike; and buttons that read alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from bot.core.likeness import duplicates, plain
from bot.faq.lint.corpus import Corpus, Item
from bot.faq.lint.finding import Finding, Rule
from bot.faq.lint.house import House

ALIKE = 90  # of 100; below it, pairs differ in the word that matters

Row: TypeAlias = tuple[Item, int, str]


def check(corpus: Corpus, house: House) -> Iterator[Finding]:
    yield from near_duplicates(corpus)
    yield from same_labels(corpus)


def near_duplicates(corpus: Corpus) -> Iterator[Finding]:
    """In two entries, told at both places; in one entry, at the later one."""
    rows = corpus.phrasings
    for left, right in duplicates([plain(phrasing) for _, _, phrasing in rows], ALIKE):
        if rows[left][0] is rows[right][0]:
            yield _repeated(rows[left], rows[right])
        else:
            yield _shared(rows[left], rows[right])
            yield _shared(rows[right], rows[left])


def _repeated(earlier: Row, later: Row) -> Finding:
    item, number, _ = later
    message = f"câu này gần như trùng một câu ở trên: {earlier[2]!r}"
    hint = "giữ lại một, thay câu kia bằng cách hỏi khác"
    return item.finding(Rule.SAME, ("phrasings", number), message, hint, serious=False)


def _shared(here: Row, there: Row) -> Finding:
    other, at, twin = there
    place = other.fault(("phrasings", at), "")
    message = f"gần như trùng câu {twin!r} của mục {other.entry.id} ({place.file}:{place.line})"
    item, number, _ = here
    hint = "giữ ở mục trả lời đúng câu này, xóa ở mục kia"
    return item.finding(Rule.SAME, ("phrasings", number), message, hint)


def same_labels(corpus: Corpus) -> Iterator[Finding]:
    """Two buttons with the same words cannot be told apart when the bot asks back."""
    first: dict[str, Item] = {}
    for item in corpus.items:
        known = first.setdefault(plain(item.entry.title), item)
        if known is not item:
            name = "label" if item.entry.label else "question"
            message = f"tên nút {item.entry.title!r} đã dùng ở mục {known.entry.id}"
            hint = "đổi label để hai nút khác nhau"
            yield item.finding(Rule.SAME, (name,), message, hint, serious=False)
