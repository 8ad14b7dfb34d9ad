"""Writes docs/licences.md: the licence of everything that a deployment runs (`make licences`)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).parent.parent
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
# What these packages themselves say, where the tool cannot read it or they are for other systems.
BY_HAND = {
    "colorama": "BSD License",
    "font-roboto": "Apache Software License",
    "tzdata": "Apache-2.0",
}
HEAD = """\
# Licences of run-time dependencies

Our code is under the Apache License 2.0. Each package below may be used with it:

| Licence | what it asks | and we |
|---|---|---|
| MIT, MIT-0, MIT-CMU, BSD, 0BSD, PSF, Zlib, CC0, public domain | its notice is kept | leave it where it is |
| Apache-2.0 | its notice is kept; changes are marked | change nothing |
| MPL-2.0 (certifi) | changed files stay under it | change nothing |
| LGPL-3.0 (psycopg, pygal, python-telegram-bot) | its user may replace the library | import it as its own package |

Inside packages: numpy and scipy bring GCC's run-time libraries (GPL-3.0 with the exception that frees what is linked
with them), psycopg-binary libpq and what it needs (permissive, two small libraries LGPL), pypdfium2 PDFium's parts
(permissive), reportlab a font under the GPL that nothing here uses (posters and cards are set in Roboto, Apache-2.0).
None of it is copied into our files. `bot/booking/wards.json` is made from data of
vietnamadminunits 1.0.4 (MIT). Tools of development are not handed on.

Whoever hands on an image or an installed folder hands the packages' own licence files on with it: they lie in their
`.dist-info` folders, so nothing has to be done.

Made by `make licences` from requirements.lock; `tests/test_supply_chain.py` fails when a package is missing here or its
licence is none of these.

| package | version | licence |
|---|---|---|
"""


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(lock: str) -> dict[str, str]:
    """Package -> version, of a lock file's text; several where other systems get others."""
    found: dict[str, list[str]] = {}
    for name, version in PINNED.findall(lock):
        found.setdefault(plain(name), []).append(version)
    return {name: ", ".join(versions) for name, versions in found.items()}


def installed(names: Mapping[str, str]) -> dict[str, str]:
    """Package -> licence, of those that are installed here."""
    command = [sys.executable, "-m", "piplicenses", "-f", "json", "-s", "-p", *names]
    run = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return {plain(one["Name"]): one["License"].replace("\n", " ") for one in json.loads(run.stdout)}


def main() -> int:
    packages = pinned((PROJECT / "requirements.lock").read_text(encoding="utf-8"))
    found = {**BY_HAND, **{k: v for k, v in installed(packages).items() if v != "UNKNOWN"}}
    missing = sorted(packages.keys() - found.keys())
    if missing:
        sys.stderr.write(
            f"no licence known of {', '.join(missing)}: look it up, add it to BY_HAND\n"
        )
        return 1
    rows = [f"| {name} | {packages[name]} | {found[name]} |" for name in sorted(packages)]
    (PROJECT / "docs" / "licences.md").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
