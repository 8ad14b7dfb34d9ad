"""What docs/security.md promises is tested by tests that exist."""

from __future__ import annotations

import ast
import re

from tests.support.paths import PROJECT

DOCUMENT = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROW = re.compile(r"^\| (?!threat |found |---)", re.MULTILINE)


def names_in(file: str) -> set[str]:
    found = PROJECT / file
    if not found.is_file():
        return set()
    nodes = ast.walk(ast.parse(found.read_text(encoding="utf-8")))
    return {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_that_is_named_exists() -> None:
    named = NAMED.findall(DOCUMENT)
    assert len(named) > 50
    assert [f"{file}::{test}" for file, test in named if test not in names_in(file)] == []


def test_every_threat_names_a_test() -> None:
    rows = [line for line in DOCUMENT.splitlines() if ROW.match(line)]
    assert [row for row in rows if not NAMED.search(row)] == []
