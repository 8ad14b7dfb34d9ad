"""`make soak`: MINUTES of mixed load with faults. Ends with 1 when anything was lost or memory grew."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.soak import faults, report
from tests.soak.faults_postgres import POSTGRES
from tests.soak.run import Options, Outcome, soak
from tests.support.postgres import MISSING, Cluster, programs
from tests.support.postgres import cluster as running_cluster


def options(given: argparse.Namespace, cluster: Cluster | None) -> Options:
    kinds = {**faults.SKIES, **faults.CLOCKS}
    if cluster:
        kinds |= POSTGRES
    else:
        kinds |= faults.SQLITE
        kinds |= faults.FREEZE if os.geteuid() == 0 else {}
    return Options(
        seconds=60 * given.minutes,
        seed=given.seed,
        stories=given.rate,
        processes=2 if cluster else 1,
        cluster=cluster,
        polling=given.polling,
        fault_seconds=30.0 if given.minutes >= 10 else 10.0,
        kinds=kinds,
    )


def page(outcome: Outcome) -> str:
    lines = [
        f"Disk: {outcome.disk}. Played for {outcome.seconds / 60:.1f} minutes.\n",
        *report.faults_table(outcome.case, outcome.happened),
        "",
        *(f"- {line}" for line in report.totals(outcome.case)),
        *(f"- {line}" for line in report.memory(outcome.fleet, outcome.seconds)),
        f"- memory, the least of each minute: {report.course(outcome.fleet)}",
        f"- {report.endings(outcome.fleet)}",
        "",
        *report.verdicts(outcome.wrong),
        "",
        "What the service wrote to its log:",
        *(f"{count:6} {what}" for what, count in outcome.fleet.complaints.most_common(25)),
    ]
    return "\n".join(lines)


async def main(given: argparse.Namespace, folder: Path) -> int:
    with ExitStack() as stack:
        cluster = None
        if given.database == "postgresql":
            found = programs() or sys.exit(MISSING)
            cluster = stack.enter_context(running_cluster(found))
        async with soak(folder, options(given, cluster)) as outcome:
            print(page(outcome), flush=True)
            return 0 if outcome.good else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=12.0, help="stories begun each second")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--polling", action="store_true", help="Telegram by polling")
    parser.add_argument("--keep", type=Path, help="an empty folder to leave everything in")
    return parser.parse_args()


if __name__ == "__main__":
    chosen = arguments()
    if chosen.keep:
        chosen.keep.mkdir(parents=True)
        sys.exit(asyncio.run(main(chosen, chosen.keep)))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        sys.exit(asyncio.run(main(chosen, Path(name))))
