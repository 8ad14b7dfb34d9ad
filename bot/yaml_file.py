"""Read YAML that people edit: every fault with its file, line and column, and what to do.

The one door to PyYAML. Anchors and aliases are refused: nobody needs them here, and they are what
"YAML bombs" are made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from pydantic import ValidationError

MAX_BYTES = 2_000_000  # a FAQ file of 30 entries has about 60 kB
MAX_DEPTH = 20

KeyPath: TypeAlias = tuple[str | int, ...]

# pydantic's error types -> what is wrong, and how to mend it.
REASONS = {
    "extra_forbidden": ("khóa này không dùng ở đây", "xem lại chính tả, hoặc xóa dòng"),
    "missing": ("thiếu khóa này", "thêm dòng còn thiếu"),
    "int_type": ("cần một số nguyên", "bỏ dấu nháy, ví dụ 8080"),
    "float_type": ("cần một số", "bỏ dấu nháy, ví dụ 0.55"),
    "string_type": ("cần một dòng chữ", "đặt giá trị trong dấu nháy kép"),
    "bool_type": ("cần true hoặc false", "viết true hoặc false, không có dấu nháy"),
    "model_type": ("cần các dòng `khóa: giá trị` thụt vào", "xuống dòng và thụt 2 dấu cách"),
    "list_type": ("cần một danh sách", "mỗi mục một dòng, bắt đầu bằng dấu -"),
    "tuple_type": ("cần một danh sách", "mỗi mục một dòng, bắt đầu bằng dấu -"),
    "date_from_datetime_parsing": ("cần một ngày", "viết năm-tháng-ngày, ví dụ 2026-11-24"),
    "date_type": ("cần một ngày", "viết năm-tháng-ngày, ví dụ 2026-11-24"),
    "date_parsing": ("cần một ngày", "viết năm-tháng-ngày, ví dụ 2026-11-24"),
    "date_from_datetime_inexact": ("cần một ngày", "bỏ giờ, ví dụ 2026-11-24"),
    "int_parsing": ("cần một số nguyên", "viết bằng chữ số, ví dụ 8"),
    "int_from_float": ("cần một số nguyên", "bỏ phần lẻ"),
    "float_parsing": ("cần một số", "viết bằng chữ số, ví dụ 10.79"),
    "bool_parsing": ("cần có hoặc không", "viết true (có) hoặc false (không)"),
    "dict_type": ("cần các dòng `khóa: giá trị` thụt vào", "xuống dòng và thụt 2 dấu cách"),
    "greater_than_equal": ("nhỏ quá, phải từ {ge} trở lên", ""),
    "greater_than": ("nhỏ quá, phải lớn hơn {gt}", ""),
    "less_than_equal": ("lớn quá, nhiều nhất là {le}", ""),
    "string_too_long": ("dài quá, nhiều nhất {max_length} ký tự", "viết gọn lại"),
    "string_pattern_mismatch": ("viết chưa đúng kiểu", "đúng mẫu {pattern}"),
    "string_too_short": ("không được để trống", "điền nội dung"),
    "too_short": ("danh sách trống", "thêm ít nhất một mục"),
}


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

    def explain(self, error: ValidationError, at: KeyPath = ()) -> list[Fault]:
        """pydantic's errors about the value at *at*, in Vietnamese, each at its line."""
        faults = []
        for item in error.errors(include_url=False):
            path = (*at, *item["loc"])
            reason, hint = reason_of(item)
            given = item["input"]
            shown = f" (đang là {given!r})" if isinstance(given, str | int | float) else ""
            faults.append(self.fault(path, f"{dotted(path)}: {reason}{shown[:60]}", hint))
        return faults


def reason_of(item: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong and how to mend it, in Vietnamese, of one of pydantic's errors."""
    reason, hint = REASONS.get(item["type"], ("", ""))
    given = item.get("ctx", {})
    reason = reason.format(**given) or str(item["msg"]).removeprefix("Value error, ")
    return reason, hint.format(**given)


def dotted(path: KeyPath) -> str:
    """`entries[3].label`, as people write the way to a value."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")


def read(file: Path, name: str | None = None) -> Document:
    """Read *file* as one YAML document; raise `Faults` when it is not well formed."""
    label = name or str(file)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise Faults(
            [
                Fault(
                    label,
                    1,
                    1,
                    f"không đọc được tệp: {error.strerror}",
                    "kiểm tra tên và quyền đọc",
                )
            ]
        ) from error
    return parse(raw, label)


def parse(raw: bytes, label: str) -> Document:
    """Parse *raw*; the checks run on the node tree, before any value is built from it."""
    if len(raw) > MAX_BYTES:
        raise Faults([Fault(label, 1, 1, "tệp quá lớn (trên 2 MB)", "tách thành nhiều tệp")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = "tệp không phải UTF-8"
        raise Faults([Fault(label, line, 1, message, "lưu lại tệp với bảng mã UTF-8")]) from error
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
        raise Faults([_syntax_fault(error, label)]) from error
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
        except ValueError as error:
            hint = "xem lại ngày, tháng; chữ thì đặt trong dấu nháy kép"
            yield _at(node, label, f"giá trị không đọc được: {error}", hint)
    for child in _children(node):
        yield from _unreadable(loader, child, label)


def _duplicate_keys(node: yaml.MappingNode, label: str) -> Iterable[Fault]:
    keys: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            yield _at(key, label, "khóa phải là một từ", "xem lại dấu hai chấm")
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


def _syntax_fault(error: yaml.YAMLError, label: str) -> Fault:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    hint = "xem thụt lề (2 dấu cách), dấu hai chấm, dấu nháy; câu có dấu ':' hoặc '#' thì để trong \"…\""
    return Fault(label, line, column, f"sai cú pháp YAML: {problem}", hint)


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
