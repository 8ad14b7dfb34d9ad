"""Rules of the project that no linter knows."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bot import config
from bot.cli.main import main
from tests.conftest import PROJECT

SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b", re.DOTALL
)
README = (PROJECT / "README.md").read_text(encoding="utf-8")


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


def commands(group: click.Group, path: str = "vneid-bot") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


@pytest.mark.parametrize("command", list(commands(main)))
def test_every_command_is_in_the_documentation(command: str) -> None:
    volunteers = (PROJECT / "faq" / "README.md").read_text(encoding="utf-8")
    assert command in README + volunteers


@pytest.mark.parametrize("name", [*config.Settings.model_fields, *config.SECRETS.values()])
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


def test_no_registry_and_no_folder_of_a_machine_is_named() -> None:
    words = re.compile(
        r"py" + r"pi\.org|python" + r"hosted|npm" + r"js|/ho" + r"me/\w|/ro" + r"ot/"
    )
    git = ["git", "ls-files"]
    listed = subprocess.run(git, cwd=PROJECT, capture_output=True, text=True, check=True)
    files = [PROJECT / name for name in listed.stdout.splitlines() if not name.endswith(".png")]
    assert [f.name for f in files if f.is_file() and words.search(f.read_text("utf-8"))] == []
