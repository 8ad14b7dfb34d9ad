"""Known vulnerabilities of what is pinned: `make audit`.

Exit code 0: none is known. 1: some are. 3: could not be told, because the data was out of reach: that
is no "none", although pip-audit itself says so of packages that it skips. docs/supply-chain.md says what
to do then.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

FOUND, UNKNOWN = 1, 3
COMMAND = (sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "-f", "json")


def judge(report: dict[str, Any] | None) -> tuple[int, list[str]]:
    """The exit code for one report of pip-audit's, None for none at all, and what to tell."""
    if report is None:
        return UNKNOWN, ["pip-audit gave no report: its data source is out of reach"]
    packages = report["dependencies"]
    bad = [one for one in packages if one.get("vulns")]
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    lines = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in "
        f"{', '.join(fault['fix_versions']) or 'no version yet'}"
        for one in bad
        for fault in one["vulns"]
    ]
    if skipped:
        lines.append(
            f"{len(skipped)} of {len(packages)} packages were NOT looked at (no data for them): "
            + ", ".join(skipped[:5])
            + ("…" if len(skipped) > 5 else "")
        )
    code = FOUND if bad else UNKNOWN if skipped or not packages else 0
    return code, lines or [f"{len(packages)} packages, no known vulnerability"]


def report_of(lock: str) -> dict[str, Any] | None:
    command = [*COMMAND, "-r", lock]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    try:
        report: dict[str, Any] = json.loads(run.stdout)
    except ValueError:
        sys.stderr.write(run.stderr[-2000:])
        return None
    return report


def main(locks: Sequence[str]) -> int:
    codes = []
    for lock in locks:
        code, lines = judge(report_of(lock))
        codes.append(code)
        sys.stdout.write("\n  ".join([f"{lock}:", *lines]) + "\n")
    worst = FOUND if FOUND in codes else max(codes, default=UNKNOWN)
    if worst == UNKNOWN:
        sys.stdout.write("NOT AUDITED. What to do by hand: docs/supply-chain.md\n")
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
