"""Writes docs/cli.md and docs/config.md from the code (`make reference`); a test compares."""

from __future__ import annotations

import ast
import inspect
import io
import sys
import textwrap
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import click
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

from bot.cli.main import main as vneid_bot  # noqa: E402 - found from any folder
from bot.core import config  # noqa: E402

WIDTH = 100  # characters of a line of help
BOUNDS = {Ge: ("ge", "≥"), Gt: ("gt", ">"), Le: ("le", "≤"), Lt: ("lt", "<")}
CLI_HEAD = """\
# Lệnh `vneid-bot`

Tệp này do `make reference` viết ra từ mã nguồn. Lệnh nằm ở `.venv/bin/vneid-bot` (cài bằng systemd: `sudo vneid-bot`).
"""
CONFIG_HEAD = """\
# Settings

Written from the code by `make reference`. They stand in [`config.yaml`](../config.yaml), which explains the common
ones in Vietnamese. `${NAME}` in a value is taken from the environment. What is wrong with the file is told all at once,
each fault with its line and how to mend it.

## Secrets

Only in the environment, never in the file:

| environment variable | setting |
|---|---|
"""


def cli() -> str:
    """Every command with its help."""
    parts = [f"## {path}\n\n```\n{text}\n```\n" for path, text in _commands(vneid_bot, None)]
    return CLI_HEAD + "\n" + "\n".join(parts)


def _commands(command: click.Command, parent: click.Context | None) -> Iterator[tuple[str, str]]:
    name = command.name if parent else "vneid-bot"
    context = click.Context(command, parent=parent, info_name=name, max_content_width=WIDTH)
    context.terminal_width = WIDTH
    if isinstance(command, click.Group):
        for inner in sorted(command.commands):
            yield from _commands(command.commands[inner], context)
    else:
        yield context.command_path, command.get_help(context).rstrip()


def settings() -> str:
    """Every setting with its default, its bounds and what it means."""
    secrets = "".join(f"| `{name}` | `{'.'.join(key)}` |\n" for key, name in config.SECRETS.items())
    sections = _sections(config.Settings, "")
    return CONFIG_HEAD + secrets + "".join(f"\n{section}" for section in sections)


def _sections(model: type[BaseModel], path: str) -> Iterator[str]:
    """A table of *model*'s own settings, then one for each section within it."""
    notes = _comments(model)
    rows, inner = [], []
    for name, field in model.model_fields.items():
        key = f"{path}.{name}" if path else name
        if field.exclude or key in _secret_keys():
            continue
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            inner.append((kind, key))
        else:
            rows.append(
                f"| `{key}` | {_default(field)} | {_bounds(field)} | {notes.get(name, '')} |\n"
            )
    about = inspect.cleandoc(model.__dict__.get("__doc__") or "")
    if rows:
        head = f"## `{path}`" if path else "## At the top"
        table = "| setting | default | bounds | meaning |\n|---|---|---|---|\n" + "".join(rows)
        yield f"{head}\n\n" + (f"{about}\n\n" if about else "") + table
    for kind, key in inner:
        yield from _sections(kind, key)


def _secret_keys() -> frozenset[str]:
    return frozenset(".".join(key) for key in config.SECRETS)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if value in ("", (), None) or isinstance(value, tuple | BaseModel):
        return ""
    return f"`{value}`"


def _bounds(field: FieldInfo) -> str:
    found = []
    for rule in field.metadata:
        for kind, (attribute, sign) in BOUNDS.items():
            if isinstance(rule, kind):
                found.append(f"{sign} {getattr(rule, attribute)}")
    return ", ".join(found)


def _comments(model: type[BaseModel]) -> dict[str, str]:
    """What the source says beside each field, or just above it."""
    source = textwrap.dedent(inspect.getsource(model))
    comments: dict[int, str] = {}
    alone: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            comments[token.start[0]] = token.string.lstrip("# ").strip()
            if token.line.lstrip().startswith("#"):
                alone.add(token.start[0])
    found: dict[str, list[str]] = defaultdict(list)
    for node in ast.iter_child_nodes(ast.parse(source).body[0]):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        line = node.lineno - 1
        above = []
        while line in alone:
            above.insert(0, comments[line])
            line -= 1
        last = node.end_lineno or node.lineno
        beside = [comments[n] for n in range(node.lineno, last + 1) if n in comments]
        found[node.target.id] = [" ".join(above)] * bool(above) + beside
    return {name: "; ".join(parts).replace("|", "\\|") for name, parts in found.items()}


FILES = {"cli.md": cli, "config.md": settings}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--print"]:
        sys.stdout.write(FILES[sys.argv[2]]())
    else:
        for name, make in FILES.items():
            (PROJECT / "docs" / name).write_text(make(), encoding="utf-8")
