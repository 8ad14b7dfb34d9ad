"""Phrasings that stand in two entries, nearly alike; and buttons that read alike."""

from __future__ import annotations

from collections.abc import Iterator

from bot.matching.likeness import duplicates, plain
from bot.matching.lint.corpus import Corpus, Item
from bot.matching.lint.finding import Finding, Rule
from bot.matching.lint.house import House

ALIKE = 90  # of 100; below it, pairs differ in the word that matters


def check(corpus: Corpus, house: House) -> Iterator[Finding]:
    yield from near_duplicates(corpus)
    yield from same_labels(corpus)


def near_duplicates(corpus: Corpus) -> Iterator[Finding]:
    """Told at the later of the two, with the place of the earlier one."""
    rows = corpus.phrasings
    for left, right in duplicates([plain(phrasing) for _, _, phrasing in rows], ALIKE):
        item, number, phrasing = rows[left]
        other, at, twin = rows[right]
        path = ("phrasings", at)
        if item is other:
            hint = "giữ lại một, thay câu kia bằng cách hỏi khác"
            message = f"câu này gần như trùng một câu ở trên: {phrasing!r}"
            yield other.finding(Rule.SAME, path, message, hint, serious=False)
            continue
        place = item.fault(("phrasings", number), "")
        message = (
            f"{twin!r} gần như trùng câu {phrasing!r} "
            f"của mục {item.entry.id} ({place.file}:{place.line})"
        )
        hint = "giữ ở mục trả lời đúng câu này, xóa ở mục kia"
        yield other.finding(Rule.SAME, path, message, hint)


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
