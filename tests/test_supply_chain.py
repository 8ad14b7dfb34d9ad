"""What the service is made of: pinned, licensed, listed, and looked up without fooling oneself."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.paths import PROJECT

# Licences that ask for no more than to be named, and LGPL and MPL, whose code we use unchanged.
ALLOWED = re.compile(
    r"(MIT(-0|-CMU)?|MIT License|0?BSD([- ][23])?([- ]Clause)?( License)?|PSF-2\.0|Zlib|CC0-1\.0|"
    r"Apache([- ]2\.0| Software License| License, Version 2\.0)|Public Domain|"
    r"Python Software Foundation License|MPL-2\.0|Mozilla Public License 2\.0 \(MPL 2\.0\)|"
    r"LGPL-3\.0-only|GNU Lesser General Public License v3 or later \(LGPLv3\+\)|"
    r"dependency licenses)"
)
ROW = re.compile(r"^\| (?!package)([a-z0-9-]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, PROJECT / "deploy" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lock() -> str:
    return (PROJECT / "requirements.lock").read_text(encoding="utf-8")


def test_the_licence_of_every_package_is_listed() -> None:
    rows = ROW.findall((PROJECT / "docs" / "licences.md").read_text(encoding="utf-8"))
    listed = {name: version.strip() for name, version, _ in rows}
    assert listed == tool("licences").pinned(lock()), "run: make licences"


def test_every_licence_is_one_of_those_that_are_allowed() -> None:
    rows = ROW.findall((PROJECT / "docs" / "licences.md").read_text(encoding="utf-8"))
    assert len(rows) > 50
    bad = {
        name: text
        for name, _, text in rows
        for one in re.split(r" AND | OR |; |, (?!Version)", text.strip())
        if not ALLOWED.fullmatch(one)
    }
    assert bad == {}


def test_the_wards_are_those_that_their_script_makes() -> None:
    wards = tool("wards")
    assert wards.content() == wards.FILE.read_text(encoding="utf-8"), "run: make wards"


def test_every_package_is_pinned_with_hashes() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock"):
        entries = re.split(r"\n(?=\S)", (PROJECT / name).read_text(encoding="utf-8").strip())
        assert [entry for entry in entries if "==" not in entry or "--hash=" not in entry] == []


def test_the_bill_of_materials_names_every_package_and_is_the_same_each_time(
    tmp_path: Path,
) -> None:
    made = []
    for name in ("one.json", "two.json"):
        command = [sys.executable, "-m", "cyclonedx_py", "requirements", "requirements.lock"]
        options = ["--output-reproducible", "--no-validate", "--output-file", str(tmp_path / name)]
        subprocess.run([*command, *options], cwd=PROJECT, check=True, capture_output=True)
        made.append((tmp_path / name).read_text(encoding="utf-8"))
    assert made[0] == made[1]
    names = {component["name"] for component in json.loads(made[0])["components"]}
    assert {re.sub(r"[-_.]+", "-", name).lower() for name in names} == set(
        tool("licences").pinned(lock())
    )


GOOD = {"name": "good", "version": "1.0", "vulns": []}
BAD = {
    "name": "bad",
    "version": "1.0",
    "vulns": [{"id": "XX-1", "fix_versions": ["1.1"]}],
}
SKIPPED = {"name": "unknown", "skip_reason": "could not be audited"}


@pytest.mark.parametrize(
    ("packages", "code", "told"),
    [
        ([GOOD], 0, "no known vulnerability"),
        ([GOOD, BAD], 1, "bad 1.0: XX-1, mended in 1.1"),
        ([GOOD, SKIPPED], 3, "NOT looked at"),
        ([SKIPPED, BAD], 1, "NOT looked at"),
        ([], 3, ""),
        (None, 3, "out of reach"),
    ],
)
def test_an_audit_that_could_not_look_is_no_good_audit(
    packages: list[dict[str, Any]] | None, code: int, told: str
) -> None:
    report = None if packages is None else {"dependencies": packages}
    found, lines = tool("audit").judge(report)
    assert found == code
    assert told in "\n".join(lines)
