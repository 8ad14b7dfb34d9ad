"""Our matcher beside its peers, on the same questions in the same run.

    .venv/bin/python -m tests.bench.matching          # the comparison, and 10,000 entries
    VNEID_EVAL=/path .venv/bin/python -m tests.bench.matching

The public sets are read from VNEID_EVAL or ../shared/eval; when they are not there, that is said
and only our FAQ is measured.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from bot.faq.matching.matcher import Matcher, Thresholds
from bot.faq.variants import VARIANTS, hard
from tests.bench.peers import Answer, available
from tests.support.datasets import Dataset, as_faq, datasets, own_faq

WAYS = MappingProxyType({**VARIANTS, "hard": hard})


class Run(NamedTuple):
    name: str
    shares: list[float]  # right, by variant, in percent
    p50: float
    p99: float
    build: float

    @property
    def mean(self) -> float:
        return float(np.mean(self.shares))


def measure(name: str, build: Callable[[Dataset], Answer], data: Dataset) -> Run:
    start = time.perf_counter()
    ask = build(data)
    built = time.perf_counter() - start
    shares, times = [], []
    for way in WAYS.values():
        right = 0
        for text, intent in data.test:
            question = way(text)
            start = time.perf_counter()
            right += ask(question) == intent
            times.append(1000 * (time.perf_counter() - start))
        shares.append(100 * right / len(data.test))
    p50, p99 = np.percentile(times, (50, 99))
    return Run(name, shares, float(p50), float(p99), built)


def compare(data: Dataset) -> None:
    print(f"\n## {data.name}: {len(data.train)} phrasings, {len(data.test)} questions\n")
    print(f"| method | {' | '.join(WAYS)} | mean | errors, ours = 1 | p50 / p99 ms | build s |")
    print("|---" * (len(WAYS) + 5) + "|")
    base: Run | None = None
    for name, build in available().items():
        run = measure(name, build, data)
        base = base or run
        ratio = (100 - run.mean) / (100 - base.mean)
        shares = " | ".join(f"{share:.1f}" for share in run.shares)
        speed = f"{run.p50:.2f} / {run.p99:.2f}"
        print(f"| {name} | {shares} | {run.mean:.1f} | {ratio:.1f} | {speed} | {run.build:.1f} |")


def scale(count: int = 10_000, phrasings: int = 10) -> None:
    """A made-up FAQ with the words of ours: build time, and time and accuracy of a question."""
    dice = random.Random(7)
    words = sorted({w for text, _ in own_faq().train for w in text.lower().split()})
    made: dict[str, list[str]] = {}
    for number in range(count):
        topic = dice.sample(words, 12)
        made[f"e{number}"] = [" ".join(dice.sample(topic, 8)) for _ in range(phrasings)]
    faq = as_faq([(text, id_) for id_, texts in made.items() for text in texts])
    start = time.perf_counter()
    matcher = Matcher.build(faq, Thresholds())
    built = time.perf_counter() - start
    right, times = 0, []
    for id_ in dice.sample(sorted(made), 300):
        question = hard(" ".join(dice.sample(" ".join(made[id_]).split(), 8)))
        start = time.perf_counter()
        matches = matcher.match(question).matches
        times.append(1000 * (time.perf_counter() - start))
        right += bool(matches) and matches[0].entry == id_
    p50, p99 = np.percentile(times, (50, 99))
    print(f"\n## {count} entries x {phrasings} phrasings\n")
    print(f"built in {built:.1f} s, p50 {p50:.2f} ms, p99 {p99:.2f} ms, right {right / 3:.1f} %")


def main() -> None:
    for data in datasets():
        compare(data)
    scale()


if __name__ == "__main__":
    main()
