"""Change values of an entry in a YAML file that people keep by hand, touching nothing else in it.

A value keeps the way it was written: folded text stays folded, a comment behind it stays, items of
a list that say the same keep their lines.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, TypeAlias

from bot.core.documents.file import Faults
from bot.faq.editing.add_line import (
    STEP,
    Edit,
    EditRefused,
    compose,
    data_of,
    entry_of,
    item,
    line_after,
    quoted,
)
from bot.faq.editing.blocks import Patch, edit_of, last_said, plain_lines
from bot.faq.entries import Entry

Value: TypeAlias = str | tuple[str, ...] | date
WIDTH = 100  # columns of folded text, as in the rest of the folder
HEADER_COMMENT = re.compile(r"[|>][-+0-9]*(\s+#.*)?$")
ORDER = tuple(Entry.model_fields)


def set_values(file: Path, id_: str, values: Mapping[str, Value]) -> Edit:
    """The edit that gives the keys of the entry *id_* these values; "" and () take a key out.

    Raises `EditRefused` when the entry is not there or cannot be changed by itself.
    """
    before, text = plain_lines(file)
    entry = entry_of(compose(text, file), id_, file)
    rows = text.split("\n")
    patches = [
        patch
        for key in sorted(values, key=ORDER.index)
        if (patch := _patch(rows, entry, key, values[key])) is not None
    ]
    edit = edit_of(file, before, rows, patches)
    _verify(edit, id_, values)
    return edit


def _patch(rows: Sequence[str], entry: Any, key: str, value: Value) -> Patch | None:
    pairs = {name.value: (name, node) for name, node in entry.value}
    if key not in pairs:
        return _insert(rows, pairs, key, value) if value else None
    name, node = pairs[key]
    if node.value == "" and node.style is None:  # a bare key: its mark is on whatever comes next
        at = name.start_mark.line
        return Patch(at, at + 1, tuple(_new(name.start_mark.column, key, value)) if value else ())
    end = _end(rows, name, node)
    if not value:
        if key == "id" or name.start_mark.line == entry.start_mark.line:
            raise EditRefused(f"không xóa được {key} ở đây; hãy sửa bằng tay")
        return Patch(name.start_mark.line, end, ())
    if isinstance(value, str | date):
        return Patch(node.start_mark.line, end, tuple(_text(rows, name, node, value)))
    if isinstance(node.value, str):
        raise EditRefused(f"{key} không phải danh sách; hãy sửa bằng tay")
    if node.flow_style or not node.value:
        return Patch(node.start_mark.line, end, (_flow(rows, node, value),))
    return Patch(node.start_mark.line, end, tuple(_items(rows, node, end, value)))


def _end(rows: Sequence[str], name: Any, node: Any) -> int:
    """The line after the value: blank lines and comments below it are not its own."""
    if getattr(node, "style", None) in ("|", ">"):
        return _block_end(rows, node.start_mark.line, name.start_mark.column)
    if isinstance(node.value, list) and not node.flow_style and node.value:
        last = node.value[-1]
        column = rows[last.start_mark.line].find("-")
        if getattr(last, "style", None) in ("|", ">"):
            return _block_end(rows, last.start_mark.line, column)
        return int(line_after(last))
    return int(line_after(node))


def _block_end(rows: Sequence[str], header: int, column: int) -> int:
    """The line after a block text: all that is indented deeper than its key, but for blank lines
    at its end."""
    end = header + 1
    while end < len(rows) and (not rows[end].strip() or _indent(rows[end]) > column):
        end += 1
    return last_said(rows, end)


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip(" "))


def _insert(rows: Sequence[str], pairs: Mapping[str, Any], key: str, value: Value) -> Patch:
    """Under the nearest key that stands before it in the usual order."""
    above = [name for name in ORDER[: ORDER.index(key)] if name in pairs]
    name, node = pairs[above[-1]]
    at = _end(rows, name, node)
    return Patch(at, at, tuple(_new(pairs["question"][0].start_mark.column, key, value)))


def _new(column: int, key: str, value: Value) -> Iterator[str]:
    indent = " " * column
    if isinstance(value, tuple):
        yield f"{indent}{key}:"
        yield from (f"{indent}{' ' * STEP}{item(one)}" for one in value)
    elif "\n" in str(value):
        yield f"{indent}{key}: |-"
        yield from _indented(str(value).split("\n"), column + STEP)
    else:
        yield f"{indent}{key}: {_scalar(value)}"


def _text(rows: Sequence[str], name: Any, node: Any, value: str | date) -> Iterator[str]:
    """The lines of a text value, written as the one before it was."""
    row = rows[node.start_mark.line]
    prefix = row[: node.start_mark.column]
    prefix += "" if prefix.endswith(" ") else " "
    column = name.start_mark.column + STEP
    lines = str(value).split("\n")
    if node.style in ("|", ">"):
        found = HEADER_COMMENT.search(row)
        comment = (found[1] or "") if found else ""
        yield f"{prefix}{node.style}-{comment}"
        yield from _indented(_folded(lines, column) if node.style == ">" else lines, column)
        return
    tail = rows[node.end_mark.line][node.end_mark.column :]
    if len(lines) > 1:
        yield f"{prefix}|-{tail}"
        yield from _indented(lines, column)
    else:
        yield f"{prefix}{_scalar(value)}{tail}"


def _folded(lines: Sequence[str], column: int) -> list[str]:
    """Wrapped; where the text breaks, a blank line."""
    found: list[str] = []
    for number, line in enumerate(lines):
        found += [""] if number else []
        found += textwrap.wrap(line, WIDTH - column, break_long_words=False, break_on_hyphens=False)
    return found


def _indented(lines: Sequence[str], column: int) -> Iterator[str]:
    yield from (f"{' ' * column}{line}" if line else "" for line in lines)


def _scalar(value: str | date) -> str:
    """On one line, quoted where YAML needs it; a date stays one."""
    return value.isoformat() if isinstance(value, date) else item(value).removeprefix("- ")


def _flow(rows: Sequence[str], node: Any, value: Sequence[str]) -> str:
    start, end = node.start_mark, node.end_mark
    if start.line != end.line:
        raise EditRefused("danh sách trong ngoặc [ ] kéo dài nhiều dòng; hãy sửa bằng tay")
    row = rows[start.line]
    as_typed = {one.value: row[one.start_mark.column : one.end_mark.column] for one in node.value}
    inside = ", ".join(as_typed.get(one, quoted(one)) for one in value)
    prefix = row[: start.column]
    prefix += "" if prefix.endswith(" ") else " "
    return f"{prefix}[{inside}]{row[end.column :]}"


def _items(rows: Sequence[str], node: Any, end: int, value: Sequence[str]) -> Iterator[str]:
    """The list's lines; items that stay keep theirs, with what is noted between them."""
    old = [one.value for one in node.value]
    starts = [one.start_mark.line for one in node.value] + [end]
    dash = " " * rows[starts[0]].find("-")
    for same, left, right, start, stop in SequenceMatcher(
        None, old, value, autojunk=False
    ).get_opcodes():
        if same == "equal":
            yield from rows[starts[left] : starts[right]]
        else:
            yield from (f"{dash}{item(one)}" for one in value[start:stop])


def _verify(edit: Edit, id_: str, values: Mapping[str, Value]) -> None:
    """The file now says what it said, with these values; nothing else may have moved."""
    try:
        before, after = (data_of(text, edit.file) for text in (edit.before, edit.after))
    except Faults as error:
        raise EditRefused("không sửa được trong tệp này; hãy sửa bằng tay") from error
    row = next(row for row in before["entries"] if row.get("id") == id_)
    for key, value in values.items():
        row.pop(key, None)
        if value:
            row[key] = list(value) if isinstance(value, tuple) else value
    if before != after:
        raise EditRefused("không sửa được mà giữ nguyên phần khác; hãy sửa bằng tay")
