"""No pattern of ours makes more work of a text than in proportion to its length.

Every `re.…(…)` in the code is found, and its steps are counted (`steps.py`) on texts made for it: what leads to
each of its parts that repeat, then twice as much of what that part takes. Seen are patterns that try again and again,
alone or by beginning anew at each place; not seen is what several of them do one after the other, which
`tests/security/test_hostile.py` counts at the doors, and `make fuzz` looks for with a clock.
"""

from __future__ import annotations

import ast
import importlib
import math
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.faq.lint.outdated import TERMS
from bot.faq.lint.quantities import PAIRS
from tests.security.steps import EndlessError, Walk, hard
from tests.support.paths import PROJECT

FILES = sorted(path for room in ("bot", "handlers") for path in (PROJECT / room).rglob("*.py"))
ANCHORED = frozenset({"match", "fullmatch"})  # these try at one place only
COUNT = 20
STEEP = (
    1.3  # twice the length, more than 2 × 1.3 the work: no constant makes that of a straight line
)
# What a pattern that is made where it is used is made of.
MADE_OF: dict[str, dict[str, str]] = {
    "bot/channels/telegram/groups.py": {"name": "vneid_bot"},
    "bot/faq/lint/outdated.py": {"pattern": "|".join(t.pattern.pattern for t in TERMS)},
    "bot/faq/lint/quantities.py": {"row": "|".join(PAIRS)},
}


@dataclass(frozen=True)
class Found:
    """`only_here`: nothing searches with it."""

    where: str
    pattern: re.Pattern[str]
    only_here: bool

    def steps(self, text: str) -> int:
        walk = Walk(self.pattern, text)
        return walk.at_the_start() if self.only_here else walk.everywhere()


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def uses() -> dict[str, set[str]]:
    """By a pattern's name: the methods that are called or handed on anywhere."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for file in FILES:
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found[node.value.id].add(node.attr)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
                found[node.value.attr].add(node.attr)
    return found


def patterns() -> Iterator[Found]:
    for file in FILES:
        names = {node: _name(parent) for parent in ast.walk(tree(file)) for node in _made(parent)}
        for node in ast.walk(tree(file)):
            if _is_pattern(node):
                yield _found(file, node, names.get(node, ""))


def _made(node: ast.AST) -> list[ast.AST]:
    return [node.value] if isinstance(node, ast.Assign) else []


def _name(node: ast.AST) -> str:
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    return target.id if isinstance(target, ast.Name) else ""


def _is_pattern(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr != "escape"
    )


def _found(file: Path, call: Any, name: str) -> Found:
    place = file.relative_to(PROJECT)
    module = importlib.import_module(
        ".".join(place.with_suffix("").parts).removesuffix(".__init__")
    )
    known = {**vars(module), **MADE_OF.get(str(place), {})}
    text, flags = _value(call.args[0], known), 0
    for argument in (*call.args[1:], *(word.value for word in call.keywords)):
        if ast.unparse(argument).startswith("re."):
            flags |= _value(argument, known)
    methods = uses()[name] if name else {call.func.attr}
    return Found(f"{place}:{call.lineno}", re.compile(text, flags), methods <= ANCHORED)


def _value(node: ast.expr, known: dict[str, Any]) -> Any:
    return eval(compile(ast.Expression(node), "pattern", "eval"), known)  # noqa: S307 - our own code


FOUND = {found.where: found for found in patterns()}


def steep(found: Found) -> dict[str, float]:
    """The texts on which it does more than its share, and how much more."""
    grown = {}
    for once, twice in zip(hard(found.pattern, COUNT), hard(found.pattern, 2 * COUNT), strict=True):
        try:
            more = found.steps(twice) / found.steps(once) / (len(twice) / len(once))
        except EndlessError:
            more = math.inf
        if more > STEEP:
            grown[once[:COUNT]] = round(more, 2)
    return grown


@pytest.fixture(autouse=True)
def _deep() -> Iterator[None]:
    """What is counted step by step calls itself step by step."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(50_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.parametrize("where", FOUND)
def test_a_pattern_does_twice_the_work_for_twice_the_text(where: str) -> None:
    assert steep(FOUND[where]) == {}


def test_every_pattern_is_looked_at() -> None:
    written = sum(len(re.findall(r"\bre\.(?!escape)[a-z]+\(", f.read_text("utf-8"))) for f in FILES)
    assert len(FOUND) == written > 100


@pytest.mark.parametrize(
    ("pattern", "only_here"),
    [
        (r"\s*[,;\n]\s*|\s+và\s+", False),  # begins anew at each blank
        (r"otp\s*[:=]?\s*\d", False),  # two that share what they take
        (r"(?:a+)+b", True),
        (r"(?:a|a)*b", True),
        (r"[\w.+-]+@\w", False),
        (r"a.*b", False),
        (r"\d+,\d+", False),
    ],
)
def test_a_steep_pattern_is_seen(pattern: str, only_here: bool) -> None:
    assert steep(Found("here", re.compile(pattern), only_here))


@pytest.mark.parametrize(
    "pattern", [r"\s++[,;]", r"(?<!\s)\s+x", r"[^\W_]+", r"a[^a]*b", r"\bt\w+"]
)
def test_a_straight_one_is_not_taken_for_steep(pattern: str) -> None:
    straight = Found("here", re.compile(pattern), only_here=pattern.startswith(r"\s++"))
    assert steep(straight) == {}


@pytest.mark.parametrize(
    "pattern", [r"(\d{1,3})(?:[.,]\d{3})+", r"(?<!\w)@x(?!\w)", r"^a|b$", r"(.)\1+", r"\s*+/?pt"]
)
@pytest.mark.parametrize("text", ["1.000.000 @x aab", "b", "", "pt aa 12.345", " /pt\n"])
def test_counting_finds_what_the_engine_finds(pattern: str, text: str) -> None:
    made = re.compile(pattern)
    assert Walk(made, text).found() == [match.span() for match in made.finditer(text)]
