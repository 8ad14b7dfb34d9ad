"""Add a line to a YAML file that people keep by hand, touching nothing else in it.

`bot.faq.editing.values` changes and takes out values in the same way.

The one door to ruamel.yaml, which reads where everything stands and knows how a sentence must be
quoted. The line is put into the text as typed, so comments, blank lines, quotes and long lines stay
exactly as they were; the result is read back before it is written.
"""

from __future__ import annotations

import io
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.core.documents import file as yaml_file
from bot.core.documents.file import Faults

WIDE = 1_000_000  # never fold a sentence over several lines
STEP = 2  # spaces of one level, as in the rest of the folder


class EditRefused(Exception):
    """The file cannot be changed in this way; the message says why, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one file: `number` is the first line written (from 1), `lines` what it holds.
    `changed` is the same line before, when a line was changed rather than added."""

    file: Path
    before: str
    after: str
    number: int
    lines: tuple[str, ...]
    changed: str | None = None

    def write(self) -> None:
        """Swap the file whole: a reader sees the old text or the new one.

        Raises `EditRefused` when the file is not what it was any more.
        """
        if self.file.read_bytes().decode("utf-8-sig") != self.before:
            raise EditRefused(f"{self.file.name} vừa được sửa ở nơi khác; hãy làm lại")
        folder = self.file.parent
        mode = self.file.stat().st_mode
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{self.file.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                stream.write(self.after)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(mode)
            Path(name).replace(self.file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def add_item(file: Path, id_: str, key: str, text: str) -> Edit:
    """The edit that adds *text* at the end of the list *key* of the entry *id_*.

    Raises `EditRefused` when the entry is not in the file or the file cannot be read.
    """
    before = file.read_bytes().decode("utf-8-sig")
    entry = entry_of(compose(before, file), id_, file)
    node = value_of(entry, key)
    if node is None or not node.value:
        edit = _new_list(file, before, entry, key, text)
    elif node.flow_style:
        edit = _into_flow_list(file, before, node, text)
    else:
        edit = _after_last(file, before, node.value[-1], text)
    _verify(edit, id_, key, text)
    return edit


def compose(text: str, file: Path) -> Any:
    try:
        return YAML().compose(text)
    except YAMLError as error:
        raise EditRefused(f"{file.name} đang có lỗi, chạy `vneid-bot faq check` trước") from error


def entry_of(root: Any, id_: str, file: Path) -> Any:
    rows = value_of(root, "entries")
    for row in rows.value if rows is not None else ():
        name = value_of(row, "id")
        if name is not None and name.value == id_:
            return row
    raise EditRefused(f"{file.name} không có mục nào tên {id_!r}")


def value_of(node: Any, key: str) -> Any:
    """The node of *key* in the mapping *node*, or None."""
    pairs = node.value if node is not None and isinstance(node.value, list) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _after_last(file: Path, before: str, last: Any, text: str) -> Edit:
    """A new line under the list's last item, indented like it."""
    lines = before.split("\n")
    dash = lines[last.start_mark.line].find("-")
    return _insert(file, before, line_after(last), [" " * dash + item(text)])


def _new_list(file: Path, before: str, entry: Any, key: str, text: str) -> Edit:
    """The list stands under the question, or replaces an empty one."""
    pairs = {name.value: (name, value) for name, value in entry.value}
    if key in pairs:
        raise EditRefused(f"{key} đang để trống; xóa dòng đó rồi chạy lại")
    name, value = pairs["question"]
    indent = " " * name.start_mark.column
    rows = [f"{indent}{key}:", f"{indent}{' ' * STEP}{item(text)}"]
    return _insert(file, before, line_after(value), rows)


def line_after(node: Any) -> int:
    """The number (from 0) of the line below a value; a block text ends where the next begins."""
    mark = node.end_mark
    return int(mark.line) if mark.column == 0 else int(mark.line) + 1


def _insert(file: Path, before: str, at: int, rows: list[str]) -> Edit:
    lines = before.split("\n")
    ending = "\r" if "\r\n" in before else ""
    if at == len(lines):  # the last line has no line end
        lines[-1] += ending
        rows = [*rows[:-1], rows[-1].rstrip("\r")]
        added = [row + ending for row in rows[:-1]] + rows[-1:]
    else:
        added = [row + ending for row in rows]
    after = "\n".join([*lines[:at], *added, *lines[at:]])
    return Edit(file, before, after, at + 1, tuple(rows))


def _into_flow_list(file: Path, before: str, node: Any, text: str) -> Edit:
    """`[a, b]` -> `[a, b, "text"]`, always quoted: commas and brackets mean something there."""
    lines = before.split("\n")
    mark = node.value[-1].end_mark
    old = lines[mark.line]
    new = f"{old[: mark.column]}, {quoted(text)}{old[mark.column :]}"
    after = "\n".join([*lines[: mark.line], new, *lines[mark.line + 1 :]])
    return Edit(file, before, after, mark.line + 1, (new.rstrip("\r"),), old.rstrip("\r"))


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def item(text: str) -> str:
    """*text* as an item of a list, quoted only where YAML needs it."""
    yaml = YAML()
    yaml.width = WIDE
    yaml.allow_unicode = True
    stream = io.StringIO()
    yaml.dump([text], stream)
    written = stream.getvalue().rstrip("\n")
    # The service reads YAML 1.1, where a bare "yes" is no text.
    read = yaml_file.parse(written.encode(), "").data
    return written if read == [text] else f"- {quoted(text)}"


def _verify(edit: Edit, id_: str, key: str, text: str) -> None:
    """The file now says what it said, and *text*; nothing else may have moved."""
    try:
        before, after = (data_of(text, edit.file) for text in (edit.before, edit.after))
    except Faults as error:
        raise EditRefused("không chèn được vào tệp này; hãy thêm bằng tay") from error
    for row in before["entries"]:
        if row.get("id") == id_:
            row[key] = [*(row.get(key) or []), text]
    if before != after:
        raise EditRefused("không chèn được mà giữ nguyên phần khác; hãy thêm bằng tay")


def data_of(text: str, file: Path) -> Any:
    return yaml_file.parse(text.encode(), file.name).data
