"""Counts what `re` does: the same backtracking, step by step, in Python.

The engine is written in C and tells nobody how often it tries; time does, and is no test. This walks the tree
that Python's own parser makes of a pattern, in the engine's order, and counts. It stops at the first match as the
engine does. Wide bounds (`{0,60}`) count as `BOUND`: they make work dearer by a constant, not steeper.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, TypeAlias

BOUND = 6
MOST = 60_000  # steps after which nobody waits for the end
SINGLE = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN)
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d", op.CATEGORY_NOT_DIGIT: r"\D", op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S", op.CATEGORY_WORD: r"\w", op.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip
ANCHORS = {
    op.AT_BOUNDARY: r"\b", op.AT_NON_BOUNDARY: r"\B", op.AT_BEGINNING: "^", op.AT_END: "$",
    op.AT_BEGINNING_STRING: r"\A", op.AT_END_STRING: r"\Z",
}  # fmt: skip

Then: TypeAlias = Callable[[int], bool]  # what follows, from a place on
Node: TypeAlias = tuple[Any, Any]

KNOWN: dict[tuple[int, str, int], bool] = {}  # of nodes, which `tree` keeps, and single characters


@cache
def tree(pattern: re.Pattern[str]) -> Sequence[Node]:
    return list(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE))


class EndlessError(Exception):
    """More than `MOST` steps."""


class Walk:
    """One pattern over one text; `steps` counts the parts of it that were tried."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        self._tree = tree(pattern)
        self._flags = pattern.flags & (re.MULTILINE | re.IGNORECASE | re.DOTALL)
        self._text = text
        self._groups: dict[int, tuple[int, int]] = {}
        self.steps = 0

    def everywhere(self) -> int:
        """Steps of `finditer` (so of `search`, `sub` and `split` too)."""
        self.found()
        return self.steps

    def found(self) -> list[tuple[int, int]]:
        """Where `finditer` finds something; of texts without matches of no length."""
        spans, at = [], 0
        while at <= len(self._text):
            end = self._match(at, whole=False)
            if end is not None:
                spans.append((at, end))
            at = max(end or 0, at + 1)
        return spans

    def at_the_start(self) -> int:
        """Steps of `fullmatch`, which tries no less than `match`."""
        self._match(0, whole=True)
        return self.steps

    def _match(self, at: int, *, whole: bool) -> int | None:
        ends: list[int] = []

        def done(end: int) -> bool:
            if whole and end != len(self._text):
                return False
            ends.append(end)
            return True

        self._groups.clear()
        return ends[0] if self._row(self._tree, 0, at, done) else None

    def _row(self, row: Sequence[Node], number: int, at: int, then: Then) -> bool:
        if number == len(row):
            return then(at)
        return self._node(row[number], at, lambda end: self._row(row, number + 1, end, then))

    def _node(self, node: Node, at: int, then: Then) -> bool:
        self._count()
        kind, value = node
        if kind in SINGLE:
            return self._is(node, at) and then(at + 1)
        if kind in REPEATS:
            return self._repeat(node, at, then)
        if kind is op.BRANCH:
            return any(self._row(list(row), 0, at, then) for row in value[1])
        if kind is op.SUBPATTERN:
            return self._group(value[0], list(value[3]), at, then)
        if kind is op.ATOMIC_GROUP:
            end = self._first(list(value), at)
            return end is not None and then(end)
        if kind in (op.ASSERT, op.ASSERT_NOT):
            return self._look(value, at) is (kind is op.ASSERT) and then(at)
        if kind is op.AT:
            return self._anchored(value, at) and then(at)
        return self._again_said(node, at, then)

    def _count(self) -> None:
        self.steps += 1
        if self.steps > MOST:
            raise EndlessError

    def _again_said(self, node: Node, at: int, then: Then) -> bool:
        kind, value = node
        assert kind is op.GROUPREF, f"{kind} is not counted yet"
        begin, end = self._groups[value]
        said = self._text[begin:end]
        return self._text.startswith(said, at) and then(at + len(said))

    def _group(self, name: int | None, row: Sequence[Node], at: int, then: Then) -> bool:
        def close(end: int) -> bool:
            if name is not None:
                self._groups[name] = (at, end)
            return then(end)

        return self._row(row, 0, at, close)

    def _repeat(self, node: Node, at: int, then: Then) -> bool:
        kind, (least, most, inside) = node
        row = list(inside)
        most = most if most is op.MAXREPEAT else max(least, min(most, BOUND))
        if len(row) == 1 and row[0][0] in SINGLE:
            return self._run(kind, row[0], (least, most), at, then)
        if kind is op.POSSESSIVE_REPEAT:
            return self._possessive(row, (least, most), at, then)
        return self._again(row, (least, most), 0, at, then)

    def _run(self, kind: Any, one: Node, bounds: tuple[int, Any], at: int, then: Then) -> bool:
        """Of single characters: the engine takes them in one go, then gives them back one by one."""
        least, most = bounds
        count = 0
        while (most is op.MAXREPEAT or count < most) and self._is(one, at + count):
            count += 1
            self.steps += 1
        if count < least:
            return False
        lengths: Sequence[int] = range(count, least - 1, -1)
        if kind is op.POSSESSIVE_REPEAT:
            lengths = (count,)
        elif kind is op.MIN_REPEAT:
            lengths = range(least, count + 1)
        return any(self._given(length, at, then) for length in lengths)

    def _given(self, length: int, at: int, then: Then) -> bool:
        self.steps += 1
        return then(at + length)

    def _again(
        self, row: Sequence[Node], bounds: tuple[int, Any], count: int, at: int, then: Then
    ) -> bool:
        least, most = bounds

        def more(end: int) -> bool:
            return end > at and self._again(row, bounds, count + 1, end, then)

        self.steps += 1
        may = most is op.MAXREPEAT or count < most
        return (may and self._row(row, 0, at, more)) or (count >= least and then(at))

    def _possessive(
        self, row: Sequence[Node], bounds: tuple[int, Any], at: int, then: Then
    ) -> bool:
        least, most = bounds
        count = 0
        while most is op.MAXREPEAT or count < most:
            end = self._first(row, at)
            if end is None or end == at:
                break
            at, count = end, count + 1
        return count >= least and then(at)

    def _first(self, row: Sequence[Node], at: int) -> int | None:
        ends: list[int] = []
        found = self._row(row, 0, at, lambda end: ends.append(end) is None)
        return ends[0] if found else None

    def _look(self, value: Any, at: int) -> bool:
        direction, inside = value
        row = list(inside)
        if direction > 0:
            return self._row(row, 0, at, lambda end: True)
        begin = at - inside.getwidth()[1]
        return begin >= 0 and self._row(row, 0, begin, lambda end: end == at)

    def _anchored(self, kind: Any, at: int) -> bool:
        pattern = re.compile(ANCHORS[kind], self._flags)
        return pattern.match(self._text, at) is not None

    def _is(self, node: Node, at: int) -> bool:
        if at >= len(self._text):
            return False
        known = (id(node), self._text[at], self._flags)
        if known not in KNOWN:
            KNOWN[known] = is_one(node, self._text[at], self._flags)
        return KNOWN[known]


