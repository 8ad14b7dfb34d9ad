"""Ids, links between entries, sources, and how many phrasings there are."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.likeness import closest
from bot.faq import entries
from bot.faq.entries import Kind
from bot.faq.lint.corpus import Corpus, File, Item
from bot.faq.lint.finding import Finding, Rule
from bot.faq.lint.house import House

PHRASINGS = range(10, 21)
SCHEMA_LINE = "# yaml-language-server: $schema=schema.json"


def check(corpus: Corpus, house: House) -> Iterator[Finding]:
    yield from repeated_ids(corpus)
    for file in corpus.files:
        yield from schema_line(corpus, file)
    for item in corpus.items:
        yield from dead_links(corpus, item)
        yield from sources(item)
        yield from count(item)


def repeated_ids(corpus: Corpus) -> Iterator[Finding]:
    """Told at both places; also in files that have other faults."""
    first: dict[str, Item] = {}
    for item in corpus.items:
        id_ = item.entry.id
        other = first.setdefault(id_, item)
        if other is not item:
            for one, twin in ((item, other), (other, item)):
                place = twin.fault(("id",), "")
                message = f"id {id_!r} đã có ở mục khác ({place.file}:{place.line})"
                yield one.finding(Rule.IDS, ("id",), message, entries.REPEATED)


def schema_line(corpus: Corpus, file: File) -> Iterator[Finding]:
    """Editors help only in files that name the schema; asked for only where there is one."""
    if (corpus.folder / "schema.json").exists() and file.lines[0].strip() != SCHEMA_LINE:
        hint = f"dòng đầu tiên của tệp: {SCHEMA_LINE}"
        message = "thiếu dòng chỉ schema cho trình soạn thảo"
        yield Finding(file.fault((), message, hint), Rule.STRUCTURE, serious=False)


def dead_links(corpus: Corpus, item: Item) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, id_ in enumerate(item.entry.related):
        at = ("related", number)
        if id_ == item.entry.id:
            yield item.finding(Rule.LINKS, at, "mục tự dẫn về chính nó", "xóa id này")
        elif id_ in seen:
            yield item.finding(Rule.LINKS, at, f"id {id_!r} dẫn hai lần", "giữ lại một")
        elif id_ not in corpus.ids:
            near = closest(id_, corpus.ids)
            hint = f"có phải {near!r}?" if near else "sửa lại id, hoặc xóa"
            yield item.finding(Rule.LINKS, at, f"không có mục nào tên {id_!r}", hint)
        seen.add(id_)


def sources(item: Item) -> Iterator[Finding]:
    """Every answer says where it stands; a neighbour out of our scope only says where to ask."""
    entry = item.entry
    if entry.kind is Kind.ANSWER and not entry.sources:
        hint = "thêm sources: với law + article, hoặc page + url"
        yield item.finding(Rule.SOURCES, (), f"mục {entry.id!r} chưa ghi nguồn", hint)
    for number, source in enumerate(entry.sources):
        if source.since is None:
            at = ("sources", number)
            hint = "thêm from: ngày có hiệu lực, hoặc ngày trang đăng"
            yield item.finding(Rule.SOURCES, at, "nguồn chưa ghi ngày", hint, serious=False)


def count(item: Item) -> Iterator[Finding]:
    number = len(item.entry.phrasings)
    if number not in PHRASINGS:
        message = f"có {number} câu trong phrasings, nên có 10–20"
        hint = "thêm câu người dân hay gõ" if number < PHRASINGS.start else "bỏ câu na ná nhau"
        yield item.finding(Rule.COUNT, ("phrasings",), message, hint, serious=False)
