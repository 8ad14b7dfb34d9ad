"""Rules of the project that no linter knows."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.main import main
from tests.support.paths import PROJECT

SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b", re.DOTALL
)


def sources() -> Iterator[Path]:
    for folder in ("bot", "handlers"):
        yield from (PROJECT / folder).rglob("*.py")


def test_sql_stands_in_the_store_only() -> None:
    store = PROJECT / "bot" / "store"
    found = [
        str(file.relative_to(PROJECT))
        for file in sources()
        if store not in file.parents and SQL.search(file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_suites_share_helpers_in_one_place_only() -> None:
    """A suite imports its own modules, `tests/support` and nothing of another suite."""
    tests = PROJECT / "tests"
    suites = "|".join(folder.name for folder in tests.iterdir() if folder.is_dir())
    imported = re.compile(
        rf"^\s*(?:from|import) tests\.({suites}|conftest|test_\w+)\b", re.MULTILINE
    )
    found = [
        (str(file.relative_to(tests)), suite)
        for file in tests.rglob("*.py")
        for suite in imported.findall(file.read_text(encoding="utf-8"))
        if suite not in ("support", file.relative_to(tests).parts[0])
    ]
    assert found == []


@pytest.mark.parametrize("name", ["cli.md", "config.md"])
def test_the_reference_is_what_the_code_says(name: str) -> None:
    command = [sys.executable, "deploy/reference.py", "--print", name]
    made = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert (PROJECT / "docs" / name).read_text(encoding="utf-8") == made.stdout, "make reference"


def test_the_version_is_the_same_wherever_it_is_told() -> None:
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    changes = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[([\d.]+)\]", changes, re.MULTILINE)[0] == version
    assert f"\n  version: {version}\n" in (PROJECT / "docs/openapi.yaml").read_text(
        encoding="utf-8"
    )
    said = CliRunner().invoke(main, ["--version"]).output
    assert said.split()[-1] == importlib.metadata.version("vneid-bot")


def test_a_stranger_reads_the_readme_in_three_minutes() -> None:
    assert len((PROJECT / "README.md").read_text(encoding="utf-8").split()) <= 700


def test_every_page_that_the_documentation_leads_to_is_there() -> None:
    pages = [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md"), PROJECT / "SECURITY.md"]
    missing = [
        (page.name, to)
        for page in pages
        for to in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / to).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("name", ["architecture.md", "CONTRIBUTING.md", "database.md"])
def test_files_that_a_newcomer_is_sent_to_are_there(name: str) -> None:
    text = (PROJECT / "docs" / name).read_text(encoding="utf-8")
    named = re.findall(r"`((?:bot|handlers|tests|faq)/[\w/.-]*)(?=[`:])", text)
    assert named
    assert [path for path in named if not (PROJECT / path).exists()] == []


def test_no_registry_and_no_folder_of_a_machine_is_named() -> None:
    words = re.compile(
        r"py" + r"pi\.org|python" + r"hosted|npm" + r"js|/ho" + r"me/\w|/ro" + r"ot/"
    )
    git = ["git", "ls-files"]
    listed = subprocess.run(git, cwd=PROJECT, capture_output=True, text=True, check=True)
    files = [PROJECT / name for name in listed.stdout.splitlines() if not name.endswith(".png")]
    assert [f.name for f in files if f.is_file() and words.search(f.read_text("utf-8"))] == []