def is_one(node: Node, sign: str, flags: int) -> bool:
    """Whether the single character *sign* is what *node* wants."""
    kind, value = node
    if kind is op.ANY:
        return sign != "\n" or bool(flags & re.DOTALL)
    signs = {sign, sign.lower(), sign.upper()} if flags & re.IGNORECASE else {sign}
    if kind is op.IN:
        wanted = [one for one in value if one[0] is not op.NEGATE]
        inside = any(_in(one, each) for one in wanted for each in signs)
        return inside is (len(wanted) == len(value))
    return (chr(value) in signs) is (kind is op.LITERAL)


def _in(item: Node, sign: str) -> bool:
    kind, value = item
    if kind is op.CATEGORY:
        return re.match(CATEGORIES[value], sign) is not None
    if kind is op.RANGE:
        return bool(value[0] <= ord(sign) <= value[1])
    return len(sign) == 1 and ord(sign) == value


# --- texts that a pattern finds hard ----------------------------------------------------------------

SIGNS = " \n\ta1ếđ.,;:-_+/?!\"'#()[]=@áA\u00a0"
EACH = 2  # signs of a class that are tried


def hard(pattern: re.Pattern[str], count: int) -> Iterator[str]:
    """Texts that lead to each part of *pattern* that repeats without bound, feed it *count* times, and
    end in what nothing takes; and the way there, *count* times."""
    for before, food in dict.fromkeys(_feeding(tree(pattern), pattern.flags, "")):
        yield before + food * count + "\0"
        yield (before + food) * count + "\0"
        if before:
            yield before * count + "\0"


def _feeding(row: Sequence[Node], flags: int, before: str) -> Iterator[tuple[str, str]]:
    """What stands before each unbounded repeat, and what it takes."""
    for node in row:
        kind, value = node
        for inner in _inside(node):
            yield from _feeding(inner, flags, before)
        if kind in REPEATS and value[1] is op.MAXREPEAT:
            yield from ((before, food) for food in _foods(list(value[2]), flags))
        before += _sample(node, flags)


def _foods(row: Sequence[Node], flags: int) -> list[str]:
    if len(row) == 1 and row[0][0] in SINGLE:
        return [sign for sign in SIGNS if is_one(row[0], sign, flags)][:EACH] or [
            _sample(row[0], flags)
        ]
    return ["".join(_sample(one, flags) for one in row)]


def _inside(node: Node) -> list[list[Node]]:
    kind, value = node
    if kind is op.BRANCH:
        return [list(row) for row in value[1]]
    if kind is op.SUBPATTERN:
        return [list(value[3])]
    if kind in REPEATS:
        return [list(value[2])]
    return [list(value)] if kind is op.ATOMIC_GROUP else []


def _sample(node: Node, flags: int) -> str:
    """A short text that *node* takes; "" for what takes none."""
    kind, value = node
    if kind is op.LITERAL:
        return chr(value)
    if kind in SINGLE:
        likely = (sign for sign in "a1 .-" + SIGNS if is_one(node, sign, flags))
        return next(likely, None) or _first_of(value)
    rows = _inside(node)
    inside = "".join(_sample(one, flags) for one in rows[0]) if rows else ""
    return inside * max(value[0], 1) if kind in REPEATS else inside


def _first_of(value: Any) -> str:
    """The first sign of a class of unusual ones."""
    kind, inside = value[0]
    if kind is op.NEGATE:
        return "\u4e00"
    return chr(inside[0] if kind is op.RANGE else inside)
