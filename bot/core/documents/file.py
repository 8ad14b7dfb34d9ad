"""Read YAML that people edit: every fault with its file, line and column, and what to do.

The one door to PyYAML. Anchors and aliases are refused: nobody needs them here, and they are what
"YAML bombs" are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from pydantic import ValidationError

from bot.core.documents.mistakes import Stumble, explain
from bot.core.documents.reasons import reason_of

MAX_BYTES = 2_000_000  # a FAQ file of 30 entries has about 60 kB
MAX_DEPTH = 20
WORD = "tag:yaml.org,2002:str"
SHOWN = 50  # characters of a faulty value in its message

KeyPath: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a file: where (line and column count from 1), what, and how to mend it."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.message}"
        return f"{text}\n    → {self.hint}" if self.hint else text


class Faults(Exception):
    """The files have faults; all of them are listed at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True)
class Document:
    """The plain data of one file, and the place of each value in it."""

    name: str
    data: Any
    root: yaml.Node | None

    @cached_property
    def _marks(self) -> dict[KeyPath, yaml.Mark]:
        return dict(_walk(self.root)) if self.root is not None else {}

    def fault(self, path: KeyPath, message: str, hint: str = "") -> Fault:
        """The fault at *path*, or at its nearest parent when the value itself is missing."""
        for length in range(len(path), -1, -1):
            mark = self._marks.get(path[:length])
            if mark is not None:
                return Fault(self.name, mark.line + 1, mark.column + 1, message, hint)
        return Fault(self.name, 1, 1, message, hint)

    def explain(
        self, error: ValidationError, at: KeyPath = (), name: Callable[[KeyPath], str] | None = None
    ) -> list[Fault]:
        """pydantic's errors about the value at *at*, in Vietnamese, each at its line; *name* says
        where in the file that is."""
        faults = []
        for item in error.errors(include_url=False):
            path = (*at, *item["loc"])
            reason, hint = reason_of(item)
            place = (name or dotted)(path)
            what = f"{place}: {reason}" if place else reason
            faults.append(self.fault(path, f"{what}{_shown(item['input'])}", hint))
        return faults


def _shown(given: object) -> str:
    """What stands there now, shortened."""
    if not isinstance(given, str | int | float):
        return ""
    words = repr(given)
    return f" (đang là {words if len(words) <= SHOWN else words[:SHOWN] + '…'})"


def dotted(path: KeyPath) -> str:
    """`entries[3].label`, as people write the way to a value."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


def read(file: Path, name: str | None = None) -> Document:
    """Read *file* as one YAML document; raise `Faults` when it is not well formed."""
    label = name or str(file)
    try:
        raw = file.read_bytes()
    except OSError as error:
        hint = f"kiểm tra tên và quyền đọc của {file}"
        raise Faults([Fault(label, 1, 1, f"không đọc được tệp: {error.strerror}", hint)]) from error
    return parse(raw, label)


def parse(raw: bytes, label: str) -> Document:
    """Parse *raw*; the checks run on the node tree, before any value is built from it."""
    if len(raw) > MAX_BYTES:
        raise Faults([Fault(label, 1, 1, "tệp quá lớn (trên 2 MB)", "tách thành nhiều tệp")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message, hint = "tệp không phải UTF-8", "lưu lại (Save as), chọn mã hóa (Encoding) là UTF-8"
        raise Faults([Fault(label, line, 1, message, hint)]) from error
    loader = yaml.CSafeLoader(text)
    try:
        if deep := _too_deep(text):
            raise Faults([Fault(label, deep, 1, "lồng quá sâu", "viết lại cho gọn")])
        root = loader.get_single_node()
        if root is None:
            return Document(label, None, None)
        if faults := list(_refused(root, label)) or list(_unreadable(loader, root, label)):
            raise Faults(faults)
        return Document(label, loader.construct_document(root), root)
    except yaml.YAMLError as error:
        raise Faults([_syntax_fault(error, label, text)]) from error
    except (ValueError, RecursionError) as error:
        raise Faults([Fault(label, 1, 1, f"giá trị không đọc được: {error}")]) from error
    finally:
        loader.dispose()


def _too_deep(text: str) -> int | None:
    """The line where nesting passes MAX_DEPTH, told from events: libyaml composes nodes by recursion
    in C, and a file of a thousand brackets would take the whole process down."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH + 1:
                return event.start_mark.line + 1 if event.start_mark else 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


