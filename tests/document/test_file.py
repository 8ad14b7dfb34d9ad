"""YAML that people edit: what is refused, and where the fault is said to be."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.documents import file as yaml_file
from bot.core.documents.file import Faults


def fault(raw: bytes | str) -> yaml_file.Fault:
    data = raw.encode() if isinstance(raw, str) else raw
    with pytest.raises(Faults) as caught:
        yaml_file.parse(data, "x.yaml")
    return caught.value.faults[0]


@pytest.mark.parametrize(
    ("raw", "line", "message"),
    [
        ("a: 1\nb: [1, 2\n", 2, "dấu [ mở mà không đóng"),
        ("a: 1\n  b: 2\n", 2, "sai cú pháp"),
        ("a: b: c\n", 1, "sai cú pháp"),
        ("a: 1\nb: 2\na: 3\n", 3, "viết hai lần"),
        ("a: &x [1]\nb: *x\n", 1, "không dùng neo"),
        ("? [1]\n: 2\n", 1, "khóa phải là một từ"),
        ("a: " + "[" * 30 + "]" * 30, 1, "lồng quá sâu"),
        ("a: 2026-13-45\n", 1, "không đọc được"),
        ("a: !!python/object:os.system x\n", 1, "sai cú pháp"),
        ("a: 1\n---\nb: 2\n", 2, "sai cú pháp"),
        (b"a: 1\nb: \xe1\xe0\n", 2, "không phải UTF-8"),
        ("chữ".encode("utf-16"), 1, "không phải UTF-8"),
        (b"a" * 2_000_001, 1, "quá lớn"),
    ],
)
def test_a_fault_is_told_at_its_line(raw: bytes | str, line: int, message: str) -> None:
    found = fault(raw)
    assert (found.line, message in found.message) == (line, True), found


def test_a_bomb_is_refused_before_it_grows() -> None:
    rows = ["a: &a [x, x]"] + [f"b{n}: &b{n} [*a, *a]" for n in range(50)]
    assert "không dùng neo" in fault("\n".join(rows)).message


def test_a_byte_order_mark_is_no_fault() -> None:
    assert yaml_file.parse(b"\xef\xbb\xbfa: 1", "x").data == {"a": 1}


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(Faults, match="không đọc được tệp"):
        yaml_file.read(tmp_path / "none.yaml")


def test_the_place_of_a_missing_key_is_its_parent() -> None:
    document = yaml_file.parse(b"a:\n  - b: 1\n  - c: 2\n", "x.yaml")
    found = document.fault(("a", 1, "d"), "thiếu", "thêm d")
    assert str(found) == "x.yaml:3:5: thiếu\n    → thêm d"


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with suppress(Faults):
        yaml_file.parse(raw, "x.yaml")
