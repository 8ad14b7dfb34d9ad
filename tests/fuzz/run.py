"""Feeds inputs to a target, and tells what broke it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from tests.fuzz.made import Chance, Drawn
from tests.fuzz.targets import Target


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