def _refused(root: yaml.Node, label: str) -> Iterable[Fault]:
    """Aliases, duplicate keys, keys that are not words, and nesting that nobody writes by hand."""
    seen: set[int] = set()

    def visit(node: yaml.Node, depth: int) -> Iterable[Fault]:
        if depth > MAX_DEPTH:
            yield _at(node, label, "lồng quá sâu", "viết lại cho gọn")
            return
        if id(node) in seen:
            yield _at(node, label, "không dùng neo & và bí danh *", "chép lại nội dung ra đủ")
            return
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield from _duplicate_keys(node, label)
        for child in _children(node):
            yield from visit(child, depth + 1)

    return visit(root, 0)


def _unreadable(loader: Any, node: yaml.Node, label: str) -> Iterable[Fault]:
    """Scalars that look like a value and are none: 2027-02-30."""
    if isinstance(node, yaml.ScalarNode):
        try:
            loader.construct_object(node)
        except ValueError:
            hint = "viết năm-tháng-ngày, ví dụ 2026-12-31; chữ thì đặt trong dấu nháy kép"
            yield _at(node, label, f"giá trị không đọc được: {node.value!r} không có thật", hint)
    for child in _children(node):
        yield from _unreadable(loader, child, label)


def _duplicate_keys(node: yaml.MappingNode, label: str) -> Iterable[Fault]:
    keys: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            yield _at(key, label, "khóa phải là một từ", "xem lại dấu hai chấm")
        elif key.tag != WORD:
            hint = f'đặt trong nháy kép: "{key.value}"; hoặc xem lại chính tả'
            yield _at(key, label, f"khóa {key.value!r} không phải là chữ", hint)
        elif key.value in keys:
            hint = "giữ lại một, xóa cái kia"
            yield _at(key, label, f"khóa {key.value!r} viết hai lần", hint)
        else:
            keys.add(key.value)


def _children(node: yaml.Node) -> Iterable[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [value for _, value in node.value]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _at(node: yaml.Node, label: str, message: str, hint: str) -> Fault:
    return Fault(label, node.start_mark.line + 1, node.start_mark.column + 1, message, hint)


def _syntax_fault(error: yaml.YAMLError, label: str, text: str) -> Fault:
    mark = getattr(error, "problem_mark", None)
    begun = getattr(error, "context_mark", None) or mark
    problem = getattr(error, "problem", None) or str(error)
    line, column = (mark.line, mark.column) if mark else (0, 0)
    stumble = Stumble(text.split("\n"), problem, line, column, begun.line if begun else line)
    slip = explain(stumble)
    message = f"sai cú pháp YAML: {slip.what}"
    return Fault(label, slip.line + 1, slip.column + 1, message, slip.mend)


def ends_of_plain_words(node: yaml.Node | None) -> Iterable[tuple[int, int]]:
    """Line and column (from 0) just after each value that is written without quotes."""
    if isinstance(node, yaml.ScalarNode) and not node.style and node.end_mark:
        yield node.end_mark.line, node.end_mark.column
    for child in _children(node) if node else ():
        yield from ends_of_plain_words(child)


def _walk(node: yaml.Node, path: KeyPath = ()) -> Iterable[tuple[KeyPath, yaml.Mark]]:
    yield path, node.start_mark
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _walk(value, (*path, key.value))
            # The key says more than the value when the fault is "unknown key".
            yield (*path, key.value), key.start_mark
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _walk(value, (*path, index))
