"""An entry of a YAML file as a block of lines: taken out, put back, and patched.

Line ends are kept: patches are made on plain ones and written back as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.faq.editing.add_line import Edit, EditRefused, compose, entry_of, value_of


@dataclass(frozen=True, slots=True)
class Patch:
    """The lines from `start` to before `end` become `lines`."""

    start: int
    end: int
    lines: tuple[str, ...]


def block_of(file: Path, id_: str) -> str:
    """The lines of the entry as they stand in the file, comments and all."""
    _, text = plain_lines(file)
    start, end = _span(text, id_, file)
    return "\n".join(text.split("\n")[start:end])


def replace_block(file: Path, id_: str, expected: str, wanted: str) -> Edit:
    """The edit that puts the entry back as it was in *wanted*; refused unless it stands as
    *expected*."""
    before, text = plain_lines(file)
    start, end = _span(text, id_, file)
    rows = text.split("\n")
    if "\n".join(rows[start:end]) != expected:
        raise EditRefused(f"mục {id_!r} đã được sửa thêm sau lần đó")
    return edit_of(file, before, rows, [Patch(start, end, tuple(wanted.split("\n")))])


def plain_lines(file: Path) -> tuple[str, str]:
    """The file as it is, and with plain line ends."""
    before = file.read_bytes().decode("utf-8-sig")
    text = before.replace("\r\n", "\n")
    if before not in (text, text.replace("\n", "\r\n")):
        raise EditRefused(f"{file.name} trộn hai kiểu xuống dòng; hãy lưu lại tệp rồi làm lại")
    return before, text


def edit_of(file: Path, before: str, rows: Sequence[str], patches: Sequence[Patch]) -> Edit:
    """The edit that makes *patches*, which do not overlap, in *rows* (*before* with plain ends)."""
    after = list(rows)
    # From the bottom up; of two at one place, the later in the entry goes in first.
    for _, patch in sorted(enumerate(patches), key=_place, reverse=True):
        after[patch.start : patch.end] = patch.lines
    text = "\n".join(after)
    first = min((patch.start for patch in patches), default=0)
    lines = tuple(line for patch in patches for line in patch.lines)
    ending = "\r\n" if "\r\n" in before else "\n"
    return Edit(file, before, text.replace("\n", ending), first + 1, lines)


def _place(numbered: tuple[int, Patch]) -> tuple[int, int, int]:
    number, patch = numbered
    return patch.start, patch.end, number


def last_said(rows: Sequence[str], end: int) -> int:
    """The line before *end* from which on there are only blank ones."""
    while end > 1 and not rows[end - 1].strip():
        end -= 1
    return end


def _span(text: str, id_: str, file: Path) -> tuple[int, int]:
    """The first line of the entry, and the one after its last."""
    root = compose(text, file)
    wanted = entry_of(root, id_, file)
    starts = [node.start_mark.line for node in value_of(root, "entries").value]
    start = wanted.start_mark.line
    later = [line for line in starts if line > start]
    rows = text.split("\n")
    end = min(later) if later else last_said(rows, len(rows))
    return start, end
