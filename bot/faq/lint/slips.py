"""Slips of the keyboard that YAML reads without a word: what follows a # is gone, and a line without
its dash runs on into the sentence above."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.documents import file as yaml_file
from bot.core.documents.file import Fault
from bot.faq.lint.corpus import Corpus, File, Item
from bot.faq.lint.finding import Finding, Rule
from bot.faq.lint.house import House

ONE_LINERS = ("phrasings", "keywords")
# What people write for the checks, not for themselves, at the end of a line.
WAIVER = re.compile(r"#\s*bỏ qua:")


def check(corpus: Corpus, house: House) -> Iterator[Finding]:
    for file in corpus.files:
        yield from swallowed(file)
    for item in corpus.items:
        yield from run_on(item)


def swallowed(file: File) -> Iterator[Finding]:
    """`label: Thẻ #1` is read as "Thẻ"."""
    for line, column in yaml_file.ends_of_plain_words(file.document.root):
        rest = file.lines[line][column:]
        if rest.lstrip().startswith("#") and not WAIVER.match(rest.lstrip()):
            message = "máy bỏ mọi chữ từ dấu # đến hết dòng"
            hint = 'đặt cả câu trong nháy kép: "…"; ghi chú riêng thì để ở một dòng khác'
            at = column + len(rest) - len(rest.lstrip()) + 1
            fault = Fault(file.name, line + 1, at, message, hint)
            yield Finding(fault, Rule.STRUCTURE, serious=False)


def run_on(item: Item) -> Iterator[Finding]:
    """A phrasing or keyword that goes on in the next line: the dash was forgotten there."""
    for name in ONE_LINERS:
        for number, _ in enumerate(getattr(item.entry, name)):
            lines = item.lines_of((name, number))
            if lines > 1:
                message = "câu này kéo sang dòng dưới"
                hint = "quên dấu - ở đầu dòng dưới? Mỗi câu viết trên một dòng"
                at = (name, number)
                yield item.finding(Rule.STRUCTURE, at, message, hint, serious=False)
