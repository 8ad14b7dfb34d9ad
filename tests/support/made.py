"""Inputs that nobody sends on purpose: texts, JSON that looks like a platform's, files with slips.

They are made from a `Source` of choices: chance in a long run, what a coverage-guided fuzzer wants, or
Hypothesis, which makes a finding small.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

from bot.core.actions import FORMS

T = TypeVar("T")
Path = tuple[str | int, ...]

PIECES = (
    "mất thẻ căn cước", "đặt lịch", "hủy", "1", "2.", "menu", "/start", "/dulieucuatoi", "xóa dữ liệu",
    "cô Ba, chú Tư", "0900000001", "+84 900 000 001", "001099000001", "079 123 456 789", "OTP 123456",
    "mật khẩu: abc123!@#", "phường Tân Phú", "quận 4", "10.77,106.70", "BCDF34", "🙂", "\u200b", "\u202e",
    "\ud83d", "\x00", "\r\n", "{{7*7}}", "<b>", "=1+1", "a\u0301\u0323", "１２３", "٣٤٥", "²", "é", "ẵ" * 40,
    "", " ", "#vneid:menu", "e_mat-the", "user_send_text", "follow", "private", "123456", "-1", "1e9",
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    0, 1, -1, 2, 5, 2**31, 2**53, 2**63, 10**30, 1_790_000_000, 1_790_000_000_000, 0.5, -0.0, 1e308,
    float("inf"), float("nan"), True, False, None,
)  # fmt: skip
SLIPS = (
    b"\n", b"  ", b"\t", b":", b": ", b"- ", b'"', b"'", b"|-\n", b"&a", b"*a", b"!!python/name:os", b"{", b"[",
    b"]", b"#", b"\xff", b"\xef\xbb\xbf", b"\x00", b";", b",", b"---\n", b"<<: *a", b"999999999999", b"2026-02-30",
    b"null", b"~", b"08:00", b"24:61", b"\r", b"",
)  # fmt: skip

# What buttons begin with: ours, each word of them alone, and some that nobody makes.
VERBS = tuple(
    sorted(
        {word for prefix, _ in FORMS for word in (prefix, *prefix.split(":"))} | {"leave", "share"}
    )
)


class Source(Protocol):
    def below(self, limit: int) -> int:
        """From 0 to *limit* - 1."""
        ...

    def letters(self) -> str:
        """A few characters of any kind."""
        ...


class Chance:
    """Choices of a seeded generator of random numbers."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, limit: int) -> int:
        return int(self._random.random() * limit)

    def letters(self) -> str:
        top = (0x80, 0x250, 0x2100, 0x11000, 0x110000)[self.below(5)]
        return "".join(chr(self.below(top)) for _ in range(self.below(12)))


class Drawn:
    """Choices of Hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def below(self, limit: int) -> int:
        return int(self._draw(st.integers(0, limit - 1)))

    def letters(self) -> str:
        return str(self._draw(st.text(st.characters(codec=None), max_size=12)))


def one_of(source: Source, values: Sequence[T]) -> T:
    return values[source.below(len(values))]


def text(source: Source) -> str:
    """Words of people, digits, and letters of any script, one after the other."""
    parts = []
    for _ in range(source.below(6)):
        kind = source.below(4)
        if kind == 0:
            parts.append(source.letters())
        elif kind == 1:
            parts.append(
                "".join(one_of(source, "0123456789 .-+()") for _ in range(source.below(14)))
            )
        else:
            parts.append(one_of(source, PIECES))
    return one_of(source, ("", " ")).join(parts)


def value(source: Source, depth: int = 2) -> Any:
    """Something that JSON can hold."""
    kind = source.below(5 if depth else 3)
    if kind == 0:
        return one_of(source, NUMBERS)
    if kind <= 2:
        return text(source)
    inside = [value(source, depth - 1) for _ in range(source.below(3))]
    return inside if kind == 3 else {one_of(source, PIECES): one for one in inside}


def places(inside: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a value that can hold something else."""
    if path:
        yield path
    items: Any = inside.items() if isinstance(inside, dict) else ()
    items = enumerate(inside) if isinstance(inside, list) else items
    for key, one in items:
        yield from places(one, (*path, key))


def changed(inside: Any, path: Path, new: Any, *, drop: bool) -> Any:
    """A value with *new*, or nothing, at *path*."""
    key, rest = path[0], path[1:]
    if isinstance(inside, dict):
        if drop and not rest:
            return {k: v for k, v in inside.items() if k != key}
        return {**inside, key: changed(inside[key], rest, new, drop=drop) if rest else new}
    copy = list(inside)
    copy[int(key)] = changed(copy[int(key)], rest, new, drop=drop) if rest else new
    return copy


def like(source: Source, examples: Sequence[Any]) -> Any:
    """One of *examples* with up to three places changed: other values, other types, or none."""
    made = one_of(source, examples)
    for _ in range(source.below(4)):
        found = list(places(made))
        if found:
            drop = source.below(4) == 0
            made = changed(made, one_of(source, found), value(source), drop=drop)
    return made


def file_like(source: Source, raw: bytes) -> bytes:
    """A file with up to four slips: a piece left out, doubled, put elsewhere or replaced."""
    for _ in range(source.below(5)):
        at, size = source.below(len(raw) + 1), source.below(30)
        new = one_of(source, SLIPS) if source.below(2) else _bytes(text(source))
        kept = raw[at : at + size] if source.below(2) else b""
        raw = raw[:at] + new + kept + raw[at + size :]
    return raw


def _bytes(words: str) -> bytes:
    return words.encode("utf-8", "surrogatepass")
