"""The folder as the checks see it: every entry that can be read, and where each of its words is.

An entry is read by itself when its file has faults elsewhere, so that one bad line does not hide
what is wrong with the neighbours.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.core.documents import file as yaml_file
from bot.core.documents.file import Document, Fault, Faults, KeyPath
from bot.faq import entries
from bot.faq.entries import Entry, Faq
from bot.faq.lint.finding import Finding, Rule

ID_LINE = re.compile(r"^[ \t]*(?:- *)?id:\s*[\"']?([a-z0-9-]+)", re.MULTILINE)
TEXT_FIELDS = ("question", "label", "answer", "steps", "documents", "place", "fee", "time", "more")


@dataclass(frozen=True)
class File:
    """One readable file: its data with places, and its lines as typed."""

    name: str
    document: Document
    lines: tuple[str, ...]

    @property
    def rows(self) -> list[Any]:
        """The raw entries; empty when the file has no list of them."""
        data = self.document.data
        rows = data.get("entries") if isinstance(data, dict) else None
        return rows if isinstance(rows, list) else []

    def fault(self, path: KeyPath, message: str, hint: str = "", near: str = "") -> Fault:
        """The fault at *path*; when the words *near* stand on a later line of a long value, there."""
        fault = self.document.fault(path, message, hint)
        node = _node(self.document.root, path)
        if not near or node is None:
            return fault
        last = max(node.end_mark.line, node.start_mark.line + 1)
        for number in range(node.start_mark.line, min(last, len(self.lines))):
            column = self.lines[number].find(near)
            if column >= 0:
                return replace(fault, line=number + 1, column=column + 1)
        return fault


@dataclass(frozen=True)
class Item:
    """One entry and where it is written."""

    file: File
    index: int
    entry: Entry

    def fault(self, path: KeyPath, message: str, hint: str = "", near: str = "") -> Fault:
        """*path* is inside the entry: `("phrasings", 3)`."""
        return self.file.fault(("entries", self.index, *path), message, hint, near)

    def finding(
        self,
        rule: Rule,
        path: KeyPath,
        message: str,
        hint: str,
        *,
        near: str = "",
        serious: bool = True,
    ) -> Finding:
        return Finding(self.fault(path, message, hint, near), rule, serious)

    def lines_of(self, path: KeyPath) -> int:
        """Over how many lines the value at *path* is written."""
        node = _node(self.file.document.root, ("entries", self.index, *path))
        return 1 if node is None else node.end_mark.line - node.start_mark.line + 1

    @cached_property
    def texts(self) -> tuple[tuple[KeyPath, str], ...]:
        """Every sentence that a citizen can read, variants included, each with its place."""
        found = list(_texts(self.entry, ()))
        for number, variant in enumerate(self.entry.variants):
            found += _texts(variant, ("variants", number))
        return tuple(found)


@dataclass(frozen=True)
class Corpus:
    """Everything readable. `ids` also holds those of files that are too broken to read; `faq` is
    there only when nothing keeps the service from loading the folder."""

    folder: Path
    files: tuple[File, ...]
    items: tuple[Item, ...]
    ids: frozenset[str]
    faq: Faq | None

    @cached_property
    def phrasings(self) -> tuple[tuple[Item, int, str], ...]:
        """Every phrasing of every entry, with its number in the entry."""
        return tuple(
            (item, number, text)
            for item in self.items
            for number, text in enumerate(item.entry.phrasings)
        )


def read(folder: Path, faq: Faq | None = None) -> Corpus:
    """Read what can be read; what cannot is the business of `entries.load`."""
    files = [file for path in entries.faq_files(folder) if (file := _read(path))]
    items = tuple(item for file in files for item in _items(file))
    ids = {id_ for path in entries.faq_files(folder) for id_ in _ids(path)}
    return Corpus(folder, tuple(files), items, frozenset(ids), faq)


def _read(path: Path) -> File | None:
    try:
        document = yaml_file.read(path, path.name)
    except Faults:
        return None
    text = path.read_text(encoding="utf-8-sig")
    return File(path.name, document, tuple(text.split("\n")))


def _items(file: File) -> Iterator[Item]:
    for index, row in enumerate(file.rows):
        try:
            yield Item(file, index, Entry.model_validate(row))
        except ValidationError:
            continue


def _ids(path: Path) -> list[str]:
    """Ids as far as the file shows them, also in the encoding that Windows calls "Unicode"."""
    try:
        raw = path.read_bytes()
    except OSError:
        return []
    encoding = "utf-16" if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8"
    return ID_LINE.findall(raw.decode(encoding, errors="replace"))


def _texts(part: Any, at: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    for name in TEXT_FIELDS:
        value = getattr(part, name, None)
        if isinstance(value, str):
            yield (*at, name), value
        elif value:
            for number, line in enumerate(value):
                yield (*at, name, number), line


def _node(node: Any, path: KeyPath) -> Any:
    """The YAML node at *path*, or None when a key is not there."""
    for key in path:
        if isinstance(key, int):
            node = node.value[key]
        else:
            node = next((value for name, value in node.value if name.value == key), None)
        if node is None:
            return None
    return node
