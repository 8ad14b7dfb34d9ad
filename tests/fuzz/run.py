"""Feeds inputs to a target, and tells what broke it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from tests.fuzz.targets import Target
from tests.support.endless import AGAIN, HEADS, TAILS, text
from tests.support.made import Chance, Drawn, one_of
from tests.support.made import text as few_words

SHORT = 1000  # characters, from which on it is doubled twice; Telegram sends four times as many
STEEP = 3.0  # times the time for twice the text, twice in a row: linear work takes 2, square work 4
LEAST = 0.004  # seconds of CPU; what takes less is measured as chance would have it
TRIES = 3  # of which the shortest counts


@dataclass
class Outcome:
    """What came of a run. `findings`: where it broke -> how, with the first input that did it."""

    name: str
    inputs: int = 0
    seconds: float = 0.0
    findings: dict[str, str] = field(default_factory=dict)


def run(target: Target, inputs: int, seed: int) -> Outcome:
    """Feed *inputs* made by chance; each input has a seed of its own, which is told with a finding."""
    outcome = Outcome(target.name)
    began = time.perf_counter()
    for number in range(seed, seed + inputs):
        made = target.make(Chance(number))
        outcome.inputs += 1
        try:
            target.check(made)
        except Exception as error:  # that is what is looked for
            outcome.findings.setdefault(
                place_of(error), f"{error!r}, seed {number}: {made!r}"[:600]
            )
    outcome.seconds = time.perf_counter() - began
    return outcome


def grow(name: str, read: Callable[[str], object], texts: int, seed: int) -> Outcome:
    """Give *read* texts that are the same again and again, then twice and four times as long: those of
    endless.py, then others by chance. A finding is
    one whose time grows faster than its length, told with what makes it."""
    outcome = Outcome(name)
    began = time.perf_counter()
    known = [(head, again) for again in AGAIN for head in HEADS]
    for number in range(seed, seed + texts):
        chance = Chance(number)
        head, again = few_words(chance)[:20], few_words(chance)[:20] or " "
        if number <= len(known):
            head, again = known[number - 1]
        tail = one_of(chance, TAILS)
        outcome.inputs += 1
        times = [_spent(read, text(head, again, tail, SHORT * times)) for times in (1, 2, 4)]
        if times[-1] > LEAST and all(b > STEEP * a for a, b in pairwise(times)):
            told = (
                f"{[round(one * 1000, 1) for one in times]} ms, seed {number}: {head!r} {again!r}"
            )
            outcome.findings.setdefault(f"grows with {again!r}", told)
    outcome.seconds = time.perf_counter() - began
    return outcome


def _spent(read: Callable[[str], object], words: str) -> float:
    """Seconds of CPU; what raises is found by others."""
    found = []
    for _ in range(TRIES):
        began = time.process_time()
        with suppress(Exception):
            read(words)
        found.append(time.process_time() - began)
    return min(found)


def place_of(error: Exception) -> str:
    """The line that raised, with the kind of error."""
    last = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    where = f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else "?"
    return f"{type(error).__name__} at {where}"


def feed_by_hypothesis(target: Target, inputs: int) -> None:
    """Feed *inputs*; raises with the smallest that breaks it."""

    @st.composite
    def values(draw: st.DrawFn) -> Any:
        return target.make(Drawn(draw))

    @seeded(1)
    @settings(
        max_examples=inputs,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(values())
    def feed(value: Any) -> None:
        target.check(value)

    feed()
