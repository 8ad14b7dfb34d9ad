"""The long run: `make fuzz`. A million inputs (or as many as are given), told target by target.

After them "+ …": what reads a text that is twice and four times as long, and whether its time grows faster.

    python -m tests.fuzz [--inputs 1000000] [--seed 1] [--only telegram] [--guided]

`--guided` has atheris look for inputs that reach new lines (of one target: `--only`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fuzz.run import Outcome
    from tests.fuzz.targets import Target

LINE = "{:<14} {:>10} {:>8} {:>9} {:>9}"


def main() -> int:
    options = _options()
    if options.guided:
        from tests.fuzz.guided import main as guided

        return guided(options.only, options.inputs)
    return _by_chance(options)


def _by_chance(options: argparse.Namespace) -> int:
    # Not above: what is imported before atheris looks is not seen by it.
    from tests.fuzz.run import Outcome, run
    from tests.fuzz.targets import targets

    print(LINE.format("target", "inputs", "seconds", "a second", "findings"))
    outcomes = []
    with tempfile.TemporaryDirectory() as folder, targets(Path(folder)) as found:
        for target in _chosen(found, options.only):
            share = 1000 if options.only else target.share
            outcome = run(target, options.inputs * share // 1000, options.seed)
            outcomes.append(outcome)
            _tell(outcome)
        outcomes += _growth(options) if not options.only else []
    total = Outcome("all", sum(o.inputs for o in outcomes), sum(o.seconds for o in outcomes))
    for outcome in outcomes:
        total.findings |= outcome.findings
    _tell(total)
    return 1 if total.findings else 0


def _growth(options: argparse.Namespace) -> list[Outcome]:
    """Whether reading takes longer than in proportion to a text: one text for every thousand inputs."""
    from bot.booking import wards
    from bot.faq import entries
    from bot.faq.matching.matcher import Matcher, Thresholds
    from tests.fuzz.run import grow
    from tests.fuzz.targets import growing
    from tests.support.paths import FAQ

    found = []
    readers = growing(wards.load(), Matcher.build(entries.load(FAQ), Thresholds()))
    for name, read in readers.items():
        found.append(grow(f"+ {name}", read, options.inputs // 1000, options.seed))
        _tell(found[-1])
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.fuzz")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--guided", action="store_true")
    return parser.parse_args()


def _chosen(found: tuple[Target, ...], only: str) -> list[Target]:
    return [target for target in found if only in ("", target.name)]


def _tell(outcome: Outcome) -> None:
    pace = outcome.inputs / outcome.seconds if outcome.seconds else 0
    figures = (f"{outcome.inputs:,}", f"{outcome.seconds:.0f}", f"{pace:,.0f}")
    print(LINE.format(outcome.name, *figures, len(outcome.findings)), flush=True)
    for place, how in outcome.findings.items() if outcome.name != "all" else ():
        print(f"  ! {place}: {how}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
